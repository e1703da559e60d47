import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import type { RegistryFile } from '../../src/registry/file.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { registryOf } from '../../src/registry/from-file.js';
import { Store } from '../../src/savecontext/store.js';
import { openSide } from './world.js';

const OLD = 'CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT NOT NULL)';
const ADDED = 'ALTER TABLE note ADD COLUMN size INTEGER NOT NULL DEFAULT 5; ALTER TABLE note ADD COLUMN body TEXT';

function registry(fields: RegistryFile['entities'][number]['fields']): RegistryFile {
  const note = { type: 'note', table: 'note', file: 'note.jsonl', id: { number: 'id' }, created: null, updated: null };
  return { registry: 1, scope: 'database', entities: [{ ...note, fields }], local: [], derived: [] };
}

const BEFORE = registry({ title: 'text' });
const AFTER = registry({ title: 'text', size: 'integer', body: { kind: 'text', null: true } });

it('a line that lacks a column decides nothing about it, and stands once in its file when it gets it', () => {
  const folder = temporaryFolder();
  const old = openSide(folder, 'old', { schema: OLD, file: BEFORE });
  old.sql.exec(`INSERT INTO note (title) VALUES ('a'), ('b')`);
  old.project.export();
  // The program migrates here, and its database is synced by the new registry from now on.
  const migrated = openSide(folder, 'new', { schema: `${OLD}; ${ADDED}`, file: AFTER });
  expect(migrated.project.sync().import.total).toMatchObject({ created: 2 });
  migrated.sql.exec(`UPDATE note SET size = 7, body = 'long' WHERE title = 'a'`);
  migrated.project.sync();
  const lines = (): string[] =>
    readFileSync(join(folder, 'lines', 'note.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
  expect(lines()).toHaveLength(2);
  expect(lines()[0]).toContain('"title":"a","size":7,"body":"long"');

  // The other clone does not know the columns yet: it keeps what they hold, and edits what it knows.
  old.project.sync();
  old.sql.exec(`UPDATE note SET title = 'A' WHERE id = 1`);
  old.project.sync();
  expect(lines()).toHaveLength(2);
  expect(lines()[0]).toMatch(/"title":"A".*"body":"long".*"size":7/);
  migrated.project.sync();
  expect(migrated.sql.all('SELECT title, size, body FROM note ORDER BY id')[0]).toEqual(['A', 7n, 'long']);
  expect(migrated.project.status().inSync).toBe(true);
});

it('what a clone kept of a column that it did not know is in the column when it gets it', () => {
  const folder = temporaryFolder();
  const old = openSide(folder, 'old', { schema: OLD, file: BEFORE });
  old.sql.exec(`INSERT INTO note (title) VALUES ('a'), ('b')`);
  old.project.export();
  const migrated = openSide(folder, 'new', { schema: `${OLD}; ${ADDED}`, file: AFTER });
  migrated.project.sync();
  migrated.sql.exec(`UPDATE note SET size = 7, body = 'long' WHERE title = 'a'`);
  migrated.project.sync();
  old.project.sync();
  old.sql.exec(ADDED);
  const store = Store.open(old.path, { create: true, registry: registryOf(AFTER) });
  onTestFinished(() => {
    store.close();
  });
  expect(old.sql.all('SELECT title, size, body FROM note ORDER BY id')[0]).toEqual(['a', 7n, 'long']);
  const project = store.project(old.project.path, { dir: old.project.dir });
  project.sync();
  migrated.project.sync();
  for (const line of readFileSync(join(folder, 'lines', 'note.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')) {
    expect(line.match(/"size":/g)?.length ?? 0).toBeLessThan(2);
  }
  expect(project.status().inSync).toBe(true);
  expect(migrated.sql.all('SELECT title, size, body FROM note ORDER BY id')[0]).toEqual(['a', 7n, 'long']);
});

it('gives a row what its table gives to any row, where no line says anything of a column', () => {
  const folder = temporaryFolder();
  const old = openSide(folder, 'old', { schema: OLD, file: BEFORE });
  old.sql.exec(`INSERT INTO note (title) VALUES ('a')`);
  old.project.export();
  const more = `size INTEGER NOT NULL DEFAULT '5', rate REAL DEFAULT 2, state TEXT DEFAULT 'it''s open', half NUMERIC DEFAULT (0.5),
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, body TEXT, face BLOB DEFAULT X'00ff'`;
  const file = registry({
    ...{ title: 'text', size: 'integer', rate: { kind: 'real', null: true }, state: { kind: 'text', null: true } },
    ...{ half: { kind: 'number', null: true }, at: 'text', body: { kind: 'text', null: true } },
    face: { kind: 'blob', null: true },
  });
  const migrated = openSide(folder, 'new', { schema: OLD.replace(')', `, ${more})`), file });
  migrated.project.sync();
  expect(migrated.sql.all('SELECT title, size, rate, state, half, at, body, hex(face) FROM note')).toEqual([
    ['a', 5n, 2, `it's open`, 0.5, '', null, '00FF'],
  ]);
  expect(migrated.project.status().inSync).toBe(true);
  old.project.sync();
  expect(old.sql.all('SELECT title FROM note')).toEqual([['a']]);
  migrated.sql.exec('UPDATE note SET size = 6');
  migrated.project.sync();
  old.project.sync();
  expect(migrated.sql.all('SELECT title, size, rate FROM note')).toEqual([['a', 6n, 2]]);
});
