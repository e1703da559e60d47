import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';

import { messageOf } from '../../src/errors.js';
import type { RegistryFile } from '../../src/registry/file.js';
import { registryOf } from '../../src/registry/from-file.js';
import { Store } from '../../src/savecontext/store.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { openSide, openSides } from './world.js';
import type { Side } from './world.js';

/** A program with a full text search, generated columns, cascades and triggers of every kind. */
const SCHEMA = `
  CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, body TEXT, type TEXT, parent INTEGER REFERENCES note (id) ON DELETE CASCADE,
    size INTEGER AS (length(body)) VIRTUAL, shout TEXT AS (upper(title)) STORED, slug TEXT, stamp INTEGER);
  CREATE TABLE tag (name TEXT PRIMARY KEY COLLATE NOCASE, uses INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE note_tag (note INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE, tag TEXT NOT NULL REFERENCES tag (name), PRIMARY KEY (note, tag));
  CREATE TABLE audit (n INTEGER PRIMARY KEY, what TEXT);
  CREATE VIRTUAL TABLE note_fts USING fts5 (title, body, content = 'note', content_rowid = 'id');
  CREATE TRIGGER note_ai AFTER INSERT ON note BEGIN INSERT INTO note_fts (rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body); END;
  CREATE TRIGGER note_ad AFTER DELETE ON note BEGIN
    INSERT INTO note_fts (note_fts, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body); END;
  CREATE TRIGGER note_au AFTER UPDATE OF id, title, body ON note BEGIN
    INSERT INTO note_fts (note_fts, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body);
    INSERT INTO note_fts (rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body); END;
  CREATE TRIGGER note_slug AFTER INSERT ON note BEGIN UPDATE note SET slug = lower(NEW.title) WHERE id = NEW.id; END;
  CREATE TRIGGER note_type AFTER INSERT ON note WHEN NEW.type IS NOT NULL BEGIN UPDATE note SET type = type || '!' WHERE id = NEW.id; END;
  CREATE TRIGGER note_audit AFTER UPDATE OF body ON note BEGIN INSERT INTO audit (what) VALUES (NEW.id || ' ' || last_insert_rowid()); END;
  CREATE TRIGGER tag_uses AFTER INSERT ON note_tag BEGIN UPDATE tag SET uses = uses + 1 WHERE name = NEW.tag; END`;

const text = { kind: 'text', null: true } as const;
const times = { created: null, updated: null };
const FILE: RegistryFile = {
  registry: 1,
  scope: 'database',
  entities: [
    {
      ...{ type: 'note', table: 'note', file: 'note.jsonl', id: { number: 'id' }, ...times },
      fields: {
        title: 'text',
        body: text,
        type: { ...text, as: 'type_' },
        parent: { kind: 'ref', null: true, to: 'note' },
        slug: { kind: 'local', null: true },
        stamp: { kind: 'integer', null: true },
      },
      unique: [{ columns: ['title'], clash: 'rename' }],
    },
    {
      ...{ type: 'tag', table: 'tag', file: 'tag.jsonl', id: { columns: ['name'] }, ...times },
      fields: { name: 'text', uses: 'integer' },
    },
    {
      ...{ type: 'note_tag', table: 'note_tag', file: 'note_tag.jsonl', id: { columns: ['note', 'tag'] }, ...times },
      fields: { note: { kind: 'ref', to: 'note' }, tag: { kind: 'ref', to: 'tag', by: 'name' } },
    },
  ],
  local: ['audit'],
  derived: ['note_fts'],
};

const HOW = ['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE', 'REPLACE'];
const n = fc.integer({ min: 1, max: 4 });
const word = fc.constantFrom('red', 'Red', 'blue');
const STATEMENTS = fc.oneof(
  fc
    .tuple(fc.constantFrom(...HOW), fc.option(n), word, fc.option(n))
    .map(
      ([how, id, title, parent]) =>
        `${how} INTO note (id, title, body, type, parent) VALUES (${String(id)}, '${title}', 'about ${title}', 'x', ${String(parent)}) RETURNING id, shout`,
    ),
  fc.tuple(n, word).map(([id, title]) => `UPDATE OR REPLACE note SET title = '${title}' WHERE id = ${id}`),
  fc.tuple(n, word).map(([id, body]) => `UPDATE note SET body = '${body}' WHERE id >= ${id} RETURNING id, size, slug`),
  fc.tuple(n, n).map(([from, to]) => `UPDATE note SET id = ${to} WHERE id = ${from}`),
  word.map(
    (title) =>
      `INSERT INTO note (title, body) VALUES ('${title}', 'new') ON CONFLICT (title) DO UPDATE SET body = excluded.body, stamp = 1 RETURNING *`,
  ),
  n.map((id) => `DELETE FROM note WHERE id = ${id}`),
  fc.tuple(fc.constantFrom(...HOW), word).map(([how, tag]) => `${how} INTO tag (name) VALUES ('${tag}')`),
  fc.tuple(fc.constantFrom(...HOW), n, word).map(([how, id, tag]) => `${how} INTO note_tag VALUES (${id}, '${tag}')`),
  word.map((tag) => `DELETE FROM tag WHERE name = '${tag}'`),
  word.map((found) => `SELECT rowid FROM note_fts WHERE note_fts MATCH '${found}' ORDER BY rowid`),
);
const SESSION = fc.array(STATEMENTS, { minLength: 1, maxLength: 15 });
const TABLES = ['note', 'tag', 'note_tag', 'audit'];

/** What a program sees of a statement. */
function seenOf(sql: Sql, statement: string): unknown {
  try {
    const rows = sql.all(statement);
    return [rows, sql.all('SELECT changes(), last_insert_rowid()')];
  } catch (error) {
    return messageOf((error as Error).cause ?? error);
  }
}

const expectSound = ({ sql }: Pick<Side, 'sql'>): void => {
  expect(sql.all('PRAGMA foreign_key_check')).toEqual([]);
  expect(sql.all('PRAGMA integrity_check')).toEqual([['ok']]);
  sql.exec(`INSERT INTO note_fts (note_fts) VALUES ('integrity-check')`);
};

it('is noticed by no statement of the program: the same rows, numbers and errors with tracking as without', () => {
  fc.assert(
    fc.property(SESSION, fc.boolean(), (session, recursive) => {
      const folder = temporaryFolder();
      const plain = new Sql(openDriver(join(folder, 'plain.db')));
      onTestFinished(() => {
        plain.close();
      });
      plain.exec(`PRAGMA foreign_keys = ON; ${SCHEMA}`);
      const tracked = openSide(folder, 'tracked', { schema: SCHEMA, file: FILE });
      for (const sql of [plain, tracked.sql]) sql.exec(`PRAGMA recursive_triggers = ${String(recursive)}`);
      for (const statement of session) {
        expect(seenOf(tracked.sql, statement), statement).toEqual(seenOf(plain, statement));
      }
      for (const table of TABLES) {
        expect(tracked.sql.all(`SELECT * FROM ${table}`)).toEqual(plain.all(`SELECT * FROM ${table}`));
      }
      tracked.project.export();
      expect(tracked.project.status()).toMatchObject({ inSync: true });
      expectSound(tracked);
    }),
    { numRuns: 60 },
  );
});

it('lets triggers run in an import that keep the search and local columns, and no trigger that writes what is synced', () => {
  fc.assert(
    fc.property(SESSION, SESSION, (first, second) => {
      const { a, b } = openSides({ schema: SCHEMA, file: FILE });
      for (const session of [first, second]) {
        for (const statement of session) seenOf(a.sql, statement);
        a.project.export();
        b.project.import();
        // A record that waits until a deletion frees what it needs comes with the next import.
        b.project.import();
        const synced = `SELECT title, body, type, stamp, size, shout FROM note ORDER BY title`;
        expect(b.sql.all(synced)).toEqual(a.sql.all(synced));
        expect(b.sql.all('SELECT * FROM tag ORDER BY name')).toEqual(a.sql.all('SELECT * FROM tag ORDER BY name'));
        expect(b.sql.all(`SELECT count(*) FROM note WHERE slug IS NULL`)).toEqual([[0n]]);
        const found = `SELECT n.title FROM note_fts f JOIN note n ON n.id = f.rowid WHERE note_fts MATCH 'about' ORDER BY 1`;
        expect(b.sql.all(found)).toEqual(b.sql.all(`SELECT title FROM note WHERE body LIKE 'about%' ORDER BY 1`));
        expectSound(b);
        expect(b.project.export().total).toMatchObject({ written: 0, deleted: 0 });
      }
    }),
    { numRuns: 40, seed: 7 },
  );
});

it.each(['DELETE', 'WAL'])('changes no byte of the file by looking, with the journal mode %s', (mode) => {
  const { a, b } = openSides({ schema: SCHEMA, file: FILE });
  a.sql.exec(`PRAGMA journal_mode = ${mode}`);
  for (const title of ['red', 'blue']) a.sql.run(`INSERT INTO note (title, body) VALUES (?, 'x')`, title);
  b.sql.run(`INSERT INTO note (title, body) VALUES ('red', 'y')`);
  b.project.export();
  a.sql.run(`UPDATE note SET body = 'z' WHERE title = 'blue'`);
  const bytes = (): string[] =>
    ['', '-wal', '-journal'].map((end) =>
      existsSync(`${a.path}${end}`)
        ? createHash('sha256')
            .update(readFileSync(`${a.path}${end}`))
            .digest('hex')
        : '',
    );
  const before = bytes();
  const store = Store.open(a.path, { registry: registryOf(FILE) });
  onTestFinished(() => {
    store.close();
  });
  for (const project of [a.project, store.project(join(a.path, '..'), { dir: a.project.dir })]) {
    expect(project.status()).toMatchObject({ inSync: false });
    expect(project.diff().changes.length).toBeGreaterThan(0);
    project.records.list('note');
    project.sync({ dryRun: true });
  }
  store.close();
  expect(bytes()).toEqual(before);
});

it('makes a full-text index anew whose trigger rests, so that the program can change the rows that came', () => {
  const schema = `${SCHEMA};
    CREATE TRIGGER note_both AFTER INSERT ON note BEGIN INSERT INTO tag VALUES ('of ' || NEW.title, 0);
      INSERT INTO more_fts (rowid, body) VALUES (NEW.id, NEW.body); END;
    CREATE VIRTUAL TABLE more_fts USING fts5 (body, content=note, content_rowid=id);
    CREATE TRIGGER note_more AFTER DELETE ON note BEGIN
      INSERT INTO more_fts (more_fts, rowid, body) VALUES ('delete', OLD.id, OLD.body); END`;
  const { a, b } = openSides({ schema, file: FILE });
  a.sql.exec(`INSERT INTO note (title, body) VALUES ('red', 'about a fox'), ('blue', 'about a sea')`);
  a.project.export();
  b.project.import();
  expect(b.sql.all(`SELECT rowid FROM more_fts WHERE more_fts MATCH 'fox'`)).toEqual([[1n]]);
  b.sql.exec('DELETE FROM note WHERE id = 1');
  b.sql.exec(`INSERT INTO more_fts (more_fts) VALUES ('integrity-check')`);
  a.sql.exec('DELETE FROM note');
  a.project.export();
  expect(b.project.sync().export.refused).toEqual([]);
  expect(b.sql.all('SELECT count(*) FROM note')).toEqual([[0n]]);
});
