import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { backup } from '../../src/store/backup.js';
import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncErrorCode } from '../../src/errors.js';
import { restore } from '../../src/store/restore.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { builtModule, startScript } from '../files/child.js';
import { rejectionOf } from '../files/thrown.js';
import {
  breakIndex,
  breakTable,
  closed,
  place,
  setJournalMode,
  valueIn,
  withSql,
  write,
  writeBy,
} from './database-file.js';

async function expectError(
  promise: Promise<unknown>,
  code: SyncErrorCode,
  status: number,
  says: RegExp,
): Promise<void> {
  const error = await rejectionOf(promise);
  expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string });
  expect(ERROR_EXIT_STATUS[error.code]).toBe(status);
}

function journalMode(path: string): unknown {
  return withSql(path, (sql) => sql.get('PRAGMA journal_mode')?.[0]);
}

/** Names of what is neither the database nor the backup. */
function leftIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => !/^(data|copy)\.db(-wal|-shm)?$/.test(name));
}

function otherProgram(path: string): Sql {
  const sql = new Sql(openDriver(path));
  onTestFinished(() => {
    sql.close();
  });
  return sql;
}

describe('restore', () => {
  it('puts the backup in place, and keeps what was there under another name', async () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    write(database, 'second');
    await closed();
    const { path, replaced } = await restore(database, copy, Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    expect(path).toBe(database);
    expect(replaced).toBe(`${database}.20260102T030405678Z.old`);
    expect(valueIn(database)).toBe('first');
    expect(valueIn(replaced ?? '')).toBe('second');
    expect(valueIn(copy)).toBe('first');
    expect(leftIn(folder)).toEqual(['data.db.20260102T030405678Z.old']);
    write(database, 'third');
    await closed();
    expect((await restore(database, replaced ?? '', 1)).replaced).not.toBe(replaced);
    expect(valueIn(database)).toBe('second');
  });

  it.each(['WAL', 'DELETE'])(
    'leaves a database in mode %s the same file, with its mode and its journal',
    async (mode) => {
      const { database, copy } = place();
      await setJournalMode(database, mode);
      chmodSync(database, 0o640);
      const before = statSync(database);
      backup(database, copy);
      // A backup may have been made by other means, and have a journal mode of its own.
      await setJournalMode(copy, mode === 'WAL' ? 'DELETE' : 'WAL');
      write(database, 'second');
      await closed();
      const { replaced } = await restore(database, copy);
      const { ino, mode: permissions, uid, gid } = statSync(database);
      expect({ ino, permissions, uid, gid }).toEqual({
        ino: before.ino,
        permissions: before.mode,
        uid: before.uid,
        gid: before.gid,
      });
      expect(statSync(replaced ?? '').mode & 0o777).toBe(0o600);
      expect(journalMode(database)).toBe(mode.toLowerCase());
      expect(valueIn(database)).toBe('first');
      expect(valueIn(replaced ?? '')).toBe('second');
    },
  );

  it('where there is no database, also in a folder that is missing, for their owner alone', async () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    const fresh = join(folder, 'new', 'fresh.db');
    expect(await restore(fresh, copy)).toEqual({ path: fresh, replaced: null });
    expect(valueIn(fresh)).toBe('first');
    expect(journalMode(fresh)).toBe('wal');
    expect([fresh, join(folder, 'new')].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
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
    const { replaced } = await restore(database, copy);
    expect(valueIn(replaced ?? '')).toBe('only in the log');
    expect(valueIn(database)).toBe('first');
  });

  it('never takes the log of a database that is gone for its own, and keeps it', async () => {
    const { database, copy } = place();
    const writer = new Sql(openDriver(database));
    writer.run(`UPDATE project_memory SET value = 'only in the log'`);
    const log = readFileSync(`${database}-wal`);
    // The very state that the log belongs to.
    writeFileSync(copy, readFileSync(database));
    writer.close();
    await closed();
    rmSync(database);
    writeFileSync(`${database}-wal`, log);
    const { replaced } = await restore(database, copy);
    expect(valueIn(database)).not.toBe('only in the log');
    expect(replaced).toMatch(/\.old-wal$/);
    expect(readFileSync(replaced ?? '').equals(log)).toBe(true);
  });

  it('refuses while another program uses the database, and changes nothing', async () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    write(database, 'second');
    const other = new Sql(openDriver(database));
    try {
      expect(other.get('SELECT value FROM project_memory')).toEqual(['second']);
      await expectError(restore(database, copy), 'busy', 9, /data\.db/);
      expect(other.get('SELECT value FROM project_memory')).toEqual(['second']);
      other.run(`UPDATE project_memory SET value = 'goes on'`);
    } finally {
      other.close();
    }
    expect(valueIn(database)).toBe('goes on');
    expect(leftIn(folder)).toEqual([]);
    expect(journalMode(database)).toBe('wal');
  });

  it('lets programs that have the database open without using it go on with the backup', async () => {
    for (const mode of ['WAL', 'DELETE']) {
      const { database, copy } = place();
      await setJournalMode(database, mode);
      const idle = otherProgram(database);
      // Without the log a program holds no lock between its transactions, but it remembers pages.
      if (mode === 'DELETE') expect(idle.get('SELECT value FROM project_memory')).toEqual(['first']);
      backup(database, copy);
      withSql(database, (sql) => {
        writeBy(sql, 'n', 'second');
      });
      await closed();
      await restore(database, copy);
      expect(idle.all('SELECT value FROM project_memory')).toEqual([['first']]);
      writeBy(idle, 'late', 'written afterwards');
      expect(valueIn(database, 'late')).toBe('written afterwards');
    }
  });

  it('loses no write of a program that works all the time: each is in the database, or in what was set aside', async () => {
    const { folder, database, copy } = place();
    // A copy takes its time, so that there is a chance to write meanwhile.
    withSql(database, (sql) => {
      sql.exec('CREATE TABLE fill (x)');
      sql.exec(
        'INSERT INTO fill SELECT randomblob(4000) FROM (SELECT 1 FROM sqlite_schema LIMIT 90), (SELECT 1 FROM sqlite_schema LIMIT 60)',
      );
    });
    backup(database, copy);
    await closed();
    const writer = startScript(
      `
        import { writeSync } from 'node:fs';
        const { openDriver } = await import(${JSON.stringify(builtModule('store/drivers/open-driver.js'))});
        for (let n = 0; ; n++) {
          const database = openDriver(process.argv[2]);
          try {
            database.exec("PRAGMA busy_timeout = 3000; INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('w" + n + "', '/p', 'w" + n + "', 'v', 1, 1)");
            writeSync(1, 'w' + n + '\\n');
          } catch {}
          database.close();
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
        }
      `,
      database,
    );
    let told = '';
    writer.stdout?.setEncoding('utf8').on('data', (text: string) => (told += text));
    for (let round = 0; round < 4; round++) {
      if (writer.stdout !== null) await once(writer.stdout, 'data');
      await restore(database, copy, round);
    }
    writer.kill('SIGKILL');
    await once(writer, 'close');
    const kept = readdirSync(folder).filter((name) => name === 'data.db' || name.endsWith('.old'));
    const ids = kept.flatMap((name) => withSql(join(folder, name), (sql) => sql.all('SELECT id FROM project_memory')));
    const written = told.split('\n').filter((id) => id !== '');
    expect(kept.length).toBe(5);
    expect(written.length).toBeGreaterThanOrEqual(4);
    const there = new Set(ids.map(String));
    expect(written.filter((id) => !there.has(id))).toEqual([]);
  });

  it.each<[string, (copy: string) => unknown]>([
    ['is no database', (copy) => writeFileSync(copy, 'x'.repeat(3000))],
    ['is cut off', (copy) => truncateSync(copy, 20_000)],
    ['is damaged inside', (copy) => writeFileSync(copy, readFileSync(copy).fill(0x5a, 4096 * 2, 4096 * 12))],
    ['has damage that opens', breakIndex],
    ['is empty', (copy) => truncateSync(copy, 0)],
  ])('refuses a backup that %s, and keeps the database', async (_, damage) => {
    const { folder, database, copy } = place();
    backup(database, copy);
    await damage(copy);
    write(database, 'second');
    await expectError(restore(database, copy), 'database', 2, /copy\.db/);
    expect(valueIn(database)).toBe('second');
    expect(leftIn(folder)).toEqual([]);
  });

  it('puts a backup in the place of a damaged database, which is set aside byte for byte', async () => {
    const { database, copy } = place();
    backup(database, copy);
    await breakTable(database);
    const damaged = readFileSync(database);
    const { replaced } = await restore(database, copy);
    expect(valueIn(database)).toBe('first');
    expect(readFileSync(replaced ?? '').equals(damaged)).toBe(true);
  });

  it('leaves a file alone that is no database, and says what to do', async () => {
    const { folder, database, copy } = place();
    backup(database, copy);
    const text = join(folder, 'text.db');
    writeFileSync(text, 'precious, and long enough for a header. '.repeat(40));
    const error = await rejectionOf(restore(text, copy));
    expect(error).toMatchObject({ code: 'database', hint: expect.stringMatching(/move it .* away/) as string });
    expect(readFileSync(text, 'utf8')).toMatch(/^precious/);
    expect(leftIn(folder)).toEqual(['text.db']);
  });

  it('says that there is no backup, or that it is the database itself', async () => {
    const { folder, database } = place();
    const alias = join(folder, 'alias.db');
    symlinkSync(database, alias);
    await expectError(restore(database, join(folder, 'none.db')), 'io', 8, /none\.db/);
    await expectError(restore(database, alias), 'refused', 6, /itself/);
    expect(existsSync(database)).toBe(true);
    expect(valueIn(database)).toBe('first');
  });
});
