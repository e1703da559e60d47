import fc from 'fast-check';
import { expect, it } from 'vitest';

import { SyncError } from '../../src/errors.js';
import { writePrivateMark } from '../../src/store/knowledge/private-marks.js';
import { cases } from '../setup/long.js';
import { Replica, dump } from './helpers.js';
import type { Files } from './helpers.js';
import { seed } from './seed.js';
import { anyWrite } from './writes.js';

const PROJECT = '/projects/one';

/** What somebody does to the lines of a file before they are imported. */
const EDITS: Readonly<Record<string, (lines: readonly string[], at: number) => readonly string[]>> = {
  nothing: (lines) => lines,
  'a line goes': (lines, at) => lines.filter((_, index) => index !== at),
  'a line is there twice': (lines, at) => [...lines.slice(0, at + 1), ...lines.slice(at)],
  'a line is edited': (lines, at) => change(lines, at, (line) => line.replace(/"created_at":\d+/, '"created_at":7')),
  'a line is of the other form': (lines, at) =>
    change(lines, at, (line) => line.replace(/,"v":1.*?,"content_hash"/, ',"content_hash"')),
  'a line cannot be read': (lines, at) => change(lines, at, (line) => line.slice(0, -9)),
};

function change(lines: readonly string[], at: number, edit: (line: string) => string): readonly string[] {
  return lines.map((line, index) => (index === at ? edit(line) : line));
}

/** All that two imports leave, one after the other: rows, what is known of records, and what the last one says. */
function imported(states: readonly Files[], prepare: (replica: Replica) => void): unknown {
  const replica = new Replica({ project: PROJECT });
  // An id that is another project's here.
  replica.run(
    `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m1', '/other', 'k', 'v', 1, 1)`,
  );
  prepare(replica);
  const said = states.map((files) => {
    replica.pull(files);
    return replica.import({ skipInvalid: true });
  });
  return {
    said: said.map(({ notices, ...stats }) => ({ stats, notices: notices.map((each) => JSON.stringify(each)).sort() })),
    // The other program's own triggers take the time of the machine.
    rows: dump(replica.store.sql, /^(?!scsync_|dirty_)/),
    known: replica.rows(
      `SELECT r.type, r.id, r.project, r.derived_stamp, r.derived_hash, r.unknown, r.counted, b.seq = r.seq, b.line, b.stamp, b.own
       FROM scsync_records r LEFT JOIN scsync_base b ON b.record = r.n WHERE r.id <> 'nobody' ORDER BY r.type, r.id`,
    ),
    aside: dump(replica.store.sql, /^scsync_(seen|files|tombstones|unresolved)$/),
    pending: replica.pending(),
  };
}

/** The files after such writes and edits of lines. */
function filesAfter(from: Replica, { writes, edits }: Round): Files {
  for (const sql of writes) {
    try {
      from.run(sql);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
    }
  }
  from.export();
  const files: Record<string, string> = { ...from.files() };
  const names = Object.keys(files).filter((name) => name.endsWith('.jsonl'));
  for (const [which, at, edit] of edits) {
    const name = names[which % names.length]!;
    const lines = (files[name] ?? '').split('\n').slice(0, -1);
    if (lines.length === 0) continue;
    files[name] = edit(lines, at % lines.length)
      .map((line) => `${line}\n`)
      .join('');
  }
  return files;
}

const round = fc.record({
  writes: fc.array(anyWrite, { maxLength: 12 }),
  edits: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...Object.values(EDITS))), { maxLength: 3 }),
});
type Round = typeof round extends fc.Arbitrary<infer R> ? R : never;

it('a record that is new in every way is taken as it would be with a plan', () => {
  fc.assert(
    fc.property(round, round, (before, after) => {
      const from = new Replica({ project: PROJECT });
      seed(from);
      const lines = filesAfter(from, before);
      const { 'deletions.jsonl': deletions = '' } = filesAfter(from, after);
      // What was deleted is known before the lines come that refer to it.
      const states = [{ 'deletions.jsonl': deletions }, { ...lines, 'deletions.jsonl': deletions }];
      const taken = imported(states, () => undefined);
      // Where any record is private, each one is planned, with the others already written.
      const planned = imported(states, ({ store }) => {
        writePrivateMark(store.sql, { type: 'memory', id: 'nobody' }, true);
      });
      expect(taken).toEqual(planned);
    }),
    { numRuns: cases(25) },
  );
});
