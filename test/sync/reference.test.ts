import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatLine, formatTombstone } from '../../src/format/format.js';
import { parseLine } from '../../src/format/parse.js';
import { sha256 } from '../../src/record/json.js';
import { CONFLICTS_FILE } from '../../src/registry/names.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { ATLAS, FIXTURES, Replica, dump, filesOf, named, snapshot } from './helpers.js';
import type { Files } from './helpers.js';

const FOLDERS = readdirSync(FIXTURES).flatMap((name) =>
  ['.savecontext', '.savecontext-before'].flatMap((folder) => {
    const dir = join(FIXTURES, name, folder);
    return existsSync(dir) ? [[`${name}/${folder}`, filesOf(dir)] as const] : [];
  }),
);
const folder = (name: string): Files => filesOf(join(FIXTURES, name));
const linesOf = (files: Files): string[] =>
  Object.values(files)
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '');

const fractions = (line: string): string =>
  line.replace(/(\.\d{3})?\d*\+00:00"/, '$1"').replace(/,"exported_at":"[^"]*"/, '');

describe.each(FOLDERS)('the lines in %s', (_, files) => {
  it('are read, and written again the same but for the stamp', () => {
    for (const raw of linesOf(files)) {
      const version = parseLine(savecontext, raw);
      if (version.kind === 'unknown') throw new Error(`unknown: ${raw}`);
      if (version.kind === 'deleted') {
        expect(raw).toMatch(/"deleted_at":"[^".]*\+00:00"/);
        const seconds = raw.replace(/\+00:00"/, '.000Z"');
        expect(formatTombstone(version, 'absolute', ATLAS)).toBe(seconds);
        expect(version.stamp % 1000).toBe(0);
        continue;
      }
      const { project_id: scopeId = '' } = JSON.parse(raw) as { readonly project_id?: string };
      const again = formatLine(version.content, version.stamp, 'absolute', { project: ATLAS, scopeId });
      expect(fractions(again)).toBe(fractions(raw));
    }
  });

  it('have the content hash that is computed from them', () => {
    for (const raw of linesOf(files)) {
      const version = parseLine(savecontext, raw);
      if (version.kind !== 'present') continue;
      expect(version.edited, raw).toBe(false);
      expect(version.form).toBe('absolute');
      const data = /^\{"type":"\w+",(.*),"content_hash":"([0-9a-f]{64})","exported_at":"[^"]*"\}$/s.exec(raw);
      expect(sha256(`{${data?.[1] ?? ''}}`)).toBe(data?.[2]);
    }
  });
});

/** Lines by their beginning, stamps left out; plan lines have the id of the database's own project row. */
const comparable = (files: Files): string[] =>
  linesOf(Object.fromEntries(Object.entries(files).filter(([name]) => name !== CONFLICTS_FILE)))
    .map((line) =>
      line
        // A line without items says nothing that counts where the database knows the items.
        .replace(/"item_count":\d+/, '"item_count":0')
        .replace(/"project_id":"[^"]*"/, '"project_id":""')
        .replace(/"content_hash":"[^"]*","exported_at":"[^"]*"/, '')
        .replace(/"deleted_at":"([^".]*)(?:\.\d{3}Z|\+00:00)"/, '"deleted_at":"$1"'),
    )
    .sort();

describe('an empty database', () => {
  it.each([
    ['full', ['full/.savecontext']],
    ['second', ['second/.savecontext']],
  ])('takes the folder of %s and exports the same lines', (_, [name = '']) => {
    const replica = new Replica({ project: ATLAS });
    replica.setPaths('absolute');
    replica.pull(folder(name));
    expect(replica.import().notices).toEqual([]);
    replica.export({ full: true });
    expect(comparable(replica.files())).toEqual(comparable(folder(name)));
    // A line that says what the database says stays as the reference program wrote it.
    const before = new Set(linesOf(folder(name)));
    const changed = linesOf(replica.files()).filter((line) => !before.has(line));
    expect(changed).toEqual([]);
  });

  it('P3 takes one folder, then the later one, in which absence alone deletes nothing', () => {
    const [before, after] = [folder('second/.savecontext-before'), folder('second/.savecontext')];
    const replica = new Replica({ project: ATLAS });
    replica.setPaths('absolute');
    replica.pull(before);
    replica.import();
    replica.export();
    replica.pull(after);
    const stats = replica.import();
    const gone = [...idsOf(before)].filter((id) => !idsOf(after).has(id));
    const deleted = new Set(replica.deletions().map((key) => key.slice(key.indexOf('/') + 1)));
    const restored = gone.filter((id) => !deleted.has(id));
    expect(restored).toEqual(LOST);
    expect(named(stats).sort()).toEqual([
      'restored plan/plan_e65355b1-337',
      'restored session/sess_946c4a70-9d3',
      'restored time_entry/time_ca38f458-c1b5-4499-a888-84025e53452e',
    ]);
    replica.export({ full: true });
    const isRestored = (line: string): boolean => restored.some((id) => line.includes(`"id":"${id}"`));
    const expected = [...comparable(after), ...comparable(before).filter(isRestored)].sort();
    expect(comparable(replica.files())).toEqual(expected);
  });
});

/** What the later folder lacks without a deletion. */
const LOST = ['plan_e65355b1-337', 'sess_946c4a70-9d3', 'time_ca38f458-c1b5-4499-a888-84025e53452e'];

const idsOf = (files: Files): ReadonlySet<string> =>
  new Set(linesOf(files).flatMap((line) => (JSON.parse(line) as { readonly id?: string }).id ?? []));

describe('the database of second beside the files of an earlier export', () => {
  const open = (): Replica => {
    const replica = new Replica({ fixture: 'second/before.db', project: ATLAS });
    replica.setPaths('absolute');
    replica.pull(folder('second/.savecontext-before'));
    return replica;
  };

  it('P1 refuses to overwrite what was never imported, and names it', () => {
    const replica = open();
    const files = snapshot(replica.dir);
    const { refused } = replica.exporter().export();
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(linesOf(replica.files()).length);
    expect(refused.every(({ why }) => why === 'unseen')).toBe(true);
    expect(snapshot(replica.dir)).toMatchObject(files);
    expect(Object.keys(snapshot(replica.dir)).filter((name) => files[name] === undefined)).toEqual(['.gitignore']);
    // In portable form every line would be replaced.
    replica.setPaths('portable');
    expect(replica.exporter().export().refused.length).toBeGreaterThan(refused.length);
  });

  it('P1 imports, then exports: the database counts where it was changed later, and nothing is lost', () => {
    const replica = open();
    const rows = dump(replica.other);
    const stats = replica.import();
    expect(replica.value(`SELECT count(*) FROM sessions WHERE id = 'sess_946c4a70-9d3'`)).toBe(1n);

    const { conflicts, ...others } = stats.total;
    expect(others).toMatchObject({ created: 3, deleted: 0, restored: 0, rolledBack: 0, orphaned: 0, skipped: 0 });
    expect(named(stats)).toHaveLength(conflicts);
    replica.export();
    // What the reference program wrote over the same files, and what it dropped without a deletion.
    const before = comparable(folder('second/.savecontext-before'));
    const dropped = before.filter((line) => LOST.some((id) => line.includes(`"id":"${id}"`)));
    expect(dropped).toHaveLength(3);
    expect(comparable(replica.files())).toEqual([...comparable(folder('second/.savecontext')), ...dropped].sort());
    const isNew = (row: string): boolean => !LOST.some((id) => row.startsWith(`text '${id}'`));
    const now = dump(replica.other);
    for (const table of ['sessions', 'issues', 'issue_labels', 'context_items', 'project_memory', 'time_entries']) {
      expect(now[table]?.filter(isNew), table).toEqual(rows[table]);
    }
    expect(replica.export({ full: true }).files).toEqual([]);
  });
});
