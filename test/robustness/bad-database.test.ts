import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncError } from '../../src/errors.js';
import type { SqlValue } from '../../src/store/database.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Store } from '../../src/store/store.js';
import { temporaryFolder } from '../jsonl/temporary-folder.js';
import { thrownBy } from '../jsonl/thrown.js';
import { expectRefused } from './refused.js';
import { add, dump, file, filesIn, line, makeWorld } from './world.js';
import type { World } from './world.js';

/** A second connection, as another program has it. */
function otherProgram(path: string): Sql {
  const sql = new Sql(openDriver(path));
  onTestFinished(() => {
    sql.close();
  });
  return sql;
}

function expectError(error: SyncError, code: keyof typeof ERROR_EXIT_STATUS, status: number, says: RegExp): void {
  expect(error.code).toBe(code);
  expect(ERROR_EXIT_STATUS[error.code]).toBe(status);
  expect(`${error.message}\n${error.details.join('\n')}`).toMatch(says);
  expect(error.hint ?? '').toMatch(/\w/);
}

describe('a database that is held by another program', () => {
  it.each(['BEGIN EXCLUSIVE', 'BEGIN IMMEDIATE'])('with %s: busy, nothing changed, and fine afterwards', (begin) => {
    const world = makeWorld();
    add.issue(world, 'i1');
    world.export();
    world.store.sql.run(`UPDATE issues SET title = 'other'`);
    world.write('issues.jsonl', world.read('issues.jsonl') + file(line('issue', 'i2')));
    world.store.sql.exec('PRAGMA busy_timeout = 20');
    const other = otherProgram(world.database);
    other.exec(begin);
    const says = [/locked|busy/];
    expectRefused(world, () => world.export(), { code: 'busy', says });
    expectRefused(world, () => world.import(), { code: 'busy', says });
    expectRefused(world, () => world.sync(), { code: 'busy', says });
    other.exec('ROLLBACK');
    expect(world.sync().inSync).toBe(true);
  });

  it('whose reader does not hold anybody up', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    const other = otherProgram(world.database);
    other.exec('BEGIN');
    expect(other.all('SELECT id FROM issues')).toHaveLength(1);
    world.store.sql.exec('PRAGMA busy_timeout = 20');
    expect(world.sync().inSync).toBe(true);
    other.exec('COMMIT');
  });
});

describe('a file that is no database of this schema', () => {
  it.each([
    ['is no database', 'not a database, and long enough to have a header. '.repeat(50)],
    ['is cut off', readFileSync(fixture()).subarray(0, 5000)],
    ['has a damaged header', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 0xff)])],
  ])('that %s', (_, bytes) => {
    const path = join(temporaryFolder(), 'data.db');
    writeFileSync(path, bytes);
    for (const create of [false, true]) {
      expectError(
        thrownBy(() => Store.open(path, { create })),
        'database',
        2,
        /data\.db/,
      );
    }
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true);
  });

  it("that is another program's: nothing is added to it", () => {
    const path = join(temporaryFolder(), 'other.db');
    const other = new Sql(openDriver(path));
    other.exec('CREATE TABLE issues (number INTEGER PRIMARY KEY, body TEXT); INSERT INTO issues VALUES (1, 2)');
    other.close();
    const before = readFileSync(path);
    for (const create of [false, true])
      expectError(
        thrownBy(() => Store.open(path, { create })),
        'schema',
        2,
        /issues/,
      );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it('that is not there, a folder, or below a file', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expectError(
      thrownBy(() => Store.open(join(folder, 'none.db'))),
      'database',
      2,
      /none\.db/,
    );
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
    expectError(
      thrownBy(() => Store.open(folder)),
      'database',
      2,
      /is a folder/,
    );
    const error = thrownBy(() => Store.open(join(folder, 'file', 'x.db'), { create: true }));
    expect(ERROR_EXIT_STATUS[error.code]).toBe(8);
  });

  it('that was never set up', () => {
    const path = join(temporaryFolder(), 'data.db');
    copyFileSync(fixture(), path);
    expectError(
      thrownBy(() => Store.open(path)),
      'schema',
      2,
      /never set up/,
    );
  });

  it('that a newer version of this package has set up', () => {
    const { store, database } = makeWorld();
    store.sql.run(`UPDATE scsync_meta SET value = '99' WHERE name = 'version'`);
    const before = dump(store);
    for (const create of [false, true]) {
      expectError(
        thrownBy(() => Store.open(database, { create })),
        'newer_format',
        4,
        /version 99/,
      );
    }
    expect(dump(store)).toBe(before);
  });
});

function fixture(): string {
  return new URL('../fixtures/reference/empty/before.db', import.meta.url).pathname;
}

/** Changes one row behind the back of every constraint. */
function spoil(world: World, sql: string, ...parameters: SqlValue[]): void {
  world.store.sql.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  world.store.sql.run(sql, ...parameters);
}

const BAD_ROWS: readonly [what: string, sql: string, parameter: SqlValue, says: RegExp][] = [
  [
    'text in an integer column',
    `UPDATE issues SET closed_at = ? WHERE id = 'i1'`,
    'soon',
    /issues, row "i1", column closed_at: .*integer.*"soon"/,
  ],
  [
    'a real in an integer column',
    `UPDATE issues SET closed_at = ? WHERE id = 'i1'`,
    1.5,
    /row "i1", column closed_at: .*found 1\.5/,
  ],
  [
    'a BLOB in an integer column',
    `UPDATE issues SET closed_at = ? WHERE id = 'i1'`,
    new Uint8Array([1]),
    /row "i1", column closed_at: .*BLOB/,
  ],
  [
    'a BLOB in a text column',
    `UPDATE issues SET details = ? WHERE id = 'i1'`,
    new Uint8Array([104, 105]),
    /row "i1", column details: .*BLOB/,
  ],
  [
    'invalid UTF-8',
    `UPDATE issues SET details = CAST(? AS TEXT) WHERE id = 'i1'`,
    new Uint8Array([0x61, 0xff]),
    /row "i1", column details: .*UTF-8/,
  ],
  [
    'a number out of range',
    `UPDATE issues SET priority = ? WHERE id = 'i1'`,
    9,
    /row "i1", column priority: .*0 to 4.*found 9/,
  ],
  [
    'infinity',
    `UPDATE time_entries SET hours = ? WHERE id = 't1'`,
    Infinity,
    /time_entries, row "t1", column hours: .*Infinity/,
  ],
  [
    'text in a real column',
    `UPDATE time_entries SET hours = ? WHERE id = 't1'`,
    'many',
    /row "t1", column hours: .*"many"/,
  ],
  [
    'a BLOB in a real column',
    `UPDATE time_entries SET hours = ? WHERE id = 't1'`,
    new Uint8Array([1]),
    /row "t1", column hours: .*BLOB/,
  ],
  [
    'hours 0',
    `UPDATE time_entries SET hours = ? WHERE id = 't1'`,
    0,
    /row "t1", column hours: .*greater than 0, found 0/,
  ],
  [
    'an unknown word',
    `UPDATE time_entries SET status = ? WHERE id = 't1'`,
    'paid',
    /row "t1", column status: .*found "paid"/,
  ],
  [
    'a BLOB in a label',
    `UPDATE issue_labels SET label = ?`,
    new Uint8Array([1]),
    /row "i1", column issue_labels\.label: .*BLOB/,
  ],
  [
    'invalid UTF-8 in a label',
    `UPDATE issue_labels SET label = CAST(? AS TEXT)`,
    new Uint8Array([0xff]),
    /row "i1", column issue_labels\.label: .*UTF-8/,
  ],
  [
    'text for an integer in a child row',
    `UPDATE issue_dependencies SET created_at = ?`,
    'x',
    /row "i1", column issue_dependencies\.created_at: .*"x"/,
  ],
  [
    'a BLOB as id',
    `UPDATE issues SET id = ? WHERE id = 'i2'`,
    new Uint8Array([0x69, 0x39]),
    /issues, row .*, column id: .*BLOB/,
  ],
  [
    'U+0000 in an id',
    `UPDATE issues SET id = CAST(? AS TEXT) WHERE id = 'i2'`,
    new Uint8Array([0x69, 0, 0x39]),
    /issues, row .*, column id: .*U\+0000/,
  ],
  [
    'invalid UTF-8 in an id',
    `UPDATE issues SET id = CAST(? AS TEXT) WHERE id = 'i2'`,
    new Uint8Array([0x69, 0xff]),
    /issues, row .*, column id: .*UTF-8/,
  ],
  ['NULL as id', `UPDATE issues SET id = ? WHERE id = 'i2'`, null, /issues, row .*, column id: .*NULL/],
];

describe('a row that holds what its column does not allow stops an export', () => {
  it.each(BAD_ROWS)('%s', (_, sql, parameter, says) => {
    const world = makeWorld();
    for (const id of ['i0', 'i1', 'i2', 'i3']) add.issue(world, id);
    add.time(world, 't1');
    world.insert('issue_labels', { id: 'l1', issue_id: 'i1', label: 'a' });
    world.insert('issue_dependencies', { id: 'd1', issue_id: 'i1', depends_on_id: 'i0', created_at: 1 });
    world.export();
    spoil(world, sql, parameter);
    world.store.sql.run(`UPDATE issues SET title = 'fine' WHERE id = 'i3'`);
    for (const full of [false, true]) {
      const error = expectRefused(world, () => world.export({ full }), { code: 'bad_row', says: [says] });
      expect(error.message.split('\n')).toHaveLength(1);
      expectRefused(world, () => world.sync(), { code: 'bad_row', says: [says] });
    }
    expectRefused(world, () => world.export({ dryRun: true }), { code: 'bad_row', says: [says] });
    // A file beside the database gives what is asked for once the row is repaired.
    spoil(world, `DELETE FROM issues WHERE typeof(id) <> 'text' OR id NOT IN ('i0', 'i1', 'i2', 'i3')`);
    spoil(world, `UPDATE issues SET closed_at = NULL, details = NULL, priority = 1 WHERE id = 'i1'`);
    spoil(world, `UPDATE time_entries SET hours = 1.0, status = 'logged'`);
    spoil(world, `DELETE FROM issue_labels`);
    spoil(world, `UPDATE issue_dependencies SET created_at = 1`);
    expect(world.sync().export.refused).toEqual([]);
    expect(world.read('issues.jsonl')).toContain('"title":"fine"');
  });

  it('also the first export, which leaves no file', () => {
    const world = makeWorld();
    world.write('.gitignore', '*\n');
    add.issue(world, 'i1');
    spoil(world, `UPDATE issues SET closed_at = 'soon'`);
    expectRefused(world, () => world.export(), { code: 'bad_row', says: ['row "i1"'] });
    expect(Object.keys(filesIn(world.dir)).sort()).toEqual(['.gitignore', '.sync.lock']);
  });

  it('but not a row of another project', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    add.issue(world, 'x1', { project_path: '/elsewhere' });
    add.issue(world, 'x2', { project_path: '/elsewhere' });
    spoil(world, `UPDATE issues SET closed_at = 'soon' WHERE id = 'x1'`);
    spoil(world, `UPDATE issues SET id = NULL WHERE id = 'x2'`);
    expect(world.sync().inSync).toBe(true);
    expect(world.export({ full: true }).total.unchanged).toBe(1);
  });
});
