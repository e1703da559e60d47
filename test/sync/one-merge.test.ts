import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { lineOf } from '../../src/format/format.js';
import { mergeDuplicates } from '../../src/merge/record.js';
import { present } from '../../src/record/version.js';
import type { Present } from '../../src/record/version.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { versionOf } from '../../src/format/version-of.js';
import { Store } from '../../src/savecontext/store.js';
import { sync } from '../../src/sync/sync.js';
import { temporaryFolder } from './helpers.js';

/** A line of a memory that was edited by hand: its hash fits nothing, so it is read as the next version. */
const memory = (value: string, updated: number, exportedAt: string): string =>
  `{"type":"memory","id":"mem_1","project_path":".","key":"k","value":"${value}","category":"note",` +
  `"created_at":1,"updated_at":${updated},"v":1,"content_hash":"${'0'.repeat(64)}","exported_at":"${exportedAt}"}`;

it('P5 import writes the very line that the merge of the same lines gives, whatever their order', () => {
  const raws = [memory('one', 5, '2026-01-01T00:00:00.000Z'), memory('two', 4, '2026-01-02T00:00:00.000Z')];
  const versions = raws.map((raw) => {
    const version = versionOf(savecontext, raw) as Present;
    return present(version.content, version.stamp + 1);
  });
  const { version } = mergeDuplicates(versions as [(typeof versions)[0], ...typeof versions]);
  const expected = lineOf(version, 'portable', { project: '/p', scopeId: '' });
  for (const lines of [raws, [...raws].reverse()]) {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'memories.jsonl'), lines.map((line) => `${line}\n`).join(''));
    const store = Store.open(join(temporaryFolder(), 'db'), { create: true });
    expect(sync(store, { projectPath: '/p', dir }).inSync).toBe(true);
    store.close();
    expect(readFileSync(join(dir, 'memories.jsonl'), 'utf8')).toBe(`${expected}\n`);
  }
});
