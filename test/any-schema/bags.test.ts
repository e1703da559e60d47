import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { FileField, FileKind, RegistryFile } from '../../src/registry/file.js';
import { registryOf } from '../../src/registry/from-file.js';
import { Store } from '../../src/savecontext/store.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { openSide, openSides } from './world.js';
import type { Side } from './world.js';

const SCHEMA = `CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE visit (rowid TEXT, by INTEGER REFERENCES person (id), n INTEGER NOT NULL, note)`;

const TIMES = { created: null, updated: null } as const;

function registry(more: Readonly<Record<string, FileKind | FileField>> = {}): RegistryFile {
  return {
    registry: 1,
    scope: 'database',
    entities: [
      {
        type: 'person',
        table: 'person',
        file: 'person.jsonl',
        id: { number: 'id' },
        fields: { name: 'text' },
        ...TIMES,
      },
      {
        ...{ type: 'visit', table: 'visit', file: 'visit.jsonl', id: { row: true }, ...TIMES },
        fields: {
          rowid: { kind: 'text', null: true },
          by: { kind: 'ref', null: true, to: 'person' },
          n: 'integer',
          note: { kind: 'any', null: true },
          ...more,
        },
      },
    ],
    local: [],
    derived: [],
  };
}

const OPTIONS = { schema: SCHEMA, file: registry() };

const visits = ({ sql }: Side): unknown =>
  sql.all(`SELECT p.name, v.n, quote(v.note) FROM visit v LEFT JOIN person p ON p.id = v.by ORDER BY 1, 2, 3`);

/** What a program may do that gives rows other numbers, and changes none of them. */
const RENUMBERING = [
  // SQLite keeps the numbers of a table that has an index, as ours of references is.
  'DROP INDEX IF EXISTS scsync_visit_by; VACUUM',
  `BEGIN; CREATE TABLE w (rowid TEXT, by INTEGER REFERENCES person (id), n INTEGER NOT NULL, note);
   INSERT INTO w SELECT "rowid", by, n, note FROM visit ORDER BY n DESC; DROP TABLE visit; ALTER TABLE w RENAME TO visit; COMMIT`,
] as const;

describe('a table without a key', () => {
  it('must have numbers', () => {
    const schema = SCHEMA.replace('(rowid TEXT', '(k INTEGER PRIMARY KEY, rowid TEXT').concat(' WITHOUT ROWID');
    expect(() => openSides({ ...OPTIONS, schema })).toThrow('visit: has no number for each row, so name its key');
  });

  it('goes to another database with all its rows, equal ones too', () => {
    const { a, b } = openSides(OPTIONS);
    a.sql.exec(
      `INSERT INTO person (name) VALUES ('ann'); INSERT INTO visit (by, n, note) VALUES (1, 1, 'x'), (1, 1, 'x'), (NULL, 2, 1.0)`,
    );
    expect(a.project.export().total).toMatchObject({ written: 4 });
    b.sql.exec(`INSERT INTO person (name) VALUES ('bob')`);
    b.project.sync();
    expect(visits(b)).toEqual([
      [null, 2n, '1.0'],
      ['ann', 1n, `'x'`],
      ['ann', 1n, `'x'`],
    ]);
    expect(b.project.status().inSync).toBe(true);
    a.project.sync();
    expect(a.project.export({ full: true }).total).toMatchObject({ written: 0, deleted: 0 });
  });

  it('has the same records in copies of a database that two machines track', () => {
    const folder = temporaryFolder();
    const first = openSide(folder, 'before', { ...OPTIONS, file: { ...registry(), entities: [] } });
    first.sql.exec(`INSERT INTO person (name) VALUES ('ann'); INSERT INTO visit (by, n) VALUES (1, 1), (1, 1), (1, 2)`);
    const [a, b] = ['a', 'b'].map((name) => openSide(folder, name, { ...OPTIONS, copy: first.path }));
    a?.project.sync();
    const outcome = b?.project.sync();
    expect(outcome?.import.total).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(outcome?.export.total).toMatchObject({ written: 0, deleted: 0 });
  });

  it.each(RENUMBERING)('has the same records after %s', (sql) => {
    const { a } = openSides(OPTIONS);
    a.sql.exec(`INSERT INTO visit (n) VALUES (1), (2), (2), (3); DELETE FROM visit WHERE n = 1`);
    a.project.export();
    const before = a.lines();
    a.sql.exec(sql);
    expect(a.project.status().entities.total).toMatchObject({ rows: 3, pendingExport: 0, pendingImport: 0 });
    expect(a.project.sync().export.total).toMatchObject({ written: 0, deleted: 0 });
    expect(a.lines()).toEqual(before);
  });

  it('comes back whole where its rows went while nothing watched', () => {
    const { a } = openSides(OPTIONS);
    a.sql.exec(`INSERT INTO visit (n) VALUES (1), (2)`);
    a.project.sync();
    a.sql.exec(
      `DROP TABLE visit; CREATE TABLE visit (rowid TEXT, by INTEGER, n INTEGER NOT NULL, note); INSERT INTO visit (n) VALUES (2), (3)`,
    );
    a.project.sync();
    expect(a.sql.all('SELECT n FROM visit ORDER BY n')).toEqual([[1n], [2n], [3n]]);
  });

  it('takes a row that changed for another one, and an edit by us for the same', () => {
    const { a, b } = openSides(OPTIONS);
    a.sql.exec(`INSERT INTO visit (n, note) VALUES (1, 'x')`);
    a.project.sync();
    b.project.sync();
    const [{ id } = { id: '' }] = b.project.records.list('visit');
    b.project.records.put('visit', { id, n: 5 });
    b.project.sync();
    expect(a.project.sync().import.total).toMatchObject({ created: 0, updated: 1, deleted: 0 });
    a.sql.exec('UPDATE visit SET n = 6');
    a.project.sync();
    expect(b.project.sync().import.total).toMatchObject({ created: 1, deleted: 1 });
    expect(b.sql.all('SELECT n, note FROM visit')).toEqual([[6n, 'x']]);
  });

  it('has the same records where an import clears a reference', () => {
    const { a, b } = openSides(OPTIONS);
    a.sql.exec(`INSERT INTO person (name) VALUES ('ann')`);
    for (const side of [a, b]) side.project.sync();
    b.sql.exec(`INSERT INTO visit (by, n) VALUES (1, 1), (1, 2)`);
    a.sql.exec(`DELETE FROM person`);
    for (const side of [a, b, a, b]) side.project.sync();
    for (const { sql, project } of [a, b]) {
      expect(sql.all('SELECT by, n FROM visit ORDER BY n')).toEqual([
        [null, 1n],
        [null, 2n],
      ]);
      expect(project.status().inSync).toBe(true);
    }
    expect(b.lines()).toEqual(a.lines());
  });

  it('has the same records where a column is new', () => {
    const { a, b } = openSides(OPTIONS);
    a.sql.exec(`INSERT INTO visit (n) VALUES (1), (1), (2)`);
    a.project.sync();
    b.project.sync();
    a.sql.exec(`ALTER TABLE visit ADD COLUMN place TEXT NOT NULL DEFAULT 'home'`);
    const store = Store.open(a.path, { create: true, registry: registryOf(registry({ place: 'text' })) });
    onTestFinished(() => {
      store.close();
    });
    const project = store.project(a.project.path, { dir: a.project.dir });
    expect(project.sync().export.total).toMatchObject({ written: 3, deleted: 0 });
    expect(b.project.sync().import.total).toMatchObject({ created: 0, deleted: 0 });
    b.sql.exec('DELETE FROM visit WHERE n = 2');
    b.project.sync();
    project.sync();
    expect(a.sql.all('SELECT n, place FROM visit')).toEqual([
      [1n, 'home'],
      [1n, 'home'],
    ]);
  });
});

const side = fc.nat(2);
const STEPS = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ does: fc.constant('add' as const), side, n: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('change' as const), side, n: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('delete' as const), side, n: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('renumber' as const), side, n: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('sync' as const), side, n: fc.constant(0) }) },
  ),
  { minLength: 5, maxLength: 25 },
);

it('has every row that was added and not deleted, whatever numbers rows get', () => {
  fc.assert(
    fc.property(STEPS, (steps) => {
      const folder = temporaryFolder();
      const sides = ['a', 'b', 'c'].map((name) => openSide(folder, name, OPTIONS));
      let made = 0;
      const gone = new Set<unknown>();
      const added = new Set<unknown>();
      // A table that was made anew has no triggers before the next sync.
      const unwatched = new Set<Side>();
      for (const { does, side: at, n } of steps) {
        const here = sides[at];
        if (here === undefined) throw new Error('no such side');
        const row = `(SELECT _rowid_ FROM visit ORDER BY note, n LIMIT 1 OFFSET ${n})`;
        if (does === 'sync') {
          here.project.sync();
          unwatched.delete(here);
        } else if (does === 'renumber') {
          here.sql.exec(RENUMBERING[n] ?? '');
          if (n === 1) unwatched.add(here);
        } else if (does === 'add') {
          // Each row is told apart by its note, and every third one has a twin.
          const note = `note ${made++}`;
          for (let twin = 0; twin <= Number(n === 0); twin++)
            here.sql.run('INSERT INTO visit (n, note) VALUES (?, ?)', BigInt(n), note);
          added.add(note);
        } else if (!unwatched.has(here)) {
          const [found] = here.sql.all(`SELECT note, n FROM visit WHERE _rowid_ = ${row}`);
          if (found === undefined) continue;
          const [note] = found;
          gone.add(note);
          if (does === 'delete') here.sql.run(`DELETE FROM visit WHERE note = ?`, note ?? null);
          else {
            const other = `note ${made++}`;
            here.sql.run(`UPDATE visit SET note = ? WHERE _rowid_ = ${row}`, other);
            here.sql.run(`DELETE FROM visit WHERE note = ?`, note ?? null);
            added.add(other);
          }
        }
      }
      for (let round = 0; round < 3; round++) for (const each of sides) each.project.sync();
      const notes = sides.map(({ sql }) => sql.all('SELECT note, count(*) FROM visit GROUP BY 1 ORDER BY 1'));
      expect(notes[1]).toEqual(notes[0]);
      expect(notes[2]).toEqual(notes[0]);
      const kept = new Set((notes[0] ?? []).map(([note]) => note));
      for (const note of added) expect(kept.has(note as string), String(note)).toBe(!gone.has(note));
      for (const each of sides) expect(each.project.status().inSync).toBe(true);
      expect(sides[1]?.lines()).toEqual(sides[0]?.lines());
    }),
    { numRuns: 25 },
  );
});
