import { foldLog } from '../../src/store/knowledge/change-log.js';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncError } from '../../src/errors.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Store } from '../../src/savecontext/store.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { thrownBy } from '../files/thrown.js';
import { expectRefused } from './refused.js';
import { add, dump, file, line, makeWorld } from './world.js';

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
    foldLog(world.store.sql, world.store.registry);
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
