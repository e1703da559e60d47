import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../../src/sync/file-history.js';
import { expectAgreement } from '../knowledge/agreement.js';
import { ATLAS, Replica, T0, dump, named, withoutStamps } from './helpers.js';
import type { Files } from './helpers.js';
import { anyWrite } from './writes.js';
import { cases } from '../setup/long.js';

/** A history that says nothing, and calls back when an import first asks it: while it decides. */
function whileDeciding(body: () => void): History {
  let isFirst = true;
  return {
    point: () => 'now',
    changes: () => {
      if (isFirst) body();
      isFirst = false;
      return [];
    },
    arrivals: () => [],
    anywhere: () => [],
    published: () => [],
    unpublished: () => [],
  };
}

const issue = (id: string, title: string, more = 'NULL'): string =>
  `INSERT INTO issues (id, project_path, title, description, created_at, updated_at)
   VALUES ('${id}', :project, '${title}', ${more}, ${T0}, ${T0});`;

const memory = (id: string, created: number): string =>
  `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
   VALUES ('${id}', :project, 'k', '${id}', ${created}, ${created})`;

const SESSION = `INSERT INTO sessions (id, name, project_path, status, created_at, updated_at) VALUES ('s1', 's', :project, 'active', 1, 1)`;
const ITEM = `INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c1', 's1', 'k', 'v', ${T0}, ${T0})`;
const hours = (id: string, on = 'NULL'): string =>
  `INSERT INTO time_entries (id, project_path, issue_id, hours, description, work_date, created_at, updated_at)
   VALUES ('${id}', :project, ${on}, 1, 'd', '2026-01-01', ${T0}, ${T0})`;

/** Two replicas that agree on some rows, after which the first changes more of them: the second has its files, and not yet its rows. */
function pair(sql: string, change: string): Replica {
  const [a, b] = [new Replica({ project: ATLAS }), new Replica({ project: ATLAS })];
  a.run(sql);
  a.export();
  b.pull(a);
  b.import();
  a.run(change);
  a.export();
  b.pull(a);
  return b;
}

const TITLES = `SELECT id, title, description FROM issues ORDER BY id`;

describe('what another program writes while an import decides', () => {
  const base = issue('i1', 'one') + issue('i2', 'two') + issue('i3', 'three');
  const theirs = `UPDATE issues SET title = title || '!', updated_at = ${T0 + 5}`;

  it('does not wait, and is merged', () => {
    const b = pair(base, theirs);
    const impatient = b.connection();
    impatient.exec('PRAGMA busy_timeout = 0');
    const mine = `UPDATE issues SET description = 'mine', updated_at = ${T0 + 9} WHERE id = 'i2'`;
    const stats = b.import({
      history: whileDeciding(() => {
        impatient.exec(mine);
      }),
    });
    expect(stats.total.updated).toBe(3);
    expect(b.rows(TITLES)).toEqual([
      ['i1', 'one!', null],
      ['i2', 'two!', 'mine'],
      ['i3', 'three!', null],
    ]);
    expect(b.pending()).toEqual({ issue: 1 });
    b.export();
    expectAgreement(b);
  });

  it('gives what it gives when it was written before', () => {
    const writes = fc.array(anyWrite, { maxLength: 12 });
    fc.assert(fc.property(writes, writes, writes, expectNoDifference), { numRuns: cases(12) });
  });

  it.each([
    ['deletes a record', [issue('i1', 'a')], [`UPDATE issues SET title = 'b'`], [`DELETE FROM issues WHERE id = 'i1'`]],
    ['deletes a parent', [SESSION], [ITEM], [`DELETE FROM sessions`]],
    [
      'deletes what is referred to',
      [issue('i1', 'a'), hours('t1', `'i1'`)],
      [`UPDATE time_entries SET hours = 9`],
      [`DELETE FROM issues WHERE id = 'i1'`],
    ],
    ['takes a natural key', [], [memory('m1', T0)], [memory('m2', T0 - 1)]],
    ['takes an id', [], [memory('m1', T0)], [memory('m1', T0 - 1)]],
    ['moves to another project', [SESSION], [ITEM], [`UPDATE sessions SET project_path = '/elsewhere'`]],
  ])('gives the same when it %s', (_, seed, change, mine) => {
    expectNoDifference(seed, change, mine);
  });
});

/** Machines that agree; one changes, one writes before it imports that, or while it does: it makes no difference. */
function expectNoDifference(seed: readonly string[], change: readonly string[], mine: readonly string[]): void {
  const source = new Replica({ project: ATLAS });
  source.run(hours('t0'));
  runAll(source, seed);
  const before = exported(source);
  // The history is asked about it, when nearly everything is decided.
  source.run(`UPDATE time_entries SET hours = 2, updated_at = ${T0 + 5} WHERE id = 't0'`);
  runAll(source, change);
  const after = exported(source);
  const [first, second] = [false, true].map((isLate) => {
    const replica = new Replica({ project: ATLAS });
    replica.pull(before);
    replica.import();
    replica.pull(after);
    if (!isLate) runAll(replica, mine);
    const write = (): void => {
      if (isLate) runAll(replica, mine);
    };
    const stats = replica.import({ history: whileDeciding(write) });
    const rows = dump(replica.other, /^(?!scsync_|dirty_)/);
    replica.export();
    return { rows, named: named(stats).sort(), files: withoutStamps(replica.files()) };
  });
  expect(second).toEqual(first);
}

function exported(replica: Replica): Files {
  replica.export();
  return replica.files();
}

/** Any writes, with foreign keys; some of them fail, as they may. */
function runAll(replica: Replica, writes: readonly string[]): void {
  for (const sql of writes) {
    try {
      replica.run(sql.replace('foreign_keys = OFF', 'foreign_keys = ON'));
    } catch {
      // As another program's may.
    }
  }
}
