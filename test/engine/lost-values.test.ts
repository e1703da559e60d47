import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { listConflicts } from '../../src/conflicts.js';
import { leaveLostValues } from '../../src/jsonl/lost-values.js';
import { Replica } from './helpers.js';

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
  leaveLostValues(dir, losses, clock);
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

  it('is dropped when it is the current value after a day: the merge was given up', () => {
    const one = replica();
    leave(one, 'ours');
    one.clock += DAY;
    expect(one.import().total.conflicts).toBe(0);
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
});
