import { cpSync, mkdtempSync, readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Store } from '../src/store/store.js';
import { Exporter } from '../src/export/exporter.js';
import { Importer } from '../src/import/importer.js';
import { versionOf } from '../src/store/versions.js';
import { savecontext } from '../src/registry/savecontext.js';
import { formatLine } from '../src/jsonl/format.js';

const read = (dir: string) => Object.fromEntries(readdirSync(dir).filter((n) => n.endsWith('.jsonl')).map((n) => [n, readFileSync(join(dir, n), 'utf8')]));

for (const name of ['full', 'second', 'old-schema', 'empty']) {
  it(`round trip ${name}`, () => {
    const tmp = mkdtempSync(join(tmpdir(), 'smoke-'));
    cpSync(`test/fixtures/reference/${name}/before.db`, join(tmp, 'a.db'));
    const a = Store.open(join(tmp, 'a.db'), { create: true });
    expect(a.problems()).toEqual([]);
    const dir = join(tmp, 'a', '.savecontext');
    const ea = new Exporter(a, { projectPath: '/projects/atlas', dir });
    const s1 = ea.export();
    console.log(name, s1.total, s1.refused, s1.files.map((f) => [f.name, f.lines]));
    const one = read(dir);
    const s2 = ea.export();
    expect(s2.files).toEqual([]);
    expect(read(dir)).toEqual(one);
    const s3 = ea.export({ full: true });
    expect(s3.files).toEqual([]);
    cpSync(dir, join(tmp, 'b', '.savecontext'), { recursive: true });
    const b = Store.open(join(tmp, 'b.db'), { create: true });
    const ib = new Importer(b, { projectPath: join(tmp, 'b') });
    const i1 = ib.importAll(join(tmp, 'b', '.savecontext'));
    console.log(name, i1.total, i1.notices.slice(0, 5));
    const eb = new Exporter(b, { projectPath: join(tmp, 'b'), dir: join(tmp, 'b', '.savecontext') });
    const e1 = eb.export({ full: true });
    console.log(e1.total, e1.refused.slice(0, 3), e1.files.map((f) => f.name));
    expect(read(join(tmp, 'b', '.savecontext'))).toEqual(one);
    const i2 = ib.importAll(join(tmp, 'b', '.savecontext'));
    console.log(i2.total);
    // reference lines
    const ref = `test/fixtures/reference/${name}/.savecontext`;
    for (const f of existsSync(ref) ? readdirSync(ref) : []) {
      if (!f.endsWith('.jsonl')) continue;
      for (const raw of readFileSync(join(ref, f), 'utf8').split('\n').filter(Boolean)) {
        const v = versionOf(savecontext, raw)!;
        if (v.kind !== 'line') continue;
        expect(v.edited, raw).toBe(false);
        const pid = /"project_id":"([^"]*)"/.exec(raw)?.[1] ?? '';
        const again = formatLine(v.content, v.stamp, 'absolute', { project: '/projects/atlas', scopeId: pid });
        expect(again.replace(/"exported_at".*/, '')).toBe(raw.replace(/"exported_at".*/, ''));
      }
    }
  });
}
