import { describe, expect, it } from 'vitest';

import { planExport } from '../../src/sync/export/plan.js';
import type { ExportInput } from '../../src/sync/export/plan.js';
import type { Content } from '../../src/record/content.js';
import { deleted as deletion, present } from '../../src/record/version.js';
import type { Deleted, FileVersion, Present, Version } from '../../src/record/version.js';
import { editedLineOf, lineOf, sample, tombstoneOf } from '../record/samples.js';

const row = (title: string): Content => sample('issue', { title });
const line = (title: string, stamp: number): FileVersion<Present> => lineOf(row(title), stamp);
const deleted = (stamp: number, by?: string): FileVersion<Deleted> => tombstoneOf('issue', 'issue_1', stamp, by);

/** A deletion as the database has it. */
const gone = (stamp: number, by = 'ann'): Deleted => deletion({ type: 'issue', id: 'issue_1' }, stamp, by);

/** The clock says 100; nothing in the files, no base, unless said otherwise. */
function plan(input: Pick<ExportInput, 'state'> & Partial<ExportInput>): Version {
  return planExport({
    lines: [],
    tombstone: undefined,
    bases: [],
    floor: undefined,
    derivedStamp: undefined,
    restamp: false,
    form: 'portable',
    now: 100,
    ...input,
  });
}

const written = present;
const keeps = (version: FileVersion): Version => version;
const tombstone = gone;

describe('a new version of a row', () => {
  const state = row('new');

  it('gets the time of the export', () => {
    expect(plan({ state })).toEqual(written(state, 100));
    expect(plan({ state, lines: [line('old', 50)], bases: [line('old', 50)] })).toEqual(written(state, 100));
  });

  it('gets a stamp after all that the files, any base and a removed tombstone have', () => {
    expect(plan({ state, lines: [line('old', 100)] })).toEqual(written(state, 101));
    expect(plan({ state, lines: [line('a', 300), line('b', 200)] })).toEqual(written(state, 301));
    expect(plan({ state, tombstone: deleted(400) })).toEqual(written(state, 401));
    expect(plan({ state, bases: [line('old', 50), line('other target', 500), deleted(450)] })).toEqual(
      written(state, 501),
    );
    expect(plan({ state, bases: [deleted(600)] })).toEqual(written(state, 601));
    expect(plan({ state, floor: 700 })).toEqual(written(state, 701));
    expect(plan({ state, floor: 99 })).toEqual(written(state, 100));
  });
});

describe('a version that exists already', () => {
  const state = row('same');

  it('is the very line in the files', () => {
    const held = line('same', 5);
    expect(plan({ state, lines: [held], bases: [held] })).toEqual(keeps(held));
    expect(plan({ state, lines: [held], bases: [line('other', 50)] })).toEqual(keeps(held));
  });

  it('is what the lines of the files amount to', () => {
    expect(plan({ state, lines: [line('same', 6), line('old', 5)] })).toEqual(keeps(line('same', 6)));
    expect(plan({ state, lines: [editedLineOf(state, 5)] })).toEqual(written(state, 6));
    expect(plan({ state, lines: [lineOf(state, 5, 'absolute')] })).toEqual(written(state, 6));
    expect(plan({ state, lines: [lineOf(state, 5)], form: 'absolute' })).toEqual(written(state, 6));
    expect(plan({ state, lines: [line('same', 5), line('alike', 5)] })).toEqual(written(state, 6));
  });

  it('is not the line that a tombstone beside it outweighs', () => {
    expect(plan({ state, lines: [line('same', 5)], tombstone: deleted(5) })).toEqual(written(state, 100));
    const late = line('same', 6);
    expect(plan({ state, lines: [late], tombstone: deleted(5) })).toEqual(keeps(late));
  });

  it('has one stamp in all targets', () => {
    const bases = [line('other', 300), line('same', 250), line('same', 200)];
    expect(plan({ state, bases })).toEqual(written(state, 250));
    expect(plan({ state, bases, lines: [line('old', 249)] })).toEqual(written(state, 250));
  });

  it('gets a new stamp where the files have a later version', () => {
    expect(plan({ state, bases: [line('same', 250)], lines: [line('old', 250)] })).toEqual(written(state, 251));
    expect(plan({ state, bases: [line('same', 250)], tombstone: deleted(250) })).toEqual(written(state, 251));
  });

  it('keeps the stamp that every replica derives, while the files have none as late', () => {
    expect(plan({ state, derivedStamp: 6, lines: [line('source', 5)] })).toEqual(written(state, 6));
    expect(plan({ state, derivedStamp: 6 })).toEqual(written(state, 6));
    expect(plan({ state, derivedStamp: 6, lines: [line('source', 6)] })).toEqual(written(state, 100));
  });

  it('gets a new stamp where an old version was taken by force', () => {
    const held = line('same', 5);
    expect(plan({ state, restamp: true, lines: [held], bases: [held] })).toEqual(written(state, 100));
    expect(plan({ state, restamp: true, lines: [held], bases: [line('x', 200)], derivedStamp: 6 })).toEqual(
      written(state, 201),
    );
  });
});

describe('a deletion', () => {
  it('has the time at which the row was deleted', () => {
    expect(plan({ state: gone(50) })).toEqual(tombstone(50));
  });

  it('gets a stamp after all lines that it deletes', () => {
    expect(plan({ state: gone(50), lines: [line('a', 50)] })).toEqual(tombstone(51));
    expect(plan({ state: gone(50), lines: [line('a', 60), line('b', 70)] })).toEqual(tombstone(71));
    expect(plan({ state: gone(50), bases: [line('a', 60), line('other target', 80)] })).toEqual(tombstone(81));
  });

  it('has one stamp in all targets', () => {
    expect(plan({ state: gone(50), bases: [deleted(60)] })).toEqual(tombstone(60));
  });

  it('is the very line in the files', () => {
    const held = deleted(50);
    expect(plan({ state: gone(50), tombstone: held })).toEqual(keeps(held));
    expect(plan({ state: gone(50), tombstone: held, bases: [line('a', 40)] })).toEqual(keeps(held));
  });

  it('is the greater one where the same author deleted it twice', () => {
    const [less, more] = [deleted(50), deleted(60)];
    expect(plan({ state: gone(50), tombstone: more })).toEqual(keeps(more));
    expect(plan({ state: gone(60), tombstone: less })).toEqual(tombstone(60));
  });

  it("comes after another author's", () => {
    expect(plan({ state: gone(50), tombstone: deleted(50, 'bob') })).toEqual(tombstone(51));
    expect(plan({ state: gone(50), tombstone: deleted(70, 'bob') })).toEqual(tombstone(71));
    expect(plan({ state: gone(90), tombstone: deleted(70, 'bob') })).toEqual(tombstone(90));
  });

  it('comes after a line that stands beside a tombstone of the same author', () => {
    expect(plan({ state: gone(60), tombstone: deleted(50), lines: [line('a', 70)] })).toEqual(tombstone(71));
    expect(plan({ state: gone(60), tombstone: deleted(50), bases: [line('a', 70)] })).toEqual(tombstone(71));
  });
});
