import { describe, expect, it } from 'vitest';

import { listConflicts } from '../../src/sync/conflicts.js';
import { add, file, line, makeWorld, synced, temporaryFiles } from './world.js';
import { cases } from '../setup/long.js';

const ROWS = cases(8000);
const LATER = '2099-01-01T00:00:00.000Z';

/** SQL for the ids from i00001 on. */
const NUMBERS = `WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < ${ROWS}) `;

describe('many records of one type', () => {
  it('thousands of changed rows are exported, and imported into another database', () => {
    const world = makeWorld();
    const { sql } = world.store;
    sql.run(
      `${NUMBERS}INSERT INTO issues (id, title, project_path, created_at, updated_at)
       SELECT printf('i%05d', n), 'issue ' || n, ?, n, n FROM n`,
      world.project,
    );
    sql.run(`${NUMBERS}INSERT INTO issue_labels (id, issue_id, label) SELECT 'l' || n, printf('i%05d', n), 'a' FROM n`);
    expect(world.export().issue).toEqual({ written: ROWS, deleted: 0, unchanged: 0 });
    expect(world.export().files).toEqual([]);
    expect(world.export({ full: true }).files).toEqual([]);
    const other = makeWorld();
    for (const [name, content] of Object.entries(synced(world.dir))) other.write(name, Buffer.from(content, 'latin1'));
    expect(other.import().issue).toMatchObject({ created: ROWS, conflicts: 0 });
    expect(other.import().total).toMatchObject({ created: 0, updated: 0 });
    expect(other.export({ full: true }).files).toEqual([]);
    expect(synced(other.dir)['issues.jsonl'] === synced(world.dir)['issues.jsonl']).toBe(true);
    sql.run(`DELETE FROM issues`);
    expect(world.export().issue.deleted).toBe(ROWS);
    for (const [name, content] of Object.entries(synced(world.dir))) other.write(name, Buffer.from(content, 'latin1'));
    expect(other.import().issue.deleted).toBe(ROWS);
    expect(other.sync().inSync).toBe(true);
    expect(temporaryFiles(other.dir)).toEqual([]);
  }, 300_000);

  it('values that lost stay in the journal, however many they are and whatever comes after', () => {
    const world = makeWorld();
    const ids = Array.from({ length: 500 }, (_, n) => `i${String(n).padStart(3, '0')}`);
    for (const id of ids) add.issue(world, id);
    world.export();
    world.store.sql.run(`UPDATE issues SET title = 'mine ' || id, updated_at = 9000`);
    world.write('issues.jsonl', file(...ids.map((id) => line('issue', id, { title: `theirs ${id}` }, LATER))));
    expect(world.sync()).toMatchObject({ inSync: true, import: { total: { conflicts: 500 } } });
    const lost = (): readonly string[] =>
      listConflicts(world.store, world.project)
        .map((entry) => entry.lost)
        .sort();
    const expected = ids.map((id) => `"theirs ${id}"`);
    expect(lost()).toEqual(expected);
    world.store.sql.run(`UPDATE issues SET title = 'later', updated_at = 10000`);
    expect(world.sync().inSync).toBe(true);
    world.export({ full: true });
    world.store.sql.run(`DELETE FROM issues WHERE id < 'i250'`);
    expect(world.sync().inSync).toBe(true);
    expect(lost()).toEqual(expected);
  });

  it('one record of several megabytes', () => {
    const world = makeWorld();
    const value = 'Größe "quoted" \u{1F600}\n'.repeat(200_000);
    add.session(world, 's1');
    add.item(world, 'c1', { value });
    world.sync();
    const other = makeWorld();
    for (const [name, content] of Object.entries(synced(world.dir))) other.write(name, Buffer.from(content, 'latin1'));
    expect(other.sync().inSync).toBe(true);
    expect(other.store.sql.get(`SELECT value FROM context_items`)?.[0] === value).toBe(true);
  });
});
