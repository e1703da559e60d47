import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { FILE, openSides } from './world.js';

const NUMBERS = [-(2n ** 63n), -3n, 0n, 7n, 2n ** 53n + 1n, 2n ** 62n - 1n];

it('keeps every number that a row can have', () => {
  const { a, b } = openSides();
  for (const n of NUMBERS) a.sql.run(`INSERT INTO team (id, name) VALUES (?, ?)`, n, `t${n}`);
  a.project.export();
  expect(b.project.import().notices).toEqual([]);
  expect(b.sql.all('SELECT id FROM team ORDER BY id')).toEqual(NUMBERS.map((n) => [n]));
});

it('knows a row that came by its columns as one that was here', () => {
  const cell = {
    type: 'cell',
    table: 'cell',
    file: 'cell.jsonl',
    id: { columns: ['x', 'y'] },
    created: null,
    updated: null,
  };
  const { a, b } = openSides({
    schema: 'CREATE TABLE cell (x INTEGER, y INTEGER, PRIMARY KEY (x, y))',
    file: { ...FILE, entities: [{ ...cell, fields: { x: 'integer', y: 'integer' } }] },
  });
  a.sql.exec('INSERT INTO cell VALUES (1, 2)');
  a.project.export();
  b.project.import();
  b.sql.exec('DELETE FROM cell');
  expect(b.project.export().total).toMatchObject({ deleted: 1 });
});

it('gives no row a number from which a table could not count on', () => {
  const { a, b } = openSides();
  a.sql.run(`INSERT INTO team (name) VALUES ('x')`);
  a.project.export();
  const file = join(a.project.dir, 'team.jsonl');
  const line = readFileSync(file, 'utf8')
    .replace('"1~', '"9223372036854775807~')
    .replace(/,"content_hash":"[^"]*"/, '');
  writeFileSync(file, line);
  b.project.import();
  b.sql.run(`INSERT INTO team (name) VALUES ('y')`);
  expect(b.sql.all('SELECT id, name FROM team')).toEqual([
    [1n, 'x'],
    [2n, 'y'],
  ]);
});

it('takes the deletion of a record by its id to the other side, whatever identifies it', () => {
  const { a, b } = openSides();
  a.sql.exec(`
    INSERT INTO team (name) VALUES ('t');
    INSERT INTO person (uid, team, secret) VALUES ('p', 1, '');
    INSERT INTO member VALUES (1, 1, 'now');
    INSERT INTO profile VALUES (1, 'bio');
    INSERT INTO setting VALUES ('k', 1)`);
  a.project.sync();
  b.project.sync();
  const keys = { profile: 'person', member: 'id', person: 'uid', team: 'id', setting: 'key' };
  for (const [type, key] of Object.entries(keys)) {
    const [record] = a.project.records.list(type);
    a.project.records.delete(type, String(record?.[key]));
    a.project.sync();
    b.project.sync();
    expect(b.sql.all(`SELECT count(*) FROM ${type}`), type).toEqual([[0n]]);
  }
});

it.each([
  [
    'deleted, and its number handed out anew',
    `DELETE FROM team WHERE id = 1; INSERT INTO team (id, name) VALUES (1, 'x')`,
    false,
  ],
  [
    'replaced by its name, and its number handed out anew',
    `REPLACE INTO team (name) VALUES ('t'); INSERT INTO team (id, name) VALUES (1, 'x')`,
    false,
  ],
  ['replaced by its number', `REPLACE INTO team (id, name) VALUES (1, 'x')`, true],
  [
    'replaced by its number, where triggers tell of it',
    `PRAGMA recursive_triggers = ON; REPLACE INTO team (id, name) VALUES (1, 'x')`,
    true,
  ],
  [
    'replaced by its number, after a row that was not taken for its name',
    `INSERT OR IGNORE INTO team (name) VALUES ('t'); REPLACE INTO team (id, name) VALUES (1, 'x')`,
    true,
  ],
  [
    'replaced by its number and another one, which had its name',
    `INSERT INTO team (name) VALUES ('u'); REPLACE INTO team (id, name) VALUES (1, 'u')`,
    true,
  ],
])('a row that is %s', (_, statements, isKept) => {
  const { a } = openSides();
  a.sql.run(`INSERT INTO team (name) VALUES ('t')`);
  a.project.export();
  const ids = (): unknown[] => [...a.project.records.list('team')].map((record) => record['id']);
  const [before] = ids();
  a.sql.exec(statements);
  a.project.export();
  expect(ids().includes(before)).toBe(isKept);
  expect(a.project.status()).toMatchObject({ inSync: true });
});

it('notices that a value changed to one that compares as the same', () => {
  const { a, b } = openSides();
  a.sql.run(`INSERT INTO team (name) VALUES ('t')`);
  a.sql.run(`INSERT INTO person (uid, team, secret, note) VALUES ('p', 1, '', 1)`);
  for (const value of ['1.0', `'1'`, '1']) {
    a.sql.exec(`UPDATE person SET note = ${value}`);
    a.project.export();
    b.project.import();
    const note = 'SELECT typeof(note), note FROM person';
    expect(b.sql.all(note)).toEqual(a.sql.all(note));
  }
});

it('makes a record of rows whose parent is another one under the same number', () => {
  const { a, b } = openSides();
  a.sql.exec(`
    PRAGMA foreign_keys = OFF;
    INSERT INTO team (name) VALUES ('t');
    INSERT INTO person (uid, team, secret) VALUES ('p', 1, '');
    INSERT INTO member VALUES (1, 1, 'now')`);
  a.project.export();
  a.sql.exec(`
    DELETE FROM member; DELETE FROM team;
    INSERT INTO team (id, name) VALUES (1, 'other'); UPDATE person SET made = 1; INSERT INTO member VALUES (1, 1, 'then')`);
  a.project.export();
  b.project.import();
  expect(b.sql.all('SELECT name, since FROM member m JOIN team t ON t.id = m.team')).toEqual([['other', 'then']]);
});

it('keeps a number that changed beside the id: the line has the new one everywhere, and each row its own', () => {
  const { a, b } = openSides();
  a.sql.exec(`INSERT INTO team (name) VALUES ('t'); INSERT INTO person (uid, team, secret) VALUES ('p', 1, '')`);
  a.project.sync();
  b.project.sync();
  a.sql.exec(`UPDATE person SET id = 9 WHERE uid = 'p'`);
  a.project.sync();
  b.project.sync();
  expect(b.sql.all('SELECT id, uid FROM person')).toEqual([[1n, 'p']]);
  expect(b.lines()).toEqual(a.lines());
  b.sql.exec(`UPDATE person SET note = 'of b'`);
  b.project.sync();
  a.project.sync();
  expect(a.sql.all('SELECT id, uid, note FROM person')).toEqual([[9n, 'p', 'of b']]);
  expect(b.lines()).toEqual(a.lines());
});

it.each([
  [`REPLACE INTO person (id, uid, team, secret) VALUES (1, 'q', 1, '')`, ['q', 'r']],
  [`INSERT OR IGNORE INTO person (id, uid, team, secret) VALUES (1, 'q', 1, '')`, ['p', 'r']],
  [`UPDATE OR REPLACE person SET id = 1 WHERE uid = 'r'`, ['r']],
])('sees a row go whose number another one takes over: %s', (statement, left) => {
  const { a, b } = openSides();
  a.sql.exec(`
    INSERT INTO team (name) VALUES ('t');
    INSERT INTO person (uid, team, secret) VALUES ('p', 1, ''), ('r', 1, '')`);
  a.project.sync();
  b.project.sync();
  a.sql.exec(statement);
  a.project.sync();
  b.project.sync();
  expect(b.sql.all('SELECT uid FROM person ORDER BY uid').flat()).toEqual(left);
  expect(b.project.status().inSync).toBe(true);
});
