import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { listConflicts, takeConflict } from '../../src/sync/conflicts.js';
import { SyncError } from '../../src/errors.js';
import { leaveLostValues } from '../../src/files/lost-values.js';
import { BAD_VALUES, GOOD_LOSS, lostLine } from '../files/lost-lines.js';
import { Replica, dump, thrownBy } from './helpers.js';
import { savecontext } from '../../src/savecontext/registry.js';

const DAY = 24 * 60 * 60 * 1000;

function replica(): Replica {
  const made = new Replica();
  made.run(`INSERT INTO issues (id, title, details, project_path, created_at, updated_at)
    VALUES ('i1', 'ours', 'd', :project, 1, 1)`);
  made.export();
  return made;
}

/** Leaves values that lost, as a merge driver does before git writes what won. */
function leave({ dir, clock }: Replica, ...values: readonly string[]): void {
  const losses = values.map((value) => ({
    ...{ type: 'issue', id: 'i1', why: 'merge' as const },
    loss: { field: 'title', base: '"base"', kept: '"theirs"', lost: JSON.stringify(value) },
  }));
  leaveLostValues(savecontext, dir, losses, clock);
}

const left = ({ dir }: Replica): string[] => readdirSync(dir).filter((name) => name.startsWith('.lost-values'));
const journal = ({ store, project }: Replica): string[] => listConflicts(store, project).map(({ lost }) => lost);

describe('what a merge driver left', () => {
  it('P21 waits while it is the current value, since the merge may be on its way, and is noted when the merge is there', () => {
    const one = replica();
    leave(one, 'ours');
    expect(one.import().total.conflicts).toBe(0);
    expect([left(one).length, journal(one)]).toEqual([1, []]);
    one.edit('issues.jsonl', (text) => text.replace('"ours"', '"theirs"'));
    expect(one.import().total.conflicts).toBe(1);
    expect([left(one), journal(one)]).toEqual([[], ['"ours"']]);
  });

  it('is for its owner alone', () => {
    const one = replica();
    leave(one, 'ours');
    expect(left(one).map((name) => statSync(join(one.dir, name)).mode & 0o777)).toEqual([0o600]);
  });

  it('is dropped when it is the current value after a day: the merge was given up', () => {
    const one = replica();
    leave(one, 'ours');
    one.clock += DAY;
    expect(one.import().total.conflicts).toBe(0);
    expect([left(one), journal(one)]).toEqual([[], []]);
  });

  it('waits a whole day, and not for a time that lies a day ahead', () => {
    const one = replica();
    const at = one.clock;
    leave(one, 'ours');
    // An import takes the time a second after the clock.
    for (const [now, files] of [
      [at + DAY - 1, 1],
      [at - DAY + 1, 1],
      [at - DAY, 0],
    ] as const) {
      one.clock = now - 1000;
      one.import();
      expect([left(one).length, journal(one)]).toEqual([files, []]);
    }
    one.clock = at;
    leave(one, 'ours');
    one.clock = at + DAY - 1000;
    one.import();
    expect([left(one), journal(one)]).toEqual([[], []]);
  });

  it('is noted once, with what waits left alone', () => {
    const one = replica();
    leave(one, 'ours', 'other');
    expect(one.import().total.conflicts).toBe(1);
    expect([left(one).length, journal(one)]).toEqual([1, ['"other"']]);
    one.run('DELETE FROM scsync_journal');
    expect(one.import().total.conflicts).toBe(0);
    expect([left(one).length, journal(one)]).toEqual([1, []]);
  });

  it('makes no import wait for the database while it waits itself', () => {
    const one = replica();
    one.import();
    leave(one, 'ours');
    one.other.exec('BEGIN IMMEDIATE');
    expect(one.import().total.conflicts).toBe(0);
    one.other.exec('ROLLBACK');
    expect(left(one)).toHaveLength(1);
  });

  it('makes an import fail, with file and line, where a line of it can be nobody\u2019s; nothing changes', () => {
    const one = replica();
    const name = '.lost-values.1000.ab12';
    one.write(name, `${lostLine({ lost: '"first"' })}\n\n${lostLine({ at: 1e15 })}\n`);
    const before = dump(one.store.sql, /^/);
    expect(thrownBy(() => one.import())).toMatchObject({
      code: 'bad_input',
      details: [expect.stringMatching(/^\.lost-values\.1000\.ab12:3: at must /)],
    });
    expect(one.status().problems).toEqual([expect.stringContaining(`${name}:3: at must`)]);
    expect(dump(one.store.sql, /^/)).toEqual(before);
    // What can be read elsewhere is taken, and the file stays until somebody looks at it.
    leave(one, 'other');
    expect(one.import({ skipInvalid: true }).problems).toHaveLength(1);
    expect([left(one), journal(one)]).toEqual([[name], ['"other"']]);
    one.write(name, `${lostLine({ lost: '"first"' })}\n`);
    expect(one.import().total.conflicts).toBe(1);
    expect([left(one), journal(one)]).toEqual([[], ['"other"', '"first"']]);
  });
});

describe('an entry of the journal', () => {
  const note = ({ store, project }: Replica, entry: object): number => {
    const { type, id, field, kept, lost } = { ...GOOD_LOSS, ...entry };
    store.sql.run(
      `INSERT INTO scsync_journal (project, type, id, field, base, kept, lost, why, at) VALUES (?, ?, ?, ?, null, ?, ?, 'merge', 1)`,
      ...[project, type, id, field, kept, lost],
    );
    return listConflicts(store, project).at(-1)?.n ?? 0;
  };

  it.each(BAD_VALUES)('with $what is not taken, and no row changes', ({ raw }) => {
    const one = replica();
    const n = note(one, JSON.parse(raw) as object);
    const before = dump(one.store.sql, /^/);
    expect(thrownBy(() => takeConflict(one.store, one.project, n))).toBeInstanceOf(SyncError);
    expect(dump(one.store.sql, /^/)).toEqual(before);
  });

  it('of a whole record is refused where another one has its natural key, or its id in another project', () => {
    const one = replica();
    const values = `project_path, value, category, created_at, updated_at`;
    one.run(`INSERT INTO project_memory (id, key, ${values}) VALUES ('m1', 'k', :project, 'v', 'note', 1, 1)`);
    one.run(`INSERT INTO project_memory (id, key, ${values}) VALUES ('m2', 'x', '/elsewhere', 'v', 'note', 1, 1)`);
    const data = `"project_path":".","key":"k","value":"v","category":"note","created_at":1,"updated_at":1,"v":1}`;
    for (const id of ['m0', 'm2']) {
      const n = note(one, { type: 'memory', id, field: null, kept: null, lost: `{"id":"${id}",${data}` });
      expect(thrownBy(() => takeConflict(one.store, one.project, n))).toMatchObject({ code: 'refused' });
    }
  });
});
