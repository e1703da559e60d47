import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Sql } from '../../src/store/sql.js';
import { FILE, apply, edits, openSide, openSides } from './world.js';
import type { Edit, Side } from './world.js';
import { cases } from '../setup/long.js';

const RUNS = cases(12);

/** Every synced value, with its storage class and its bytes. */
function valuesOf(sql: Sql): unknown {
  return FILE.entities.map(({ table, fields, id }) => {
    const columns = Object.entries(fields).flatMap(([name, field]) => (field === 'local' ? [] : [name]));
    const all = 'number' in id ? [id.number, ...columns] : columns;
    const values = all.map((name) => `typeof("${name}") || quote("${name}")`).join(` || '|' || `);
    return sql.all(`SELECT ${values} FROM ${table} ORDER BY 1`);
  });
}

const isClean = ({ sql }: Side): void => {
  expect(sql.all('PRAGMA foreign_key_check')).toEqual([]);
  expect(sql.all('PRAGMA integrity_check')).toEqual([['ok']]);
};

const run = ({ sql }: Side, all: readonly Edit[]): void => {
  for (const edit of all) apply(sql, edit);
};

it('carries any rows into an empty copy of the schema: every value the same, numbers too, and nothing to write back', () => {
  fc.assert(
    fc.property(fc.array(edits('a'), { minLength: 5, maxLength: 60 }), (all) => {
      const { a, b } = openSides();
      run(a, all);
      a.project.export();
      b.project.import();
      expect(valuesOf(b.sql)).toEqual(valuesOf(a.sql));
      expect(b.project.export().total).toMatchObject({ written: 0, deleted: 0 });
      isClean(b);
    }),
    { numRuns: RUNS },
  );
});

it('brings two that both go on to the same: the same lines, no reference that leads nowhere', () => {
  fc.assert(
    fc.property(
      fc.array(edits('a'), { minLength: 10, maxLength: 40 }),
      fc.array(fc.tuple(fc.array(edits('a'), { maxLength: 15 }), fc.array(edits('b'), { maxLength: 15 })), {
        minLength: 1,
        maxLength: 3,
      }),
      (first, rounds) => {
        const { a, b } = openSides();
        run(a, first);
        a.project.sync();
        b.project.sync();
        for (const [ours, theirs] of rounds) {
          run(a, ours);
          run(b, theirs);
          for (const side of [a, b, a, b]) side.project.sync();
        }
        expect(a.project.status()).toMatchObject({ inSync: true });
        expect(b.project.status()).toMatchObject({ inSync: true });
        expect(b.lines()).toEqual(a.lines());
        isClean(a);
        isClean(b);
      },
    ),
    { numRuns: RUNS },
  );
});

it('takes copies of one database, set up on two machines, for the same records', () => {
  fc.assert(
    fc.property(fc.array(edits('a'), { minLength: 5, maxLength: 40 }), (all) => {
      const { folder, a } = openSides();
      run(a, all);
      const untracked = openSide(folder, 'before', { copy: a.path });
      untracked.sql.exec(
        untracked.sql
          .all(
            `SELECT 'DROP ' || type || ' "' || name || '"' FROM sqlite_master WHERE name LIKE 'scsync%' AND type IN ('trigger', 'table')`,
          )
          .map(([drop]) => String(drop))
          .join(';'),
      );
      const [c, d] = ['c', 'd'].map((name) => openSide(folder, name, { copy: untracked.path }));
      c?.project.sync();
      const outcome = d?.project.sync();
      expect(outcome?.import.total).toMatchObject({ created: 0, updated: 0, deleted: 0 });
      expect(outcome?.export.total).toMatchObject({ written: 0, deleted: 0 });
    }),
    { numRuns: 15 },
  );
});
