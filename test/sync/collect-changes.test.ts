import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findTarget } from '../../src/store/knowledge/target.js';
import { collectChanges } from '../../src/sync/import/collect-changes.js';
import { Replica } from './helpers.js';

const IDS = ['a', 'b', 'b1', 'c', 'é', 'ü'];

/** A database of a few memories, in step with its files. */
function agreed(): { replica: Replica; lines: readonly string[] } {
  const replica = new Replica();
  for (const id of IDS) {
    replica.run(
      `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('${id}', :project, 'key ${id}', 'v', 1, 1)`,
    );
  }
  replica.export();
  return { replica, lines: memories(replica).trimEnd().split('\n') };
}

const memories = (replica: Replica): string => replica.files()['memories.jsonl'] ?? '';

/** What an import would decide on; `readsAll` has every line of every file read. */
function collected({ store, dir }: Replica, readsAll: boolean, file = 'memories.jsonl'): unknown {
  const target = findTarget(store.sql, dir);
  if (target === undefined) throw new Error('there was no export');
  const options = { dir, only: [file], latest: 4e12, isForced: () => false, forces: readsAll };
  return store.sql.transaction('immediate', () => {
    const { unsettled, skipped, unknown } = collectChanges(store.sql, store.registry, target, options);
    const staged = store.sql.all(`SELECT type, id, file, line, raw, gone FROM temp.scsync_staged ORDER BY 1, 2, 4`);
    return { staged, unsettled: [...unsettled], skipped, unknown: [...unknown] };
  });
}

const MARKER = `${'<'.repeat(7)} ours`;

const edited = (line: string): string => line.replace('"value":"v"', '"value":"edited"');
const withId = (line: string | undefined, id: string): string => (line ?? '').replace('"id":"a"', `"id":"${id}"`);

/** Files that are more or less like one with some lines. */
function filesLike(lines: readonly string[]) {
  const line = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...lines) },
    fc.constantFrom(...lines.map(edited)),
    fc.constantFrom(...['0', 'aa', 'z'].map((id) => withId(lines[0], id))),
    fc.constantFrom('', '{"type":"memory"}', '{"type":"of later","id":"x"}', MARKER, '\u{FEFF}', 'é'),
  );
  return fc.record({
    lines: fc.array(line, { maxLength: 8 }),
    isSorted: fc.boolean(),
    kept: fc.subarray([...lines], { minLength: 3 }),
    ending: fc.constantFrom('\n', '\n', '\n', '\r\n'),
    isCut: fc.boolean(),
    isBroken: fc.constantFrom(false, false, false, true),
  });
}

describe('the lines of a file that an import decides on', () => {
  it('are the same whether most of them are compared as bytes, or each is read', () => {
    const { replica, lines } = agreed();
    let differing = 0;
    const idOf = (each: string): string => /"id":"([^"]*)"/.exec(each)?.[1] ?? '\u{10FFFF}';
    fc.assert(
      fc.property(filesLike(lines), ({ lines: some, isSorted, kept, ending, isCut, isBroken }) => {
        const all = new Map(kept.map((each) => [idOf(each), each]));
        if (isSorted) for (const each of some) all.set(idOf(each), each);
        const ordered = [...all.values()].sort((x, y) => Buffer.compare(Buffer.from(idOf(x)), Buffer.from(idOf(y))));
        const text = [...ordered, ...(isSorted ? [] : some)].map((each) => `${each}${ending}`).join('');
        const bytes = Buffer.from(isCut ? text.slice(0, -1) : text);
        if (isBroken) bytes.fill(0xff, 40, 41);
        writeFileSync(join(replica.dir, 'memories.jsonl'), bytes);
        const expected = collected(replica, true);
        expect(collected(replica, false)).toEqual(expected);
        if ((expected as { staged: unknown[] }).staged.length > 0) differing++;
      }),
      { numRuns: 400 },
    );
    expect(differing).toBeGreaterThan(100);
  });

  it('are told apart where lines are longer than what is read at once', () => {
    const { replica, lines } = agreed();
    const long = lines.map((each) => each.replace('"value":"v"', `"value":"${'long é '.repeat(90_000)}"`));
    replica.run(`UPDATE project_memory SET value = '${'long é '.repeat(90_000)}' WHERE id IN ('a', 'c')`);
    replica.export();
    const now = memories(replica).trimEnd().split('\n');
    for (const [n, text] of [
      [0, now.join('\n') + '\n'],
      [1, [...now.slice(0, 2), long[2], ...now.slice(3)].join('\n') + '\n'],
      [1, [...now.slice(0, -1), withId(lines[0], 'z')].join('\n') + '\n'],
      [2, now.filter((each) => each.length < 1000).join('\n') + '\n'],
    ] as const) {
      writeFileSync(join(replica.dir, 'memories.jsonl'), text);
      const expected = collected(replica, true);
      expect((expected as { staged: unknown[] }).staged.length).toBeGreaterThanOrEqual(n);
      expect(collected(replica, false)).toEqual(expected);
    }
  });

  it.each(['sessions.jsonl', 'deletions.jsonl'])('are the same where %s has more than are compared at once', (name) => {
    const replica = new Replica();
    const rows = Array.from({ length: 250 }, (_, n) => `('${String(n).padStart(3, '0')}', :project, 'a', 'b', 1, 1)`);
    for (const made of [rows, rows.map((row) => row.replace("('", "('kept "))]) {
      const values = made.join(', ').replaceAll("'a'", `'${made.length}' || random()`);
      replica.run(`INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ${values}`);
      replica.run(
        `INSERT INTO sessions (id, project_path, name, description, created_at, updated_at) VALUES ${values}`,
      );
    }
    replica.export();
    replica.run(`DELETE FROM project_memory WHERE id NOT LIKE 'kept%'`);
    replica.run(`DELETE FROM sessions WHERE id NOT LIKE 'kept%'`);
    replica.export();
    const lines = (replica.files()[name] ?? '').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(250);
    const changed = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.boolean()), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(changed, (changes) => {
        const now: (string | undefined)[] = [...lines];
        for (const [at, isGone] of changes) now[at] = isGone ? undefined : lines[at]?.replace('}', ',"later":1}');
        const text = now.flatMap((line) => (line === undefined ? [] : [`${line}\n`])).join('');
        writeFileSync(join(replica.dir, name), text);
        const expected = collected(replica, true, name);
        expect((expected as { staged: unknown[] }).staged).toHaveLength(new Set(changes.map(([at]) => at)).size);
        expect(collected(replica, false, name)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('are the same where only some stretches of a long file are looked at', () => {
    const replica = new Replica();
    const many = 1500;
    replica.run(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})
       INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
       SELECT 'm' || printf('%05d', i * 3), :project, 'k' || i, hex(zeroblob(i % 50)), 1, 1 FROM n`,
    );
    replica.export();
    const lines = memories(replica).trimEnd().split('\n');
    const later = (line: string | undefined): string => (line ?? '').replace(/}$/, ',"later":1}');
    const between = (line: string | undefined): string => (line ?? '').replace(/"id":"(m\d{5})"/, '"id":"$10"');
    const anyEdits = fc.array(
      fc.record({
        kind: fc.constantFrom('change', 'insert', 'remove', 'remove many', 'move', 'swap', 'double', 'spoil'),
        at: fc.nat(many - 1),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const found = { regular: 0, irregular: 0 };
    fc.assert(
      fc.property(anyEdits, (edits) => {
        const now = [...lines];
        for (const { kind, at } of edits) {
          const line = now[at];
          if (kind === 'change') now[at] = later(line);
          else if (kind === 'insert') now.splice(at + 1, 0, between(line));
          else if (kind === 'remove') now.splice(at, 1);
          else if (kind === 'remove many') now.splice(at, 400);
          else if (kind === 'move') now.unshift(...now.splice(at, 300));
          else if (kind === 'swap') now.splice(at, 2, ...now.slice(at, at + 2).reverse());
          else if (kind === 'double') now.splice(at, 0, line ?? '');
          else now[at] = '{"type":"memory"}';
        }
        writeFileSync(join(replica.dir, 'memories.jsonl'), now.map((line) => `${line}\n`).join(''));
        const expected = collected(replica, true);
        expect(collected(replica, false)).toEqual(expected);
        if ((expected as { unsettled: unknown[] }).unsettled.length > 0) found.irregular++;
        else found.regular++;
      }),
      { numRuns: 40 },
    );
    expect(Math.min(found.regular, found.irregular)).toBeGreaterThan(5);
  });
});
