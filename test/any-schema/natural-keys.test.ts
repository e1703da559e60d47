import { expect, it } from 'vitest';

import type { RegistryFile } from '../../src/registry/file.js';
import { openSides } from './world.js';

const SCHEMA = `
  CREATE TABLE box (id INTEGER PRIMARY KEY, label TEXT NOT NULL);
  CREATE TABLE item (id INTEGER PRIMARY KEY, box INTEGER NOT NULL REFERENCES box (id), name TEXT NOT NULL, UNIQUE (box, name))`;
const times = { created: null, updated: null };
const FILE: RegistryFile = {
  registry: 1,
  scope: 'database',
  entities: [
    { type: 'box', table: 'box', file: 'box.jsonl', id: { number: 'id' }, fields: { label: 'text' }, ...times },
    {
      ...{ type: 'item', table: 'item', file: 'item.jsonl', id: { number: 'id' }, ...times },
      fields: { box: { kind: 'ref', to: 'box' }, name: 'text' },
      unique: [{ columns: ['box', 'name'], clash: 'rename' }],
    },
  ],
  local: [],
  derived: [],
};

it('renames of two records with one natural key one, where the key has a reference whose number differs here', () => {
  const { a, b } = openSides({ schema: SCHEMA, file: FILE });
  // The same box has another number on either side.
  b.sql.exec(`INSERT INTO box (label) VALUES ('own of b')`);
  a.sql.exec(`INSERT INTO box (label) VALUES ('shared')`);
  for (const side of [a, b, a]) side.project.sync();
  for (const { sql } of [a, b])
    sql.exec(`INSERT INTO item (box, name) SELECT id, 'same' FROM box WHERE label = 'shared'`);
  // In another box the name is free.
  b.sql.exec(`INSERT INTO item (box, name) SELECT id, 'same' FROM box WHERE label = 'own of b'`);
  for (const side of [a, b, a, b]) side.project.sync();
  const items = `SELECT b.label, substr(i.name, 1, 5) FROM item i JOIN box b ON b.id = i.box ORDER BY 1, 2`;
  const expected = [
    ['own of b', 'same'],
    ['shared', 'same'],
    ['shared', 'same~'],
  ];
  expect(a.sql.all(items)).toEqual(expected);
  expect(b.sql.all(items)).toEqual(expected);
  expect(b.lines()).toEqual(a.lines());
});

it('lets two records trade a natural key that has a reference', () => {
  const { a, b } = openSides({ schema: SCHEMA, file: FILE });
  a.sql.exec(`INSERT INTO box (label) VALUES ('x'); INSERT INTO item (box, name) VALUES (1, 'p'), (1, 'q')`);
  a.project.sync();
  b.project.sync();
  a.sql.exec(`
    UPDATE item SET name = 'r' WHERE name = 'p'; UPDATE item SET name = 'p' WHERE name = 'q'; UPDATE item SET name = 'q' WHERE name = 'r'`);
  a.project.sync();
  b.project.sync();
  expect(b.sql.all('SELECT id, name FROM item')).toEqual(a.sql.all('SELECT id, name FROM item'));
  expect(b.project.status()).toMatchObject({ inSync: true });
});
