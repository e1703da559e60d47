import { expect, it } from 'vitest';

import { openSides } from './world.js';

it('leaves a record that a constraint refuses in its file, says so, takes the others, and takes it when it fits', () => {
  const { a, b } = openSides();
  b.sql.exec(
    `CREATE TRIGGER short BEFORE INSERT ON team WHEN length(NEW.name) > 5 BEGIN SELECT RAISE(ABORT, 'too long'); END`,
  );
  a.sql.exec(`INSERT INTO team (name) VALUES ('short'), ('far too long'), ('other');
    INSERT INTO person (uid, team, secret) VALUES ('ann', 2, ''), ('bob', 1, '')`);
  a.project.export();
  const { total, notices } = b.project.import();
  expect(total).toMatchObject({ created: 3, orphaned: 2 });
  expect(notices.map(({ type, message }) => [type, message])).toEqual([
    ['team', 'waits in team.jsonl, since the database refuses it: too long'],
    ['person', expect.stringContaining('person.team') as unknown],
  ]);
  expect(b.project.export().total).toMatchObject({ written: 0, deleted: 0 });
  expect(b.project.status().inSync).toBe(false);
  b.sql.exec('DROP TRIGGER short');
  expect(b.project.sync().import.total).toMatchObject({ created: 2, orphaned: 0 });
  expect(b.lines()).toEqual(a.lines());
});

it('keeps a row that a table refers to which is not synced, and the tombstone in its file', () => {
  const { a, b } = openSides();
  a.sql.exec(`INSERT INTO team (name) VALUES ('a'), ('b')`);
  a.project.export();
  b.project.import();
  b.sql.exec(`CREATE TABLE own (team INTEGER REFERENCES team (id)); INSERT INTO own VALUES (1)`);
  a.sql.exec('DELETE FROM team');
  a.project.export();
  const { total, notices } = b.project.import();
  expect(total).toMatchObject({ deleted: 1, orphaned: 1 });
  expect(notices[0]?.message).toBe(
    'waits in deletions.jsonl, since the database refuses it: FOREIGN KEY constraint failed',
  );
  expect(b.sql.all('SELECT id FROM team')).toEqual([[1n]]);
  expect(b.project.export().total).toMatchObject({ written: 0, deleted: 0 });
  b.sql.exec('DELETE FROM own');
  expect(b.project.sync().import.total).toMatchObject({ deleted: 1, orphaned: 0 });
  expect(b.sql.all('SELECT id FROM team')).toEqual([]);
});

it('keeps a row whose child a table refers to, with the child, and both tombstones in their file', () => {
  const { a, b } = openSides();
  a.sql.exec(`INSERT INTO team (name) VALUES ('a'), ('b');
    INSERT INTO person (uid, team, secret) VALUES ('ann', 1, ''), ('bob', 1, ''), ('cid', 2, '');
    INSERT INTO profile (person) VALUES (1), (2)`);
  a.project.export();
  b.project.import();
  b.sql.exec(`CREATE TABLE own (person INTEGER REFERENCES profile (person)); INSERT INTO own VALUES (2)`);
  a.sql.exec('DELETE FROM team WHERE id = 1');
  a.project.export();
  const { total, notices } = b.project.import();
  expect(notices.map(({ what, type, message }) => [what, type, message.slice(0, 5)])).toEqual([
    ['orphaned', 'profile', 'waits'],
    ['orphaned', 'person', 'waits'],
    ['orphaned', 'team', 'waits'],
  ]);
  expect(total).toMatchObject({ deleted: 2, orphaned: 3 });
  expect(b.sql.all('SELECT uid FROM person ORDER BY 1')).toEqual([['bob'], ['cid']]);
  expect(b.project.export().total).toMatchObject({ written: 0, deleted: 0 });
  b.sql.exec('DELETE FROM own');
  expect(b.project.sync().import.total).toMatchObject({ deleted: 3, orphaned: 0 });
  expect(b.sql.all('SELECT uid FROM person')).toEqual([['cid']]);
  // What waited and went then is told to all.
  a.project.sync();
  expect(a.project.conflicts.list()).toHaveLength(3);
  expect(b.lines()).toEqual(a.lines());
});

it('says no number of a record that is then refused', () => {
  const { a, b } = openSides();
  a.sql.exec(`INSERT INTO team (name, type) VALUES ('of a', 'x')`);
  b.sql.exec(`CREATE UNIQUE INDEX one_type ON team (type); INSERT INTO team (name, type) VALUES ('of b', 'x')`);
  a.project.export();
  expect(b.project.import().notices.map(({ what }) => what)).toEqual(['orphaned']);
  b.sql.exec('DROP INDEX one_type');
  expect(b.project.import().notices.map(({ what }) => what)).toContain('renumbered');
});
