import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { planAdoption, writeAdoption } from '../../src/adopt/adopt.js';
import type { Adopted } from '../../src/adopt/adopt.js';
import type { Said } from '../../src/adopt/answers.js';
import { differences } from '../../src/adopt/differences.js';
import { change, entityOf, foreign } from './helpers.js';
import type { Foreign } from './helpers.js';

const NOTES = `CREATE TABLE folders (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE notes (id INTEGER PRIMARY KEY, folder_id INTEGER, title TEXT NOT NULL, body TEXT, n INTEGER);
  INSERT INTO folders VALUES (1, 'a'); INSERT INTO notes VALUES (1, 1, 't', 'b', 1)`;

function plan({ database, dir }: Foreign, said: Said = {}): Adopted {
  return planAdoption(database, dir, said);
}

function write(place: Foreign, said: Said = {}): string {
  return writeAdoption(plan(place, said));
}

function textOf({ dir }: Foreign): string {
  return readFileSync(join(dir, 'registry.json'), 'utf8');
}

function edit(place: Foreign, from: string, to: string): void {
  const text = textOf(place);
  expect(text).toContain(from);
  writeFileSync(join(place.dir, 'registry.json'), text.replace(from, to));
}

/** What the check says. */
function check(place: Foreign): readonly { readonly says: string; readonly edit: string }[] {
  const { previous, file } = plan(place);
  return differences(previous!, file);
}

describe('a second run', () => {
  it('changes no byte, and keeps what was answered and what was edited', () => {
    const place = foreign(NOTES);
    expect(write(place, { ref: ['notes.folder_id=folders'], local: ['notes.n'] })).toBe('created');
    edit(place, '"title": "title",', '');
    edit(place, '"type": "note"', '"type": "memo"');
    edit(place, '"clash": "rename"', '"clash": "wait"');
    const text = textOf(place);
    expect(text).toContain('"folder_id": { "kind": "ref", "null": true, "to": "folder" }');
    expect(write(place)).toBe('unchanged');
    expect(textOf(place)).toBe(text);
    expect(plan(place).questions).toEqual([]);
    expect(check(place)).toEqual([]);
  });

  it('asks again what nobody answered', () => {
    const place = foreign(
      `${NOTES}; CREATE TABLE bag (n INTEGER); CREATE TABLE version (n INTEGER); ALTER TABLE notes ADD COLUMN token TEXT NOT NULL DEFAULT ''`,
    );
    const { questions } = plan(place);
    expect(questions).toHaveLength(2);
    write(place);
    expect(plan(place).questions).toEqual(questions);
    write(place, { ref: ['notes.folder_id=folders'], sync: ['notes.token'] });
    expect(plan(place).questions).toEqual([]);
  });

  it('keeps another layout of the same', () => {
    const place = foreign(NOTES);
    write(place);
    const text = `\uFEFF${JSON.stringify(JSON.parse(textOf(place)))}`;
    writeFileSync(join(place.dir, 'registry.json'), text);
    expect(write(place)).toBe('unchanged');
    expect(textOf(place)).toBe(text);
  });

  it('takes one answer in after another', () => {
    const place = foreign(NOTES);
    write(place);
    expect(write(place, { ref: ['notes.folder_id=folders'] })).toBe('changed');
    expect(write(place, { local: ['notes.body'] })).toBe('changed');
    expect(entityOf(plan(place), 'notes').fields).toMatchObject({
      folder_id: { kind: 'ref', null: true, to: 'folder' },
      body: 'local',
    });
    expect(write(place, { local: ['folders'] })).toBe('changed');
    const { file } = plan(place);
    expect(file.local).toEqual(['folders']);
    // The number of a table that is not synced means nothing elsewhere.
    expect(entityOf({ file }, 'notes').fields).toMatchObject({ folder_id: 'local' });
    expect(write(place, { sync: ['folders', 'notes.body'] })).toBe('changed');
    expect(entityOf(plan(place), 'notes').fields).toMatchObject({ body: { kind: 'text', null: true } });
    expect(plan(place).file.local).toEqual([]);
  });

  it('keeps an identity, a table kept here and a derived one that a person wrote', () => {
    const place = foreign(
      'CREATE TABLE bag (a TEXT, b TEXT); CREATE TABLE x (id TEXT PRIMARY KEY); CREATE TABLE y (id TEXT PRIMARY KEY)',
    );
    mkdirSync(place.dir);
    const entity = {
      type: 'bag',
      table: 'bag',
      file: 'bag.jsonl',
      id: { columns: ['a'] },
      fields: { a: 'text', b: 'any' },
    };
    const file = {
      registry: 1,
      scope: 'database',
      entities: [{ ...entity, created: null, updated: null }],
      local: ['x'],
      derived: ['y'],
    };
    writeFileSync(join(place.dir, 'registry.json'), JSON.stringify(file));
    expect(check(place)).toEqual([]);
    change(place, `CREATE TABLE z (id TEXT PRIMARY KEY, x TEXT NOT NULL REFERENCES x)`);
    const { file: now } = plan(place);
    expect(now.entities.map(({ id }) => id)).toEqual([{ columns: ['a'] }]);
    // What a person keeps here is not synced because of a table that is new.
    expect([now.local, now.derived]).toEqual([['x', 'z'], ['y']]);
  });

  it('refuses a registry that it cannot read, and leaves it alone', () => {
    const place = foreign(NOTES);
    mkdirSync(place.dir);
    writeFileSync(join(place.dir, 'registry.json'), '{"registry": 0}');
    expect(() => write(place)).toThrow(/registry must be 1, not 0/);
    expect(textOf(place)).toBe('{"registry": 0}');
  });
});

describe('the check', () => {
  it('says what is new and what is gone, and the next run takes it in', () => {
    const place = foreign(NOTES);
    write(place);
    change(
      place,
      `ALTER TABLE notes ADD COLUMN tags TEXT; ALTER TABLE notes DROP COLUMN body; CREATE TABLE labels (id TEXT PRIMARY KEY);
       CREATE TABLE a_cache (id TEXT PRIMARY KEY); DROP TABLE folders; CREATE UNIQUE INDEX u ON notes (n); UPDATE notes SET n = 'many'`,
    );
    const before = textOf(place);
    expect(check(place)).toEqual([
      { says: 'the table labels is new', edit: 'put it into entities' },
      { says: 'the table a_cache is new', edit: 'put it into local' },
      { says: 'the table folders is gone', edit: 'take it out of entities' },
      {
        says: 'the column notes.n does not hold what the registry says',
        edit: 'entities[1].fields.n: {"kind":"any","null":true}',
      },
      { says: 'the column notes.tags is new', edit: 'entities[1].fields.tags: {"kind":"text","null":true}' },
      { says: 'the column notes.body is gone', edit: 'take entities[1].fields.body out' },
      { says: 'notes.n: is unique now', edit: 'entities[1].unique: add {"columns":["n"],"clash":"wait"}' },
    ]);
    expect(textOf(place)).toBe(before);
    expect(write(place)).toBe('changed');
    expect(check(place)).toEqual([]);
  });

  it('says that the key is another one', () => {
    const place = foreign('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
    write(place);
    change(place, 'DROP TABLE t; CREATE TABLE t (uid TEXT PRIMARY KEY, name TEXT)');
    expect(check(place)).toEqual([
      { says: 't: the columns that identify a row are others', edit: 'entities[0].id: {"column":"uid"}' },
    ]);
    edit(place, '"name": { "kind": "text", "null": true }', '"name": "local"');
    edit(place, '"title": "name",', '');
    write(place);
    expect(entityOf(plan(place), 't')).toMatchObject({ id: { column: 'uid' }, fields: { uid: 'text', name: 'local' } });
    change(place, 'DROP TABLE t; CREATE TABLE t (n TEXT)');
    expect(check(place)).toEqual([{ says: 'the table t can be no part of entities', edit: 'put it into local' }]);
  });
});

it('nothing is written where nothing is asked for', () => {
  const place = foreign(NOTES);
  plan(place);
  expect(existsSync(place.dir)).toBe(false);
});
