import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { planAdoption } from '../../src/adopt/adopt.js';
import { adopted, entityOf, foreign, said, thrownBy } from './helpers.js';

const A = 'CREATE TABLE a (id TEXT PRIMARY KEY);';

describe('tables', () => {
  it.each([
    ['schema_migrations'],
    ['_app_migrations'],
    ['schema_versions'],
    ['version'],
    ['alembic_version'],
    ['blocked_issues_cache'],
    ['dirty_issues'],
    ['sync_items'],
  ])('%s stay here, unless somebody says otherwise', (table) => {
    const sql = `${A} CREATE TABLE ${table} (id TEXT PRIMARY KEY)`;
    const found = adopted(sql);
    expect(found.file.local).toEqual([table]);
    expect(found.decided).toContainEqual({ says: expect.stringContaining('looks like') as string, sync: table });
    expect(adopted(sql, { sync: [table] }).file.local).toEqual([]);
  });

  it.each([['conversions'], ['geocaching'], ['asynchronous'], ['locksmiths']])('%s are like others', (table) => {
    expect(adopted(`CREATE TABLE ${table} (id TEXT PRIMARY KEY)`).file.local).toEqual([]);
  });

  it('of vectors stay here, where their rows are nothing without them', () => {
    const sql = `CREATE TABLE embedding_chunks (id TEXT PRIMARY KEY, vector BLOB NOT NULL); CREATE TABLE embedding_meta (id TEXT PRIMARY KEY, vector BLOB)`;
    const found = adopted(sql);
    expect(found.file.local).toEqual(['embedding_chunks']);
    expect(entityOf(found, 'embedding_meta').fields).toMatchObject({ vector: 'local' });
    expect(entityOf(adopted(sql, { sync: ['embedding_chunks'] }), 'embedding_chunks').fields).toMatchObject({
      vector: 'blob',
    });
  });

  it('that a row of another one needs are synced with it, but for what somebody keeps here', () => {
    const sql = `CREATE TABLE cache (id TEXT PRIMARY KEY); CREATE TABLE django_session (session_key TEXT PRIMARY KEY);
      CREATE TABLE notes (id TEXT PRIMARY KEY, c TEXT NOT NULL REFERENCES cache);
      CREATE TABLE visits (id TEXT PRIMARY KEY, s TEXT NOT NULL REFERENCES django_session)`;
    expect(adopted(sql).file.local).toEqual(['django_session', 'visits']);
    expect(adopted(sql, { local: ['cache'] }).file.local).toEqual(['cache', 'django_session', 'notes', 'visits']);
  });

  it('can be chosen, and come with what their rows need', () => {
    const sql = `${A} CREATE TABLE b (id TEXT PRIMARY KEY, a TEXT NOT NULL REFERENCES a); CREATE TABLE c (id TEXT PRIMARY KEY, b TEXT REFERENCES b);
      CREATE TABLE d (id TEXT PRIMARY KEY)`;
    expect(adopted(sql, { tables: ['b'] }).file.local).toEqual(['c', 'd']);
    const { file } = adopted(sql, { tables: ['c'] });
    expect(file.local).toEqual(['a', 'b', 'd']);
    expect(entityOf({ file }, 'c').fields).toEqual({ id: 'text', b: 'local' });
  });

  it('of modules follow, and those with values of their own are named', () => {
    const found = adopted(
      `CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT); CREATE VIRTUAL TABLE notes_fts USING fts5(body, content='notes', content_rowid='id');
       CREATE VIRTUAL TABLE mails USING fts5(body); CREATE TABLE notes_ftsx (id TEXT PRIMARY KEY); CREATE VIEW seen AS SELECT * FROM notes`,
    );
    expect(found.file.entities.map(({ table }) => table)).toEqual(['notes', 'notes_ftsx']);
    expect(found.file.local).toEqual([]);
    expect(found.file.derived).toEqual(
      expect.arrayContaining(['mails', 'mails_content', 'notes_fts', 'notes_fts_data']),
    );
    expect(said(found)).toContain('mails: is a virtual table with values of its own, which are not synced');
    expect(said(found)).not.toContain('notes_fts: is a virtual table with');
  });

  it('of a module that is not loaded follow too', () => {
    const place = foreign(
      `${A} CREATE VIRTUAL TABLE items USING fts5(body); CREATE TABLE items_more (id TEXT PRIMARY KEY)`,
    );
    const bytes = readFileSync(place.database, 'latin1');
    writeFileSync(place.database, bytes.replace('USING fts5(', 'USING vec0('), 'latin1');
    const { file } = planAdoption(place.database, place.dir, {});
    expect(file.derived).toEqual(expect.arrayContaining(['items', 'items_content', 'items_data', 'items_more']));
    expect(file.entities.map(({ table }) => table)).toEqual(['a']);
  });

  it('that are written by triggers of the program are named, with the columns', () => {
    const found = adopted(
      `CREATE TABLE sessions (id TEXT PRIMARY KEY, count INTEGER); CREATE TABLE messages (id TEXT PRIMARY KEY);
       CREATE TRIGGER up AFTER INSERT ON messages BEGIN UPDATE sessions SET count = count + 1; DELETE FROM messages WHERE 0; END`,
    );
    expect(said(found)).toContain(`sessions.count: is written by the program's trigger up too`);
    expect(said(found)).toContain(`messages: is written by the program's trigger up too`);
  });

  it('without rows are named together', () => {
    expect(said(adopted(`${A} CREATE TABLE b (id TEXT PRIMARY KEY)`))).toContain('a and b: no rows');
  });
});

describe('names', () => {
  it.each([
    ['observations', 'observation'],
    ['SDK_SESSIONS', 'SDK_SESSION'],
    ['categories', 'category'],
    ['addresses', 'address'],
    ['responses', 'response'],
    ['branches', 'branch'],
    ['todos', 'todo'],
    ['status', 'status'],
    ['address', 'address'],
    ['series', 'series'],
    ['people', 'person'],
    ['PlaylistTracks', 'PlaylistTrack'],
    ['files', 'file'],
    ['total', 'total_'],
    ['2fa', 't_2fa'],
    ['my notes!', 'my_notes_'],
    ['заметки', 't__'],
  ])('of %s is %s', (table, type) => {
    const [entity] = adopted(`CREATE TABLE "${table}" (id TEXT PRIMARY KEY)`).file.entities;
    expect(entity).toMatchObject({ table, type });
  });

  it('are each there once, in files too', () => {
    const { file } = adopted(
      `CREATE TABLE note (id TEXT PRIMARY KEY); CREATE TABLE notes (id TEXT PRIMARY KEY); CREATE TABLE "a b" (id TEXT PRIMARY KEY);
       CREATE TABLE a_b (id TEXT PRIMARY KEY); CREATE TABLE deletions (id TEXT PRIMARY KEY); CREATE TABLE con (id TEXT PRIMARY KEY)`,
    );
    const named = file.entities.map(({ table, type, file: name }) => `${table} ${type} ${name}`);
    expect(named).toEqual([
      'a b a_b a_b.jsonl',
      'a_b a_b_2 a_b_2.jsonl',
      'con con con_.jsonl',
      'deletions deletion deletions_2.jsonl',
      'note note note.jsonl',
      'notes note_2 notes.jsonl',
    ]);
  });

  it('tell people which record it is', () => {
    const found = adopted(
      `CREATE TABLE a (id TEXT PRIMARY KEY, name TEXT, title TEXT); CREATE TABLE b (id TEXT PRIMARY KEY, full_name TEXT); CREATE TABLE c (id TEXT PRIMARY KEY)`,
    );
    expect(['a', 'b', 'c'].map((table) => entityOf(found, table).title)).toEqual(['title', 'full_name', undefined]);
  });
});

describe('an answer that names what is not there', () => {
  it.each([
    [{ tables: ['notez'] }, 'There is no table notez in the database', 'did you mean notes?'],
    [{ tables: ['x'] }, 'There is no table x in the database', 'the tables: a.b, notes, pairs'],
    [{ local: ['notes.boddy'] }, 'There is no column notes.boddy in the database', 'did you mean notes.body?'],
    [{ sync: ['nowhere.at_all_'] }, 'There is no column nowhere.at_all_ in the database', /^the columns: a.b.c, /],
    [{ ref: ['notes.body'] }, '--ref notes.body must be a column', /for example/],
    [{ ref: ['notes.body=pairs'] }, 'notes.body cannot refer to pairs, which has no key of one column', /--ref/],
    [{ ref: ['notes.body=zzz'] }, 'There is no table zzz in the database', /^the tables/],
  ])('%j is refused', (answers, message, hint) => {
    const sql = `CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT); CREATE TABLE "a.b" ("c" TEXT PRIMARY KEY, "d.e" TEXT);
      CREATE TABLE pairs (x TEXT, y TEXT, PRIMARY KEY (x, y))`;
    expect(thrownBy(() => adopted(sql, answers))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    expect(entityOf(adopted(sql, { local: ['a.b.d.e'] }), 'a.b').fields).toEqual({ c: 'text', 'd.e': 'local' });
  });
});
