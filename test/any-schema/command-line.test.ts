import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Machine, sharedRepository } from './machine.js';

/** A tracker: numbers that each machine hands out, a key of two columns, a secret, a full-text index of its own. */
const TRACKER = `
  CREATE TABLE topic (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, password TEXT);
  CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, topic_id INTEGER NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
    title TEXT NOT NULL, body TEXT, created_at INTEGER NOT NULL);
  CREATE TABLE link (a INTEGER NOT NULL REFERENCES note (id), b INTEGER NOT NULL REFERENCES note (id), kind TEXT, PRIMARY KEY (a, b));
  CREATE VIRTUAL TABLE note_fts USING fts5 (title, content=note, content_rowid=id);
  CREATE TRIGGER note_ai AFTER INSERT ON note BEGIN INSERT INTO note_fts (rowid, title) VALUES (new.id, new.title); END;`;

const ROWS = `
  INSERT INTO topic (name, password) VALUES ('bread', 'rye-and-salt'), ('soup', NULL);
  INSERT INTO note (topic_id, title, body, created_at) VALUES (1, 'Rye', 'long', 1700000000000), (2, 'Leek', NULL, 1700000001000);
  INSERT INTO link VALUES (1, 2, 'goes with');`;

/** Words of the schema that the command line knows by itself. */
const OTHERS = /savecontext|\bissues?\b|checkpoint|context_item|time_entry/i;

describe('a database of another program', () => {
  it('goes the whole way: adopt, init, push, another machine, edits on both, a deletion, one record in all verbs', () => {
    const root = sharedRepository();
    const [a, b] = [new Machine(root, 'a', TRACKER), new Machine(root, 'b', TRACKER)];
    a.sql.exec(ROWS);
    expect(a.ok('adopt', '--db', a.db)).toContain('3 tables synced');
    expect(a.ok('init', '--db', a.db)).toContain('tracking set up');
    expect(a.ok('push')).toContain('pushed');
    expect(readFileSync(join(a.clone, '.sc-sync', 'topic.jsonl'), 'utf8')).not.toContain('rye-and-salt');

    b.git(b.clone, 'pull', '--quiet');
    b.ok('init', '--db', b.db);
    expect(b.ok('sync')).toContain('in sync');
    expect(b.rows('SELECT n.title, t.name FROM note n JOIN topic t ON t.id = n.topic_id ORDER BY 1')).toEqual([
      ['Leek', 'soup'],
      ['Rye', 'bread'],
    ]);
    expect(b.rows(`SELECT rowid FROM note_fts WHERE note_fts MATCH 'rye'`)).toEqual([[1n]]);

    // Both hand out the same number, and change one record in two places.
    a.sql.exec(
      `INSERT INTO note (topic_id, title, created_at) VALUES (1, 'From a', 1); UPDATE note SET title = 'Rye bread' WHERE id = 1`,
    );
    b.sql
      .exec(`INSERT INTO note (topic_id, title, created_at) VALUES (2, 'From b', 1); UPDATE note SET body = 'longer' WHERE id = 1;
      DELETE FROM link`);
    for (const machine of [a, b, a, b]) machine.ok('push');
    for (const machine of [a, b]) {
      expect(machine.rows('SELECT title, body FROM note WHERE id = 1')).toEqual([['Rye bread', 'longer']]);
      expect(machine.rows(`SELECT title FROM note WHERE title LIKE 'From%' ORDER BY 1`)).toEqual([
        ['From a'],
        ['From b'],
      ]);
      expect(machine.rows('SELECT count(*) FROM link')).toEqual([[0n]]);
      expect(machine.rows('PRAGMA foreign_key_check')).toEqual([]);
      expect(machine.ok('status')).toContain('in sync');
      expect(machine.ok('conflicts')).toContain('no value is lost');
    }

    const id = (/"id":"(1~[0-9a-f]{12})"/.exec(a.ok('list', 'note', '--json')) ?? [])[1] ?? '';
    expect(a.ok('get', 'note', id.slice(0, 6))).toContain('Rye bread');
    expect(a.ok('put', 'note', id, 'body=short')).toContain('changed note');
    expect(a.rows('SELECT body FROM note WHERE id = 1')).toEqual([['short']]);
    expect(a.ok('put', 'topic', 'name=cake')).toContain('created topic');
    expect(a.ok('diff')).toContain('short');
    a.ok('push');
    expect(a.ok('log', 'note', id)).toContain('body: "longer" -> "short"');
    expect(a.ok('rm', 'note', id, '--yes')).toContain('deleted');
    expect(a.rows('SELECT count(*) FROM note WHERE id = 1')).toEqual([[0n]]);
    a.ok('push');
    b.ok('pull');
    expect(b.rows('SELECT name FROM topic ORDER BY 1')).toEqual([['bread'], ['cake'], ['soup']]);
    expect(b.rows(`SELECT count(*) FROM note WHERE title = 'Rye bread'`)).toEqual([[0n]]);
    // The password never left.
    expect(a.rows(`SELECT password FROM topic WHERE name = 'bread'`)).toEqual([['rye-and-salt']]);
    expect(b.rows(`SELECT password FROM topic WHERE name = 'bread'`)).toEqual([[null]]);
  });

  it('is spoken of by its own words alone', () => {
    const root = sharedRepository();
    const a = new Machine(root, 'a', TRACKER);
    a.sql.exec(ROWS);
    a.ok('adopt', '--db', a.db);
    a.ok('init', '--db', a.db);
    const said = [
      ['status'],
      ['sync'],
      ['list', 'note'],
      ['agents'],
      ['completions', 'bash'],
      ['list', '--help'],
      ['put', '--help'],
      ['log', '--help'],
    ];
    for (const words of said)
      expect(a.ok(...words).replaceAll('savecontext-sync', ''), words.join(' ')).not.toMatch(OTHERS);
    for (const words of [
      ['list', 'nothing'],
      ['get', 'nothing'],
      ['put', 'nothing', 'x=1'],
    ]) {
      const { status, says } = a.run(...words);
      expect(status).toBe(4);
      expect(says).not.toMatch(OTHERS);
    }
    expect(readFileSync(join(a.clone, '.sc-sync', '.gitattributes'), 'utf8')).toContain('merge=sc-sync\n');
  });

  it('is not made where there is none, and must be named once', () => {
    const root = sharedRepository();
    const a = new Machine(root, 'a', TRACKER);
    a.ok('adopt', '--db', a.db);
    expect(a.run('status')).toMatchObject({
      status: 4,
      says: expect.stringContaining('sc-sync init --db PATH') as string,
    });
    expect(a.run('init', '--db', join(root, 'none.db')).status).toBe(2);
    expect(existsSync(join(root, 'none.db'))).toBe(false);
  });

  it('syncs no more than was accepted, whatever registry comes by pull', () => {
    const root = sharedRepository();
    const a = new Machine(root, 'a', TRACKER);
    a.sql.exec(ROWS);
    a.ok('adopt', '--db', a.db);
    a.ok('init', '--db', a.db);
    a.ok('sync');
    const path = join(a.clone, '.sc-sync', 'registry.json');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace('"password": "local"', '"password": { "kind": "text", "null": true }'));
    for (const verb of ['sync', 'status', 'export', 'push', 'list']) {
      const { status, says } = a.run(verb, ...(verb === 'list' ? ['topic'] : []));
      expect({ verb, status }).toEqual({ verb, status: 6 });
      expect(says).toContain('topic.password');
      expect(says).toContain('sc-sync adopt --accept');
    }
    expect(readFileSync(join(a.clone, '.sc-sync', 'topic.jsonl'), 'utf8')).not.toContain('rye-and-salt');
    // Nor does it write: init sets nothing up by a registry that nobody accepted.
    const triggers = a.rows(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name`);
    expect(a.run('init').status).toBe(6);
    expect(a.rows(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name`)).toEqual(triggers);
    expect(a.ok('adopt', '--accept')).toContain('topic.password is synced from now on');
    a.ok('sync');
    expect(readFileSync(join(a.clone, '.sc-sync', 'topic.jsonl'), 'utf8')).toContain('rye-and-salt');
  });

  it('merges in git by the registry beside its files', () => {
    const root = sharedRepository();
    const [a, b] = [new Machine(root, 'a', TRACKER), new Machine(root, 'b', TRACKER)];
    a.sql.exec(ROWS);
    a.ok('adopt', '--db', a.db);
    a.ok('init', '--db', a.db);
    a.ok('push');
    b.git(b.clone, 'pull', '--quiet');
    b.ok('init', '--db', b.db);
    b.ok('sync');
    for (const [machine, edit] of [
      [a, `UPDATE note SET title = 'Rye bread' WHERE id = 1`],
      [b, `UPDATE note SET body = 'longer' WHERE id = 1`],
    ] as const) {
      machine.sql.exec(edit);
      machine.ok('sync');
      machine.git(machine.clone, 'commit', '--quiet', '--all', '--message', edit);
    }
    a.git(a.clone, 'push', '--quiet');
    b.git(b.clone, 'pull', '--quiet', '--no-rebase', '--no-edit');
    expect(readFileSync(join(b.clone, '.sc-sync', 'note.jsonl'), 'utf8')).toContain(
      '"title":"Rye bread","body":"longer"',
    );
    b.ok('sync');
    expect(b.rows('SELECT title, body FROM note WHERE id = 1')).toEqual([['Rye bread', 'longer']]);
  });
});
