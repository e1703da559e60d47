import { describe, expect, it } from 'vitest';

import { adopted, entityOf, said } from './helpers.js';

describe('a declared reference', () => {
  it('names the type, and the column where that is not the key', () => {
    const found = adopted(
      `CREATE TABLE sessions (id INTEGER PRIMARY KEY, session_uid TEXT NOT NULL UNIQUE, other TEXT UNIQUE);
       CREATE TABLE users (id TEXT PRIMARY KEY);
       CREATE TABLE rows_ (id INTEGER PRIMARY KEY, a INTEGER REFERENCES Sessions, b TEXT NOT NULL REFERENCES sessions (session_uid),
         c TEXT REFERENCES sessions (other), d TEXT REFERENCES users (id), e INTEGER REFERENCES rows_ (id))`,
    );
    expect(entityOf(found, 'rows_').fields).toEqual({
      a: { kind: 'ref', null: true, to: 'session' },
      b: { kind: 'ref', to: 'session', by: 'session_uid' },
      c: { kind: 'ref', null: true, to: 'session', by: 'other' },
      d: { kind: 'ref', null: true, to: 'user' },
      e: { kind: 'ref', null: true, to: 'rows_' },
    });
  });

  it('of several columns leads where each of them leads', () => {
    const found = adopted(
      `CREATE TABLE orgs (id INTEGER PRIMARY KEY); CREATE TABLE teams (org INTEGER NOT NULL REFERENCES orgs, name TEXT, PRIMARY KEY (org, name));
       CREATE TABLE items (id INTEGER PRIMARY KEY, org INTEGER NOT NULL, UNIQUE (org, id));
       CREATE TABLE links (id INTEGER PRIMARY KEY, org INTEGER, team TEXT, item INTEGER,
         FOREIGN KEY (org, team) REFERENCES teams, FOREIGN KEY (org, item) REFERENCES items (org, id))`,
    );
    expect(entityOf(found, 'links').fields).toEqual({
      org: { kind: 'ref', null: true, to: 'org' },
      team: { kind: 'text', null: true },
      item: { kind: 'ref', null: true, to: 'item' },
    });
  });

  it('puts parents before children, also where others go in a circle', () => {
    const { file } = adopted(
      `CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c);
       CREATE TABLE c (id INTEGER PRIMARY KEY, e INTEGER REFERENCES e); CREATE TABLE d (id INTEGER PRIMARY KEY, e INTEGER REFERENCES e);
       CREATE TABLE e (id INTEGER PRIMARY KEY, d INTEGER REFERENCES d)`,
    );
    const order = file.entities.map(({ table }) => table).join('');
    expect(order).toHaveLength(5);
    expect(order).toMatch(/c.*b.*a/);
  });

  it('to what is not there is said', () => {
    const found = adopted(`CREATE TABLE t (id TEXT PRIMARY KEY, gone INTEGER REFERENCES nowhere (id))`);
    expect(entityOf(found, 't').fields).toMatchObject({ gone: { kind: 'integer' } });
    expect(said(found)).toContain('t.gone: refers to nowhere, and there is no such table');
  });

  it('to a table that stays here keeps the column here, and the row where it needs it', () => {
    const tables = `CREATE TABLE bags (n INTEGER UNIQUE); CREATE TABLE may (id TEXT PRIMARY KEY, bag INTEGER REFERENCES bags (n));
      CREATE TABLE must (id TEXT PRIMARY KEY, bag INTEGER NOT NULL REFERENCES bags (n)); CREATE TABLE further (id TEXT PRIMARY KEY REFERENCES must)`;
    const found = adopted(tables);
    expect(found.file.local).toEqual(['bags', 'further', 'must']);
    expect(entityOf(found, 'may').fields).toMatchObject({ bag: 'local' });
    expect(said(found)).toContain('may.bag: stays here, since it refers to bags');
    expect(said(found)).toContain('must: stays here, since it refers to bags, which stays here');
  });
});

describe('an undeclared reference', () => {
  const MEMOS = `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE memo (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE);
    CREATE TABLE relation (memo_id INTEGER NOT NULL, related_memo_id INTEGER NOT NULL, creator_id INTEGER, size INTEGER, pinned_id INTEGER,
      PRIMARY KEY (memo_id, related_memo_id));
    INSERT INTO users VALUES (1, 'ann'), (2, 'bob'); INSERT INTO memo VALUES (1, 'm1'), (2, 'm2'), (3, 'm3');
    INSERT INTO relation VALUES (1, 3, 2, 1, 1), (2, 1, NULL, 2, 1);`;

  it('is asked about once, for all columns', () => {
    const found = adopted(MEMOS);
    expect(entityOf(found, 'relation').fields).toMatchObject({ memo_id: 'integer' });
    expect(found.questions).toHaveLength(1);
    expect(found.questions[0]!.answers).toEqual([
      { option: '--ref', value: 'relation.memo_id=memo' },
      { option: '--ref', value: 'relation.related_memo_id=memo' },
      { option: '--ref', value: 'relation.creator_id=users' },
    ]);
  });

  it('is one once somebody says so', () => {
    const ref = ['relation.memo_id=memo', 'relation.related_memo_id=memo', 'relation.creator_id=users'];
    const found = adopted(MEMOS, { ref });
    expect(entityOf(found, 'relation').fields).toMatchObject({
      memo_id: { kind: 'ref', to: 'memo' },
      related_memo_id: { kind: 'ref', to: 'memo' },
      creator_id: { kind: 'ref', null: true, to: 'user' },
    });
    expect(found.questions).toEqual([]);
    expect(found.file.entities.at(-1)?.table).toBe('relation');
  });

  it('is none where a value is no key there', () => {
    const found = adopted(`${MEMOS} UPDATE relation SET creator_id = 9; DELETE FROM memo WHERE id = 3`);
    expect(found.questions[0]!.answers).toEqual([{ option: '--ref', value: 'relation.memo_id=memo' }]);
  });

  it('is told by its values too, where they are no small numbers', () => {
    const found = adopted(
      `CREATE TABLE notes (id INTEGER PRIMARY KEY, t TEXT); CREATE TABLE cards (id INTEGER PRIMARY KEY, nid INTEGER, due INTEGER);
       INSERT INTO notes VALUES (1700000000001, 'a'), (1700000000002, 'b'); INSERT INTO cards VALUES (1, 1700000000002, 1700000000002)`,
    );
    expect(found.questions[0]!.answers).toEqual([{ option: '--ref', value: 'cards.nid=notes' }]);
  });

  it('may be the key itself', () => {
    const sql = `CREATE TABLE film (film_id INT PRIMARY KEY); CREATE TABLE film_text (film_id INT PRIMARY KEY, t TEXT);
      INSERT INTO film VALUES (1), (2); INSERT INTO film_text VALUES (2, 'x')`;
    const found = adopted(sql);
    expect(found.questions[0]!.answers).toEqual([{ option: '--ref', value: 'film_text.film_id=film' }]);
    const answered = adopted(sql, { ref: ['film_text.film_id=film'] });
    expect(entityOf(answered, 'film_text')).toMatchObject({
      id: { of: 'film', column: 'film_id' },
      fields: { film_id: { kind: 'ref', to: 'film' } },
    });
    expect(answered.questions).toEqual([]);
  });
});
