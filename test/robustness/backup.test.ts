import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { backup } from '../../src/store/backup.js';
import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncErrorCode } from '../../src/errors.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Store } from '../../src/savecontext/store.js';
import { thrownBy } from '../files/thrown.js';
import { breakIndex, place, valueIn, withSql } from './database-file.js';

function expectError(body: () => unknown, code: SyncErrorCode, status: number, says: string | RegExp): void {
  const error = thrownBy(body);
  expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string });
  expect(ERROR_EXIT_STATUS[error.code]).toBe(status);
}

function leftIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('data.db'));
}

describe('backup', () => {
  it('copies all that was committed, while others write, and checks the copy', () => {
    const { folder, database, copy } = place();
    const other = new Sql(openDriver(database));
    onTestFinished(() => {
      other.close();
    });
    other.exec(`BEGIN IMMEDIATE; UPDATE project_memory SET value = 'not committed'`);
    const info = backup(database, copy);
    other.exec('ROLLBACK');
    expect(info).toEqual({ path: copy, size: readFileSync(copy).length });
    expect(valueIn(copy)).toBe('first');
    expect(withSql(copy, (sql) => sql.get('PRAGMA integrity_check'))).toEqual(['ok']);
    expect(leftIn(folder)).toEqual(['copy.db']);
    // The copy is a database to go on with.
    const store = Store.open(copy);
    expect(store.problems()).toEqual([]);
    store.close();
  });

  it('is for its owner alone, whoever may read the database', () => {
    const { database, copy } = place();
    chmodSync(database, 0o644);
    backup(database, copy);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  it('overwrites nothing', () => {
    const { folder, database, copy } = place();
    writeFileSync(copy, 'precious');
    expectError(() => backup(database, copy), 'refused', 6, 'there already');
    expectError(() => backup(database, database), 'refused', 6, 'there already');
    expect(readFileSync(copy, 'utf8')).toBe('precious');
    expect(leftIn(folder)).toEqual(['copy.db']);
  });

  it('says what is wrong, and leaves nothing', () => {
    const { folder, database, copy } = place();
    expectError(() => backup(join(folder, 'none.db'), copy), 'database', 2, 'none.db');
    writeFileSync(join(folder, 'text.db'), 'no database, and long enough for a header. '.repeat(40));
    expectError(() => backup(join(folder, 'text.db'), copy), 'database', 2, 'text.db');
    expectError(() => backup(database, join(folder, 'none', 'copy.db')), 'io', 8, 'none');
    expect(leftIn(folder)).toEqual(['text.db']);
  });

  it('of a damaged database fails, and leaves no copy', () => {
    const { database, copy } = place();
    withSql(database, (sql) => {
      sql.run('PRAGMA wal_checkpoint(TRUNCATE)');
    });
    const bytes = readFileSync(database);
    bytes.fill(0x5a, 4096 * 2, 4096 * 12);
    writeFileSync(database, bytes);
    expectError(() => backup(database, copy), 'database', 2, /malformed|damaged|not a database/);
    expect(existsSync(copy)).toBe(false);
  });

  it('of a database with damage that opens fails, and leaves no copy', async () => {
    const { folder, database, copy } = place();
    await breakIndex(database);
    expect(valueIn(database)).toBeUndefined();
    expectError(() => backup(database, copy), 'database', 2, /data\.db is damaged: .*index/);
    expect(leftIn(folder)).toEqual([]);
  });
});
