import fc from 'fast-check';
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

const TWO_NAMES: RegistryFile = {
  registry: 1,
  scope: 'database',
  entities: [
    {
      ...{ type: 'org', table: 'org', file: 'org.jsonl', id: { number: 'id' }, ...times },
      fields: { slug: 'text', name: 'text', n: { kind: 'integer', null: true } },
      unique: [
        { columns: ['slug'], clash: 'rename' },
        { columns: ['name'], clash: 'rename' },
      ],
    },
  ],
  local: [],
  derived: [],
};
const TWO_NAMES_SCHEMA =
  'CREATE TABLE org (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, n INTEGER)';

it('gives one of two records other values in each natural key that both have', () => {
  const { a, b } = openSides({ schema: TWO_NAMES_SCHEMA, file: TWO_NAMES });
  for (const [n, { sql }] of [a, b].entries())
    sql.run(`INSERT INTO org (slug, name, n) VALUES ('acme', 'Acme', ?)`, BigInt(n));
  for (const side of [a, b, a, b]) side.project.sync();
  const names = 'SELECT substr(slug, 1, 5), substr(name, 1, 5) FROM org ORDER BY 1';
  for (const { sql } of [a, b])
    expect(sql.all(names)).toEqual([
      ['acme', 'Acme'],
      ['acme~', 'Acme~'],
    ]);
  expect(b.lines()).toEqual(a.lines());
  expect(b.project.status()).toMatchObject({ inSync: true });
});

it('ends equal whatever two natural keys clash with, or are traded for', () => {
  const word = fc.constantFrom('p', 'q', 'r', 's');
  const side = fc.nat(1);
  const STEPS = fc.array(
    fc.oneof(
      fc.record({ does: fc.constant('add' as const), side, slug: word, name: word }),
      fc.record({ does: fc.constant('trade' as const), side, slug: word, name: word }),
      fc.record({ does: fc.constant('sync' as const), side, slug: word, name: word }),
    ),
    { minLength: 4, maxLength: 16 },
  );
  fc.assert(
    fc.property(STEPS, (steps) => {
      const { a, b } = openSides({ schema: TWO_NAMES_SCHEMA, file: TWO_NAMES });
      let made = 0n;
      const added: bigint[] = [];
      for (const { does, side: at, slug, name } of steps) {
        const here = at === 0 ? a : b;
        if (does === 'sync') here.project.sync();
        else if (does === 'add') {
          const count = here.sql.run('INSERT OR IGNORE INTO org (slug, name, n) VALUES (?, ?, ?)', slug, name, made);
          if (count > 0) added.push(made);
          made++;
        } else
          here.sql
            .exec(`UPDATE org SET slug = '-' WHERE slug = '${slug}'; UPDATE org SET slug = '${slug}' WHERE slug = '${name}';
            UPDATE org SET slug = '${name}' WHERE slug = '-'`);
      }
      for (const each of [a, b, a, b, a, b]) each.project.sync();
      expect(b.lines()).toEqual(a.lines());
      for (const each of [a, b]) expect(each.project.status()).toMatchObject({ inSync: true });
      // Whatever was made is there, under one name or another.
      for (const { sql } of [a, b]) expect(sql.all('SELECT n FROM org ORDER BY n').flat()).toEqual(added);
    }),
    { numRuns: 40 },
  );
});

it('makes rows with one unique text one record, where the text is the id', () => {
  const tag = { type: 'tag', table: 'tag', file: 'tag.jsonl', ...times } as const;
  const note = { type: 'note', table: 'note', file: 'note.jsonl', id: { number: 'id' }, ...times } as const;
  const { a, b } = openSides({
    schema: `CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE note (id INTEGER PRIMARY KEY, tag INTEGER REFERENCES tag (id), body TEXT NOT NULL)`,
    file: {
      ...FILE,
      entities: [
        {
          ...{ ...tag, id: { column: 'name', number: 'id' }, fields: { name: 'text' } },
          // It was there before somebody made the text the id.
          unique: [{ columns: ['name'], clash: 'rename' }],
        },
        { ...note, fields: { tag: { kind: 'ref', to: 'tag' }, body: 'text' } },
      ],
    },
  });
  b.sql.exec(`INSERT INTO tag (name) VALUES ('of b')`);
  for (const [side, name] of [
    [a, 'a'],
    [b, 'b'],
  ] as const)
    side.sql.exec(
      `INSERT INTO tag (name) VALUES ('urgent'); INSERT INTO note (tag, body) SELECT id, '${name}' FROM tag WHERE name = 'urgent'`,
    );
  for (const side of [a, b, a]) side.project.sync();
  for (const { sql } of [a, b]) {
    expect(sql.all('SELECT name FROM tag ORDER BY name')).toEqual([['of b'], ['urgent']]);
    expect(sql.all('SELECT t.name, n.body FROM note n JOIN tag t ON t.id = n.tag ORDER BY 2')).toEqual([
      ['urgent', 'a'],
      ['urgent', 'b'],
    ]);
  }
});
