import { describe, expect, it } from 'vitest';

import { adopted, entityOf, said } from './helpers.js';

describe('what identifies a row', () => {
  it.each([
    [
      'a text made for it, beside a number',
      `id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE`,
      { column: 'uid', number: 'id' },
    ],
    ['a text key', `id TEXT PRIMARY KEY, n INTEGER`, { column: 'id' }],
    ['a text key of any name', `name TEXT PRIMARY KEY`, { column: 'name' }],
    ['a text key that compares without case', `name TEXT PRIMARY KEY COLLATE NOCASE`, { columns: ['name'] }],
    ['a uuid rather than a text key', `name TEXT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE`, { column: 'uuid' }],
    ['a number, where the text may be null', `id INTEGER PRIMARY KEY, uid TEXT UNIQUE`, { number: 'id' }],
    ['a number beside a name', `id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE`, { number: 'id' }],
    ['a numeric key', `id NUMERIC NOT NULL, PRIMARY KEY (id)`, { number: 'id' }],
    [
      'a key that is no alias of the rowid',
      `id INT NOT NULL PRIMARY KEY, hash TEXT NOT NULL UNIQUE`,
      { column: 'hash', number: 'id' },
    ],
    ['several columns', `a TEXT, b INTEGER, PRIMARY KEY (b, a)`, { columns: ['b', 'a'] }],
    [
      'a unique key without a primary one',
      `a TEXT NOT NULL, b INTEGER NOT NULL, UNIQUE (a, b)`,
      { columns: ['a', 'b'] },
    ],
    ['a unique name where nothing else is', `name TEXT NOT NULL UNIQUE, v2 TEXT`, { column: 'name' }],
    ['a unique number where nothing else is', `n INTEGER NOT NULL UNIQUE, v2 TEXT`, { number: 'n' }],
    ['a BLOB', `id BLOB PRIMARY KEY, v2 TEXT`, { columns: ['id'] }],
    ['no secret', `id INTEGER PRIMARY KEY, api_key TEXT NOT NULL UNIQUE`, { number: 'id' }],
    ['nothing generated', `id INTEGER PRIMARY KEY, t TEXT, hash TEXT NOT NULL UNIQUE AS (lower(t))`, { number: 'id' }],
  ])('is %s', (_, columns, id) => {
    expect(entityOf(adopted(`CREATE TABLE things (${columns})`), 'things').id).toEqual(id);
  });

  it('is looked for among the values: a key may hold anything', () => {
    const tables = `CREATE TABLE t (k TEXT PRIMARY KEY, x TEXT); CREATE TABLE u (k PRIMARY KEY) WITHOUT ROWID; CREATE TABLE n (k NUMERIC PRIMARY KEY);`;
    const rows = `INSERT INTO t VALUES ('a', 'x'); INSERT INTO u VALUES (1), ('1'); INSERT INTO n VALUES (1), (1.5);`;
    const found = adopted(tables + rows);
    expect(entityOf(found, 't').id).toEqual({ column: 'k' });
    expect(entityOf(found, 'u')).toMatchObject({ id: { columns: ['k'] }, fields: { k: 'any' } });
    expect(entityOf(found, 'n')).toMatchObject({ id: { columns: ['k'] }, fields: { k: 'number' } });
    const withNull = adopted(`${tables} INSERT INTO t VALUES (NULL, 'x'), (NULL, 'y')`);
    expect(withNull.file.local).toEqual(['t']);
  });

  it('is the other row, where the key refers to one', () => {
    const found = adopted(
      `CREATE TABLE issues (id TEXT PRIMARY KEY);
       CREATE TABLE counters (issue TEXT PRIMARY KEY REFERENCES issues (id), n INTEGER);
       CREATE TABLE nodes (id INTEGER PRIMARY KEY REFERENCES nodes (id), parent INTEGER REFERENCES nodes (id))`,
    );
    expect(entityOf(found, 'counters')).toMatchObject({
      id: { of: 'issue', column: 'issue' },
      fields: { issue: { kind: 'ref', to: 'issue' } },
    });
    expect(entityOf(found, 'nodes').id).toEqual({ number: 'id' });
  });

  it('is no column that somebody keeps here', () => {
    const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE); CREATE TABLE u (id TEXT PRIMARY KEY, v TEXT)`;
    const found = adopted(sql, { local: ['t.uid', 'u.id'] });
    expect(entityOf(found, 't')).toMatchObject({ id: { number: 'id' }, fields: { uid: 'local' } });
    expect(found.file.local).toEqual(['u']);
  });

  it('is no circle', () => {
    const found = adopted(
      `CREATE TABLE a (id TEXT PRIMARY KEY REFERENCES b (id)); CREATE TABLE b (id TEXT PRIMARY KEY REFERENCES a (id));
       CREATE TABLE c (id TEXT PRIMARY KEY REFERENCES a (id))`,
    );
    const ids = found.file.entities.map(({ id }) => id);
    expect(ids).toEqual([{ column: 'id' }, { column: 'id' }, { column: 'id' }]);
  });

  it('is none where no key tells rows apart, and the table stays here', () => {
    const sql = `CREATE TABLE graves (oid INTEGER, at INTEGER); CREATE TABLE a (id TEXT PRIMARY KEY)`;
    const found = adopted(sql);
    expect(found.file.local).toEqual(['graves']);
    expect(found.questions).toEqual([]);
    expect(found.decided).toContainEqual({
      says: 'graves: stays here, since no key tells its rows apart',
      sync: 'graves',
    });
  });

  it('is what a row holds where somebody says that the table is synced all the same', () => {
    const sql = `CREATE TABLE graves (oid INTEGER, at INTEGER); INSERT INTO graves VALUES (1, 2)`;
    expect(entityOf(adopted(sql, { sync: ['graves'] }), 'graves')).toMatchObject({ id: { row: true } });
  });
});

describe('other unique keys', () => {
  it('say what becomes of a clash, and what holds the identity is none', () => {
    const { unique } = entityOf(
      adopted(
        `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT UNIQUE, a INTEGER, kind TEXT, password TEXT,
         UNIQUE (a, name), UNIQUE (kind, a), UNIQUE (a, uid), UNIQUE (id, a), UNIQUE (password))`,
      ),
      't',
    );
    expect(unique).toHaveLength(3);
    expect(unique).toEqual(
      expect.arrayContaining([
        { columns: ['name'], clash: 'rename' },
        { columns: ['a', 'name'], clash: 'rename' },
        { columns: ['kind', 'a'], clash: 'wait' },
      ]),
    );
  });

  it('that no registry can say are named', () => {
    const found = adopted(
      `CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT, b TEXT COLLATE NOCASE, token TEXT);
       CREATE UNIQUE INDEX some ON t (a) WHERE a IS NOT NULL; CREATE UNIQUE INDEX low ON t (lower(a));
       CREATE UNIQUE INDEX cased ON t (b); CREATE UNIQUE INDEX here ON t (token)`,
    );
    expect(entityOf(found, 't').unique).toEqual([{ columns: ['b'], clash: 'wait' }]);
    const index = 't: the unique index';
    const end = 'so a clash shows only when a row is written';
    expect(said(found).split('\n')).toEqual(
      expect.arrayContaining([
        `${index} some holds for some rows only, ${end}`,
        `${index} low compares an expression, ${end}`,
        `${index} cased compares as NOCASE, ${end}`,
        `${index} here has a column that stays here, ${end}`,
      ]),
    );
  });
});
