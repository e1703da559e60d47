import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/store/connect.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { upgradeSchema } from '../../src/savecontext/upgrade.js';
import { Sql } from '../../src/store/sql.js';
import { copyOfFixture, temporaryFolder, thrownBy } from './helpers.js';

function open(path: string, create = false): Sql {
  const sql = new Sql(connect(path, { create }));
  onTestFinished(() => {
    sql.close();
  });
  return sql;
}

function settings(sql: Sql): unknown {
  return ['journal_mode', 'foreign_keys', 'synchronous', 'busy_timeout'].map((name) => sql.get(`PRAGMA ${name}`)?.[0]);
}

describe('connect', () => {
  it('sets up the connection to a new database, in folders that it makes', () => {
    const path = join(temporaryFolder(), 'a', 'b', 'new.db');
    expect(settings(open(path, true))).toEqual(['wal', 1n, 1n, 5000n]);
    expect(existsSync(path)).toBe(true);
  });

  it('makes a database, its log and its folders for their owner alone', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a', 'b', 'new.db');
    open(path, true).exec('CREATE TABLE t (x)');
    const modes = ['a', 'a/b', 'a/b/new.db', 'a/b/new.db-wal', 'a/b/new.db-shm'].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o600]);
  });

  it.each(['wal', 'delete'])(
    'leaves a database that is there in journal mode %s, with the syncing that it needs',
    (mode) => {
      for (const create of [false, true]) {
        const path = copyOfFixture('full/before.db');
        const owner = openDriver(path);
        owner.exec(`PRAGMA journal_mode = ${mode}`);
        owner.close();
        const before = readFileSync(path);
        expect(settings(open(path, create))).toEqual([mode, 1n, mode === 'wal' ? 1n : 2n, 5000n]);
        expect(readFileSync(path).equals(before)).toBe(true);
      }
    },
  );

  it('opens a name that looks like a URI as a file', () => {
    const folder = temporaryFolder();
    const before = process.cwd();
    process.chdir(folder);
    try {
      open('file:x.db?mode=memory', true);
    } finally {
      process.chdir(before);
    }
    expect(existsSync(join(folder, 'file:x.db?mode=memory'))).toBe(true);
  });

  it('says that there is no database, and makes none', () => {
    const path = join(temporaryFolder(), 'a', 'none.db');
    const error = thrownBy(() => connect(path, { create: false }));
    expect(error).toMatchObject({ code: 'database', message: `There is no database at ${path}` });
    expect(error).toMatchObject({ hint: expect.stringContaining('sc-sync init') as unknown });
    expect(existsSync(join(path, '..'))).toBe(false);
  });

  it('says that the path is a folder', () => {
    const folder = temporaryFolder();
    for (const create of [true, false]) {
      const error = thrownBy(() => connect(folder, { create }));
      expect(error).toMatchObject({ code: 'database', message: expect.stringContaining('is a folder') as unknown });
    }
  });

  it('says that the file is no database, and leaves it as it is', () => {
    const path = join(temporaryFolder(), 'text.db');
    const text = 'This is a text and no database.\n'.repeat(200);
    writeFileSync(path, text);
    for (const create of [true, false]) {
      const error = thrownBy(() => connect(path, { create }));
      expect(error).toMatchObject({
        code: 'database',
        message: `${path} is no SQLite database, or is damaged`,
        details: [expect.stringContaining('file is not a database') as unknown],
      });
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('says of a database that is read-only what that means, and what to do', () => {
    const path = join(temporaryFolder(), 'data.db');
    open(path, true).exec('CREATE TABLE t (x)');
    const sql = new Sql(openDriver(path, { readOnly: true }), path);
    onTestFinished(() => {
      sql.close();
    });
    expect(thrownBy(() => sql.run('INSERT INTO t VALUES (1)'))).toMatchObject({
      code: 'io',
      message: `${path} cannot be written: the file or its folder is read-only`,
      details: [expect.stringContaining('INSERT INTO t') as unknown],
      hint: expect.stringContaining('writable') as unknown,
    });
  });

  it('says that the folder cannot be made', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(thrownBy(() => connect(join(folder, 'file', 'b', 'x.db'), { create: true }))).toMatchObject({ code: 'io' });
  });

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('says that the file cannot be read', () => {
    const path = join(temporaryFolder(), 'x.db');
    writeFileSync(path, '');
    chmodSync(path, 0);
    expect(thrownBy(() => connect(path, { create: true }))).toMatchObject({ code: 'io' });
  });

  it('waits for a database that is held, then says busy', { timeout: 20_000 }, () => {
    const path = copyOfFixture('empty/before.db');
    const holder = openDriver(path);
    onTestFinished(() => {
      holder.close();
    });
    holder.exec('BEGIN EXCLUSIVE');
    const start = performance.now();
    expect(thrownBy(() => connect(path, { create: false }))).toMatchObject({ code: 'busy' });
    expect(performance.now() - start).toBeGreaterThan(4000);
  });

  it('leaves the file of another program as it is, byte for byte', () => {
    const path = join(temporaryFolder(), 'other.db');
    const other = openDriver(path);
    other.exec('CREATE TABLE sessions (sid PRIMARY KEY, data TEXT); INSERT INTO sessions VALUES (1, 2)');
    other.close();
    const before = readFileSync(path);
    for (const create of [true, false]) {
      const sql = new Sql(connect(path, { create }));
      expect(
        thrownBy(() => {
          upgradeSchema(sql, 0);
        }),
      ).toMatchObject({ code: 'schema' });
      sql.close();
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('does not write to an empty file that it was not asked to create', () => {
    const path = join(temporaryFolder(), 'empty.db');
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    connect(path, { create: false }).close();
    expect(readFileSync(path).length).toBe(0);
  });
});
