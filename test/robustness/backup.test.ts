import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';

import { backup, restore } from '../../src/backup.js';
import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncErrorCode } from '../../src/errors.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Store } from '../../src/store/store.js';
import { temporaryFolder } from '../jsonl/temporary-folder.js';
import { thrownBy } from '../jsonl/thrown.js';

interface Place {
  readonly folder: string;
  readonly database: string;
  readonly copy: string;
}

/** A database with some rows that nobody has open. */
function place(): Place {
  const folder = temporaryFolder();
  const database = join(folder, 'data.db');
  Store.open(database, { create: true }).close();
  write(database, 'first');
  return { folder, database, copy: join(folder, 'copy.db') };
}

function withSql<T>(path: string, body: (sql: Sql) => T): T {
  const sql = new Sql(openDriver(path));
  try {
    return body(sql);
  } finally {
    sql.close();
  }
}

function write(path: string, value: string): void {
  withSql(path, (sql) => {
    sql.run(
      `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
             VALUES ('m', '/p', 'k', ?1, 1, 1) ON CONFLICT (id) DO UPDATE SET value = ?1`,
      value,
    );
  });
}

/** Until its statements are collected, `@photostructure/sqlite` keeps a database open that was closed. */
async function closed(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await setImmediate();
  }
}

function valueIn(path: string): unknown {
  return withSql(path, (sql) => sql.get(`SELECT value FROM project_memory`)?.[0]);
}

function expectError(body: () => unknown, code: SyncErrorCode, status: number, says: string | RegExp): void {
  const error = thrownBy(body);
  expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string });
  expect(ERROR_EXIT_STATUS[error.code]).toBe(status);
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
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
    // The copy is a database to go on with.
    const store = Store.open(copy);
    expect(store.problems()).toEqual([]);
    store.close();
  });

  it('overwrites nothing', () => {
    const { folder, database, copy } = place();
    writeFileSync(copy, 'precious');
    expectError(() => backup(database, copy), 'refused', 6, 'there already');
    expectError(() => backup(database, database), 'refused', 6, 'there already');
    expect(readFileSync(copy, 'utf8')).toBe('precious');
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('says what is wrong, and leaves nothing', () => {
    const { folder, database, copy } = place();
    expectError(() => backup(join(folder, 'none.db'), copy), 'database', 2, 'none.db');
    writeFileSync(join(folder, 'text.db'), 'no database, and long enough for a header. '.repeat(40));
    expectError(() => backup(join(folder, 'text.db'), copy), 'database', 2, 'text.db');
    const error = thrownBy(() => backup(database, join(folder, 'none', 'copy.db')));
    expect(ERROR_EXIT_STATUS[error.code]).toBe(8);
    expect(error.message).toContain('none');
    expect(readdirSync(folder).filter((name) => /copy|tmp/.test(name))).toEqual([]);
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
});

describe('restore', () => {
  it('puts the backup in place, and keeps the old database under another name', async () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    write(database, 'second');
    await closed();
    const { path, replaced } = restore(database, copy, Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    expect(path).toBe(database);
    expect(replaced).toBe(`${database}.20260102T030405678Z.old`);
    expect(valueIn(database)).toBe('first');
    expect(valueIn(replaced ?? '')).toBe('second');
    expect(valueIn(copy)).toBe('first');
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
    write(database, 'third');
    await closed();
    expect(restore(database, replaced ?? '', 1).replaced).not.toBe(replaced);
    expect(valueIn(database)).toBe('second');
  });

  it('where there is no database', () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    const fresh = join(folder, 'fresh.db');
    expect(restore(fresh, copy)).toEqual({ path: fresh, replaced: null });
    expect(valueIn(fresh)).toBe('first');
  });

  it('takes what stands in the log of a database that was killed', async () => {
    const { database, copy } = place();
    backup(database, copy);
    const writer = new Sql(openDriver(database));
    writer.run(`UPDATE project_memory SET value = 'only in the log'`);
    const saved = ['', '-wal'].map((suffix) => readFileSync(`${database}${suffix}`));
    writer.close();
    for (const [n, suffix] of ['', '-wal'].entries()) writeFileSync(`${database}${suffix}`, saved[n] ?? '');
    await closed();
    const { replaced } = restore(database, copy);
    expect(valueIn(replaced ?? '')).toBe('only in the log');
    expect(valueIn(database)).toBe('first');
  });

  it('refuses while another program has the database open, and changes nothing', () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    write(database, 'second');
    const other = new Sql(openDriver(database));
    try {
      expect(other.get('SELECT value FROM project_memory')).toEqual(['second']);
      expectError(() => restore(database, copy), 'busy', 9, /data\.db/);
      expect(other.get('SELECT value FROM project_memory')).toEqual(['second']);
      other.run(`UPDATE project_memory SET value = 'goes on'`);
    } finally {
      other.close();
    }
    expect(valueIn(database)).toBe('goes on');
    expect(readdirSync(folder).filter((name) => /old|tmp/.test(name))).toEqual([]);
    expect(withSql(database, (sql) => sql.get('PRAGMA journal_mode'))).toEqual(['wal']);
  });

  it.each<[string, (copy: string) => void]>([
    ['is no database', (copy) => writeFileSync(copy, 'x'.repeat(3000))],
    ['is cut off', (copy) => truncateSync(copy, 20_000)],
    ['is damaged inside', (copy) => writeFileSync(copy, readFileSync(copy).fill(0x5a, 4096 * 2, 4096 * 12))],
    ['is empty', (copy) => truncateSync(copy, 0)],
  ])('refuses a backup that %s, and keeps the database', (_, damage) => {
    const { folder, database, copy } = place();
    backup(database, copy);
    damage(copy);
    write(database, 'second');
    expectError(() => restore(database, copy), 'database', 2, /./);
    expect(valueIn(database)).toBe('second');
    expect(readdirSync(folder).filter((name) => /old|tmp/.test(name))).toEqual([]);
  });

  it('says that there is no backup', () => {
    const { folder, database } = place();
    expectError(() => restore(database, join(folder, 'none.db')), 'io', 8, 'none.db');
    expect(valueIn(database)).toBe('first');
  });
});
