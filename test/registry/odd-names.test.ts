import fc from 'fast-check';
import { expect, it } from 'vitest';

import { coordinate, defineEntity, integer, key, set, text } from '../../src/index.js';
import type { Entity, Field } from '../../src/index.js';
import { makeClones } from './own.js';
import type { Clone } from './own.js';

/** Names that SQL takes for something else where nothing says that they are names. */
const ODD = [
  ...['order', 'group', 'current_time', 'rowid', 'my col', '1st', 'é', 'a"b', 'a`b', "it's", 'x]', '[y'],
  ...['?1', '$x', '--', '/*', 'a.b', 'a,b', ';', '%_', '*'],
];

const q = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** People, notes of theirs, and tags on those: tables and columns called so. */
function world([people, notes, tags, id, owner, see, label, body]: readonly [
  ...(readonly [string, string, string, string, string, string, string, string]),
]) {
  const schema = `
    CREATE TABLE ${q(people)} (${q(id)} TEXT PRIMARY KEY, ${q(owner)} TEXT NOT NULL, ${q(label)} TEXT NOT NULL,
      ${q(body)} INTEGER NOT NULL, UNIQUE (${q(owner)}, ${q(label)}));
    CREATE TABLE ${q(notes)} (${q(id)} TEXT PRIMARY KEY, ${q(owner)} TEXT NOT NULL REFERENCES ${q(people)} ON DELETE CASCADE,
      ${q(see)} TEXT REFERENCES ${q(people)} ON DELETE SET NULL, ${q(label)} TEXT, ${q(body)} INTEGER NOT NULL);
    CREATE TABLE ${q(tags)} (${q(owner)} TEXT NOT NULL REFERENCES ${q(notes)} ON DELETE CASCADE, ${q(label)} TEXT NOT NULL,
      PRIMARY KEY (${q(owner)}, ${q(label)}));
    CREATE TRIGGER host AFTER INSERT ON ${q(notes)} BEGIN
      UPDATE ${q(people)} SET ${q(body)} = ${q(body)} + 1000 WHERE ${q(id)} = NEW.${q(owner)}; END`;
  const nullable = { nullable: true } as const;
  // The compiler knows no name of a field that is known when this runs.
  const noteFields: Readonly<Record<string, Field>> = {
    ...{ [id]: key(), [owner]: text(), [see]: text(nullable), [label]: text(nullable), [body]: integer() },
    tags: set({ table: tags, owner, element: { [label]: text() } }),
  };
  const entities: readonly Entity[] = [
    defineEntity({
      ...{ type: 'a-person', table: people, file: 'people.jsonl', idPrefix: '', scope: { column: owner } },
      fields: { [id]: key(), [owner]: coordinate('scope'), [label]: text(), [body]: integer() },
      naturalKey: [owner, label],
      ...{ created: body, updated: body },
    }),
    defineEntity({
      ...{ type: 'a-note', table: notes, file: 'notes.jsonl', idPrefix: '', scope: { through: owner } },
      fields: noteFields,
      ...{ parents: { [owner]: 'a-person' }, references: { [see]: 'a-person' }, created: body, updated: body },
    }),
  ];
  const rows = ({ sql }: Clone): unknown => [
    sql.all(`SELECT ${[id, label, body].map(q).join(', ')} FROM ${q(people)} ORDER BY 1`),
    sql.all(`SELECT ${[id, owner, see, label, body].map(q).join(', ')} FROM ${q(notes)} ORDER BY 1`),
    sql.all(`SELECT * FROM ${q(tags)} ORDER BY 1, 2`),
  ];
  return { ...makeClones(schema, entities), rows };
}

const NAMES = fc.shuffledSubarray(ODD, { minLength: 8, maxLength: 8 }) as unknown as fc.Arbitrary<
  Parameters<typeof world>[0]
>;

it('tables and columns of any name are synced: rows, child rows, references, natural keys, deletions', () => {
  fc.assert(
    fc.property(NAMES, (names) => {
      const [people, notes, tags, id, owner, see, label, body] = names;
      const { clone, rows } = world(names);
      const [a, b] = [clone('a'), clone('b')];
      const person = `INSERT INTO ${q(people)} (${[id, owner, label, body].map(q).join(', ')}) VALUES (?, ?, ?, 1)`;
      const note = `INSERT INTO ${q(notes)} (${[id, owner, see, label, body].map(q).join(', ')}) VALUES (?, ?, ?, ?, 1)`;
      for (const one of ['x', 'y']) a.sql.run(person, one, a.project, `the ${one}`);
      for (const one of ['n1', 'n2']) a.sql.run(note, one, 'x', 'y', one);
      a.sql.run(`INSERT INTO ${q(tags)} VALUES ('n1', 't'), ('n2', 'u')`);
      a.export();
      b.import();
      expect(rows(b)).toEqual(rows(a));
      expect(b.export({ full: true }).files).toEqual([]);
      b.sql.run(`UPDATE ${q(notes)} SET ${q(label)} = 'new', ${q(body)} = 5 WHERE ${q(id)} = 'n1'`);
      b.sql.run(`DELETE FROM ${q(tags)} WHERE ${q(owner)} = 'n1'`);
      b.sql.run(`DELETE FROM ${q(people)} WHERE ${q(id)} = 'y'`);
      b.sql.run(`DELETE FROM ${q(notes)} WHERE ${q(id)} = 'n2'`);
      b.sql.run(person, 'z', b.project, 'the z');
      b.export();
      a.import();
      expect(rows(a)).toEqual(rows(b));
      expect(a.status().inSync).toBe(true);
      expect(a.store.problems()).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
