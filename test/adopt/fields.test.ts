import { describe, expect, it } from 'vitest';

import { adopted, entityOf, said } from './helpers.js';

describe('the kind of a column', () => {
  it.each([
    ['TEXT', `'a'`, 'text'],
    ['TEXT', `x'00'`, 'any'],
    ['TEXT', ``, 'text'],
    ['VARCHAR(9)', `'a'`, 'text'],
    ['INTEGER', `1`, 'integer'],
    ['INTEGER', `1.5`, 'any'],
    ['INTEGER', `'a'`, 'any'],
    ['INTEGER', ``, 'integer'],
    ['REAL', `1`, 'real'],
    ['REAL', `'a'`, 'any'],
    ['REAL', ``, 'real'],
    ['DECIMAL(5, 2)', `1), (1.5`, 'number'],
    ['BOOLEAN', `1`, 'number'],
    ['DATETIME', `'2026-01-31'`, 'any'],
    ['DATETIME', ``, 'any'],
    ['BLOB', `x'00'`, 'blob'],
    ['BLOB', `'a'`, 'any'],
    ['BLOB', ``, 'blob'],
    ['', `x'00'`, 'any'],
    ['', ``, 'any'],
  ])('declared %s with %s', (type, values, kind) => {
    const rows = values === '' ? '' : `INSERT INTO t (c) VALUES (${values})`;
    const { fields } = entityOf(adopted(`CREATE TABLE t (id INTEGER PRIMARY KEY, c ${type} NOT NULL); ${rows}`), 't');
    expect(fields).toEqual({ c: kind });
  });

  it('ANY of a strict table may hold anything', () => {
    const found = adopted(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, c ANY NOT NULL) STRICT; INSERT INTO t VALUES (1, 2)`,
    );
    expect(entityOf(found, 't').fields).toEqual({ c: 'any' });
  });

  it('is said where the values are of several classes', () => {
    const found = adopted(`CREATE TABLE t (id TEXT PRIMARY KEY, c INTEGER); INSERT INTO t VALUES ('a', 1), ('b', 'x')`);
    expect(said(found)).toContain('t.c: holds integers and texts, so it may hold anything');
  });

  it('may be null unless the column is NOT NULL or a part of the key', () => {
    const found = adopted(`CREATE TABLE t (a TEXT, b INTEGER, c TEXT, d TEXT NOT NULL, PRIMARY KEY (a, b))`);
    expect(entityOf(found, 't').fields).toEqual({
      a: 'text',
      b: 'integer',
      c: { kind: 'text', null: true },
      d: 'text',
    });
  });
});

it('a name that lines need is another one there, and the order is that of the table', () => {
  const found = adopted(
    `CREATE TABLE t (id TEXT PRIMARY KEY, type TEXT NOT NULL, type_ TEXT NOT NULL, v INTEGER, "toString" TEXT NOT NULL, "__proto__" TEXT NOT NULL)`,
  );
  const fields = Object.entries(entityOf(found, 't').fields);
  expect(fields).toEqual([
    ['id', 'text'],
    ['type', { kind: 'text', as: 'type__' }],
    ['type_', 'text'],
    ['v', { kind: 'integer', null: true, as: 'v_' }],
    ['toString', { kind: 'text', as: 'toString_' }],
    ['__proto__', { kind: 'text', as: '__proto___' }],
  ]);
  expect(said(found)).toContain('t.type: is called type__ in a line');
});

describe('a column stays here', () => {
  it('where it looks like a secret, and a count of tokens is none', () => {
    const sql = `CREATE TABLE users (id INTEGER PRIMARY KEY, passwordHash TEXT NOT NULL, api_key TEXT, refresh_token TEXT,
      prompt_tokens INTEGER, token INTEGER, tokens TEXT, secretary TEXT)`;
    const found = adopted(sql);
    expect(entityOf(found, 'users').fields).toMatchObject({
      passwordHash: 'local',
      api_key: 'local',
      refresh_token: 'local',
      prompt_tokens: { kind: 'integer' },
      token: { kind: 'integer' },
      tokens: { kind: 'text' },
      secretary: { kind: 'text' },
    });
    expect(found.decided).toContainEqual({
      says: 'users.api_key: stays here, since it looks like a secret',
      sync: 'users.api_key',
    });
    // One that may be null costs nothing.
    expect(found.questions).toMatchObject([{ answers: [{ option: '--sync', value: 'users.passwordHash' }] }]);
    const answered = adopted(sql, { sync: ['Users.PASSWORDHASH'] });
    expect(entityOf(answered, 'users').fields).toMatchObject({ passwordHash: 'text' });
    expect(answered.questions).toEqual([]);
  });

  it('where it holds vectors, unless no row can be without it', () => {
    const sql = `CREATE TABLE notes (id TEXT PRIMARY KEY, embedding BLOB, other BLOB, small BLOB, need BLOB NOT NULL);
      INSERT INTO notes VALUES ('a', zeroblob(8), zeroblob(1536), x'01', zeroblob(1536)), ('b', NULL, zeroblob(1536), x'02', zeroblob(1536))`;
    const found = adopted(sql);
    expect(entityOf(found, 'notes').fields).toMatchObject({
      embedding: 'local',
      other: 'local',
      small: { kind: 'blob' },
      need: 'blob',
    });
    expect(said(found)).toContain('notes.need: is synced though it looks like a vector');
    expect(entityOf(adopted(sql, { sync: ['notes.other'] }), 'notes').fields).toMatchObject({
      other: { kind: 'blob' },
    });
  });

  it('where SQLite computes it, or somebody said so', () => {
    const sql = `CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT, b TEXT AS (upper(a)), c TEXT AS (lower(a)) STORED)`;
    const found = adopted(sql, { local: ['t.a'] });
    expect(entityOf(found, 't').fields).toEqual({ id: 'text', a: 'local', b: 'local', c: 'local' });
    expect(said(found)).toContain('t.b: stays here, since SQLite computes it');
  });
});

describe('times', () => {
  it.each([
    ['updated_at INTEGER', '1700000000000', 'updated', 'ms'],
    ['modified INTEGER', '1700000000', 'updated', 's'],
    ['mtime REAL', '1700000000.25', 'updated', 's'],
    ['last_update TIMESTAMP', `'2026-01-31 10:20:30'`, 'updated', 'iso'],
    ['lastModifiedAt TEXT', `'2026-01-31T10:20:30.123Z'`, 'updated', 'iso'],
    ['date_updated INTEGER', '1700000000000000', 'updated', 'us'],
    ['changed_ns INTEGER', '1700000000000000000', 'updated', 'ns'],
    ['updated REAL', '2460000.5', 'updated', 'julian'],
    ['modified_time INTEGER', '13350000000000000', 'updated', 'webkit'],
    ['created_at_epoch INTEGER', '1700000000000', 'created', 'ms'],
    ['inserted_at INTEGER', '1700000000', 'created', 's'],
  ])('%s with %s', (column, value, what, unit) => {
    const found = adopted(`CREATE TABLE t (id TEXT PRIMARY KEY, ${column}); INSERT INTO t VALUES ('a', ${value})`);
    expect(entityOf(found, 't')).toMatchObject({ [what]: { column: column.split(' ')[0], unit } });
  });

  it.each([
    ['of no row', 'updated_at INTEGER', ''],
    ['that are missing somewhere', 'updated_at INTEGER', `INSERT INTO t VALUES ('a', 1700000000000), ('b', NULL)`],
    ['in two units', 'updated_at INTEGER', `INSERT INTO t VALUES ('a', 1700000000000), ('b', 1700000000)`],
    ['that are none', 'updated_at TEXT', `INSERT INTO t VALUES ('a', '2026-01-31 10:20:30'), ('b', 'soon')`],
    ['of another name', 'user_updated_time INTEGER', `INSERT INTO t VALUES ('a', 1700000000000)`],
    ['by whom', 'updated_by INTEGER', `INSERT INTO t VALUES ('a', 1700000000000)`],
  ])('%s say nothing', (_, column, rows) => {
    const found = adopted(`CREATE TABLE t (id TEXT PRIMARY KEY, ${column}); ${rows}`);
    expect(entityOf(found, 't')).toMatchObject({ created: null, updated: null });
  });

  it('as numbers go before times as texts', () => {
    const found = adopted(
      `CREATE TABLE t (id TEXT PRIMARY KEY, created_at TEXT, created_at_epoch INTEGER);
       INSERT INTO t VALUES ('a', '2026-01-31T10:20:30', 1700000000000)`,
    );
    expect(entityOf(found, 't').created).toEqual({ column: 'created_at_epoch', unit: 'ms' });
  });
});

it('absolute paths are asked about where they can stay here', () => {
  const found = adopted(
    `CREATE TABLE t (id TEXT PRIMARY KEY, cwd TEXT, root TEXT NOT NULL, url TEXT, file TEXT);
     INSERT INTO t VALUES ('a', '/home/ann/x', '/home/ann', '/r', 'a.txt'), ('b', 'C:\\Users\\ann', '/home/ann', NULL, 'b/c.txt')`,
  );
  expect(found.questions).toEqual([
    {
      asks: 'Do the absolute paths in t.cwd mean something on other machines?',
      answers: [{ option: '--local', value: 't.cwd' }],
    },
  ]);
});
