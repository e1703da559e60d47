import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { runBuilt } from '../cli/built-command.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** A program's tables with all that can stand beside tables of ours: an index and a trigger of its own, a counter, a view. */
const PROGRAM = `
  CREATE TABLE shelf (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, books INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT, shelf INTEGER NOT NULL REFERENCES shelf (id), title TEXT NOT NULL);
  CREATE INDEX book_title ON book (title);
  CREATE TRIGGER book_count AFTER INSERT ON book BEGIN UPDATE shelf SET books = books + 1 WHERE id = new.shelf; END;
  CREATE VIEW titles AS SELECT title FROM book;
  INSERT INTO shelf (name) VALUES ('kitchen');
  INSERT INTO book (shelf, title) VALUES (1, 'Rye'), (1, 'Leek');`;

/** Somebody who syncs the program's database from a repository. */
class User {
  readonly clone: string;
  readonly db: string;
  readonly #home = temporaryFolder();

  constructor() {
    this.clone = join(this.#home, 'clone');
    this.db = join(this.#home, 'books.db');
    mkdirSync(this.clone);
    this.withSql((sql) => {
      sql.exec(PROGRAM);
    });
    this.git('init', '--quiet', '--initial-branch=main');
  }

  get env(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.#home, GIT_CONFIG_NOSYSTEM: '1', SC_ACTOR: 'ann' };
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.clone, env: this.env, encoding: 'utf8', stdio: 'pipe' });
  }

  run(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
    const ran = runBuilt(args, { cwd: this.clone, env: this.env });
    return { status: ran.status, text: ran.stdout + ran.stderr };
  }

  ok(...args: readonly string[]): string {
    const { status, text } = this.run(...args);
    expect({ status, text }, args.join(' ')).toEqual({ status: 0, text: expect.any(String) as string });
    return text;
  }

  withSql<T>(work: (sql: Sql) => T): T {
    const sql = new Sql(openDriver(this.db));
    try {
      return work(sql);
    } finally {
      sql.close();
    }
  }

  /** All that the database is: its definitions, and every row. */
  contents(): unknown {
    return this.withSql((sql) => [
      sql.all(`SELECT type, name, sql FROM sqlite_schema ORDER BY type, name`),
      ...['shelf', 'book', 'sqlite_sequence'].map((table) => sql.all(`SELECT * FROM ${table} ORDER BY 1`)),
    ]);
  }

  get ours(): unknown {
    return this.withSql((sql) => sql.get(`SELECT count(*) FROM sqlite_schema WHERE name LIKE 'scsync%'`)?.[0]);
  }

  setUp(): void {
    this.ok('adopt', '--db', this.db);
    this.ok('init', '--db', this.db);
    this.ok('sync');
  }
}

describe('init --undo in the database of another program', () => {
  it('leaves no trace of sync in it, and its rows as they are', () => {
    const user = new User();
    const before = user.contents();
    user.setUp();
    const files = readFileSync(join(user.clone, '.sc-sync/book.jsonl'), 'utf8');
    expect(user.ours).not.toBe(0n);
    const said = user.ok('init', '--undo');
    expect(said).toMatch(/removed \d+ tables and \d+ triggers of sc-sync from .*books\.db/);
    expect(said).toContain('the rows and the data files stay as they are');
    expect(user.contents()).toEqual(before);
    expect(readFileSync(join(user.clone, '.sc-sync/book.jsonl'), 'utf8')).toBe(files);
    expect(user.git('config', '--local', '--list')).not.toContain('sc-sync');
    expect(user.ok('init', '--undo', '--db', user.db)).toContain('nothing to take back');
    // The program goes on, and sync can be set up again: nothing is doubled.
    user.withSql((sql) => {
      sql.exec(`INSERT INTO book (shelf, title) VALUES (1, 'Oats')`);
    });
    user.ok('init', '--db', user.db);
    expect(user.ok('sync')).toContain('in sync');
    expect(user.withSql((sql) => sql.all('SELECT title FROM book ORDER BY id'))).toEqual([['Rye'], ['Leek'], ['Oats']]);
    expect(readFileSync(join(user.clone, '.sc-sync/book.jsonl'), 'utf8').split('\n')).toHaveLength(4);
  });

  it('works where the program changed its tables, and where the registry cannot be read any more', () => {
    const user = new User();
    user.setUp();
    user.withSql((sql) => {
      sql.exec('ALTER TABLE book RENAME TO volume');
    });
    writeFileSync(join(user.clone, '.sc-sync/registry.json'), '{');
    user.ok('init', '--undo');
    expect(user.ours).toBe(0n);
  });

  it('is refused while the journal has values that nothing else has', () => {
    const user = new User();
    user.setUp();
    const path = join(user.clone, '.sc-sync/book.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"Rye"', '"Rye bread"'));
    user.withSql((sql) => {
      sql.exec(`UPDATE book SET title = 'Rye flour' WHERE id = 1`);
    });
    user.ok('sync');
    const refused = user.run('init', '--undo');
    expect(refused).toMatchObject({ status: 6, text: expect.stringContaining('has 1 value that lost') as string });
    expect(user.ours).not.toBe(0n);
    user.ok('conflicts', 'drop', '1');
    user.ok('init', '--undo');
    expect(user.ours).toBe(0n);
  });

  it('says that private marks are gone, and leaves a database that another folder uses', () => {
    const user = new User();
    user.setUp();
    const [shelf = ''] = readFileSync(join(user.clone, '.sc-sync/shelf.jsonl'), 'utf8').split('\n');
    user.ok('private', 'shelf', (JSON.parse(shelf) as { readonly id: string }).id);
    const other = `${user.clone}-2`;
    cpSync(join(user.clone, '.sc-sync'), join(other, '.sc-sync'), { recursive: true });
    user.ok('-C', other, 'init', '--db', user.db);
    expect(user.ok('init', '--undo')).toContain(`left the tracking in ${user.db}: ${other}/.sc-sync is synced with it`);
    expect(user.ours).not.toBe(0n);
    rmSync(other, { recursive: true });
    expect(user.ok('init', '--undo', '--db', user.db)).toContain('nothing knows any more that 1 record must not leave');
    expect(user.ours).toBe(0n);
  });
});
