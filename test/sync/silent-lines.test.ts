import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { listConflicts } from '../../src/sync/conflicts.js';
import { resolveFolder } from '../../src/git/resolve.js';
import { MergeStrategy } from '../../src/sync/import/plan.js';
import { keyReader } from '../../src/format/line-key.js';
import { mergeDataFile } from '../../src/merge/data-file.js';
import { sameContent, tokenOf, withTokens } from '../../src/record/content.js';
import type { Content } from '../../src/record/content.js';
import type { RecordObject } from '../../src/record/object.js';
import { Records } from '../../src/sync/records.js';
import { issue } from '../../src/savecontext/entities.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { inventedLosses, silentCase, wrongFields } from '../merge/silent.js';
import type { SilentCase } from '../merge/silent.js';
import { lineOf, readLine, sample } from '../record/samples.js';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, named } from './helpers.js';
import { seed } from './seed.js';

const FILE = 'issues.jsonl';
const DATA = { registry: savecontext, name: FILE, keyOf: keyReader(savecontext, FILE) };
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const silentLine = (content: Content, stamp: number): string => lineOf(content, stamp, 'absolute').raw;

/** Many records at once, so that one database does for all. */
const batch = fc
  .tuple(
    ...Array.from({ length: 25 }, (_, n) =>
      fc.tuple(silentCase(issue, `i${n}`).map(alive), fc.integer({ min: 2, max: 8 })),
    ),
  )
  .map((all) => all.map(([versions, stamp]) => ({ ...versions, stamp })));

/** Without references, which an import clears where their records are deleted, and without paths, of which the record's own is left out. */
function alive({ base, ours, silent }: SilentCase): SilentCase {
  const place = (name: string): number => issue.indexOf.get(name) ?? -1;
  const none = new Map([
    [place('plan_id'), 'null'],
    [place('dependencies'), '[]'],
    [place('projects'), '[]'],
  ]);
  const clear = (content: Content): Content => withTokens(content, none);
  return { base: clear(base), ours: clear(ours), silent: clear(silent) };
}

/** A database that knows the base of each record, and has edited some of them since. */
function edited(all: readonly SilentCase[]): Replica {
  const replica = new Replica();
  replica.write(FILE, textOf(all.map(({ base }) => lineOf(base, 3).raw)));
  replica.import();
  expect(replica.pending()).toEqual({});
  const records = new Records(replica.store, replica.project);
  for (const { ours } of all) records.write(ours, 1);
  return replica;
}

const rowOf = (replica: Replica, { id }: Content): Content =>
  new Records(replica.store, replica.project).require('issue', id);

describe('a line that says nothing of a field', () => {
  it.each(Object.values(MergeStrategy))('P5 decides nothing about it in an import by %s', (strategy) => {
    fc.assert(
      fc.property(batch, (all) => {
        const replica = edited(all);
        replica.write(FILE, textOf(all.map(({ silent, stamp }) => silentLine(silent, stamp))));
        replica.import({ strategy });
        for (const { base, ours, silent, stamp } of all) {
          const row = rowOf(replica, ours);
          expect(wrongFields(row, [ours, base]), ours.id).toEqual([]);
          if (strategy !== 'three-way' || stamp <= 3 || sameContent(ours, base)) continue;
          const sides = [lineOf(base, 3).raw, lineOf(ours, 9).raw, silentLine(silent, stamp)] as const;
          const [b, o, t] = sides.map((line) => textOf([line])) as [string, string, string];
          const driven = readLine(mergeDataFile(DATA, { base: b, ours: o, theirs: t }).text.trimEnd());
          expect(row.tokens, 'as the driver merges it').toEqual(driven.content.tokens);
        }
        const losses = listConflicts(replica.store, replica.project);
        for (const { ours, base } of all) {
          expect(
            inventedLosses(
              losses.filter(({ id }) => id === ours.id),
              [ours, base],
            ),
          ).toEqual([]);
        }
        replica.export();
        expectAgreement(replica);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('P5 decides nothing about it where two lines of one record become one, by import and by resolve', () => {
    fc.assert(
      fc.property(batch, (all) => {
        const lines = all.flatMap(({ ours, silent, stamp }) => [lineOf(ours, 5).raw, silentLine(silent, stamp)]);
        const [a, b] = [new Replica(), new Replica()];
        for (const [replica, text] of [
          [a, textOf(lines)],
          [b, textOf([...lines].reverse())],
        ] as const)
          replica.write(FILE, text);
        expect(resolveFolder(savecontext, undefined, b.dir, { now: 1, dryRun: false }).files).toMatchObject([
          { problems: [] },
        ]);
        const healed = b.files();
        for (const replica of [a, b]) {
          replica.import();
          replica.export();
        }
        expect(a.files()[FILE]).toEqual(healed[FILE]);
        expect(b.files()).toEqual(a.files());
        for (const { ours } of all) expect(wrongFields(rowOf(a, ours), [ours])).toEqual([]);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

/** Writes the lines of all issues as the reference program does, some of them changed by somebody. */
function writeSilently(
  replica: Replica,
  changes: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): void {
  const records = new Records(replica.store, replica.project);
  const stamp = (replica.clock += 1000);
  const lines = [...records.list('issue')].map((content) => {
    const tokens = Object.entries(changes[content.id] ?? {});
    return silentLine(
      withTokens(content, new Map(tokens.map(([name, token]) => [issue.indexOf.get(name)!, token]))),
      stamp,
    );
  });
  replica.write(FILE, textOf(lines));
}

const CLOSE = `UPDATE issues SET status = 'closed', closed_at = 77, close_reason = 'done', closed_by_agent = 'ann',
  updated_at = updated_at + 77 WHERE id = 'i1'`;
const CLAIM = `UPDATE issues SET assigned_to_agent = 'ann', assigned_at = 78, assigned_in_session = 's1',
  updated_at = updated_at + 78 WHERE id = 'i2'`;
const CLOSED = ['closed', 77n, 'done', 'ann', null];
const CLAIMED = ['ann', 78n, 's1'];
const COLUMNS = `status, closed_at, close_reason, closed_by_agent, closed_in_session`;
const statusOf = (replica: Replica) => replica.rows(`SELECT ${COLUMNS} FROM issues WHERE id = 'i1'`)[0];
const assignmentOf = (replica: Replica) =>
  replica.rows(`SELECT assigned_to_agent, assigned_at, assigned_in_session FROM issues WHERE id = 'i2'`)[0];

function seeded(paths: 'portable' | 'absolute' = 'portable'): Replica {
  const replica = new Replica();
  seed(replica);
  replica.setPaths(paths);
  replica.export();
  return replica;
}

/** Imports and exports, and expects that nothing is named or lost. */
function syncQuietly(...replicas: readonly Replica[]): void {
  for (const replica of replicas) {
    expect(named(replica.import())).toEqual([]);
    replica.export();
    expect(listConflicts(replica.store, replica.project)).toEqual([]);
  }
}

describe.each(['portable', 'absolute'] as const)('lines of the reference program, paths %s', (paths) => {
  it('that it wrote of a closed and a claimed issue take nothing from the database, read twice change nothing', () => {
    const a = seeded(paths);
    a.run(`${CLOSE}; ${CLAIM}`);
    writeSilently(a);
    const lines = a.lines(FILE);
    syncQuietly(a);
    expect([statusOf(a), assignmentOf(a)]).toEqual([CLOSED, CLAIMED]);
    const files = a.files();
    if (paths === 'absolute') expect(a.lines(FILE)).toEqual(lines);
    else expect(a.record(FILE, 'i1')).toMatchObject({ v: 1, close_reason: 'done', closed_by_agent: 'ann' });
    syncQuietly(a);
    expect(a.files()).toEqual(files);
    expectAgreement(a);
  });

  it('clear what went with a status or an agent that somebody changed since, which is no conflict', () => {
    const a = seeded(paths);
    a.run(`${CLOSE}; ${CLAIM}`);
    a.export();
    writeSilently(a, { i1: { status: '"open"', closed_at: 'null' }, i2: { assigned_to_agent: '"bob"' } });
    syncQuietly(a);
    expect(statusOf(a)).toEqual(['open', null, null, null, null]);
    expect(assignmentOf(a)).toEqual(['bob', null, null]);
    expect(a.value(`SELECT count(*) FROM issue_labels WHERE issue_id = 'i1'`)).toBe(2n);
    expectAgreement(a);
  });

  it('lose what they say when the database was changed later, and nothing that they do not say', () => {
    const a = seeded(paths);
    writeSilently(a, { i1: { status: '"blocked"' } });
    a.run(CLOSE);
    a.import();
    expect(statusOf(a)).toEqual(CLOSED);
    expect(listConflicts(a.store, a.project).map(({ field, lost }) => [field, lost])).toEqual([
      ['status', '"blocked"'],
      ['closed_at', 'null'],
    ]);
  });
});

describe('what others derive from a line of the reference program', () => {
  it.each(['a', 'b'])('takes nothing from who closed the issue, and %s syncs first', (first) => {
    const [a, b] = [seeded(), new Replica()];
    b.pull(a);
    b.import();
    a.run(`${CLOSE}; ${CLAIM}`);
    writeSilently(a);
    b.pull(a);
    if (first === 'b') {
      syncQuietly(b);
      a.pull(b);
    } else {
      syncQuietly(a, b);
      b.pull(a);
      syncQuietly(b);
    }
    for (let round = 0; round < 2; round++) {
      syncQuietly(a);
      b.pull(a);
      syncQuietly(b);
      a.pull(b);
    }
    for (const replica of [a, b]) expect([statusOf(replica), assignmentOf(replica)]).toEqual([CLOSED, CLAIMED]);
    expect(a.files()).toEqual(b.files());
  });

  it('is earlier than what it was merged with: a text merge kept both lines', () => {
    const [a, b, c] = [seeded(), new Replica(), new Replica()];
    for (const other of [b, c]) {
      other.pull(a);
      other.import();
    }
    b.run(`INSERT INTO issue_labels (issue_id, label) VALUES ('i1', 'green')`);
    b.export();
    a.clock += 1_000_000;
    writeSilently(a, { i1: { title: '"theirs"' } });
    c.pull(a);
    syncQuietly(c);
    a.write(FILE, textOf([...a.lines(FILE), ...b.lines(FILE)]));
    a.import();
    a.export();
    c.pull(a);
    c.import();
    for (const { store, project } of [a, c]) {
      const row = new Records(store, project).require('issue', 'i1');
      expect([tokenOf(row, 'title'), tokenOf(row, 'labels')]).toEqual(['"theirs"', '["blue","green","red"]']);
    }
  });

  it('P6 merges over that line: what only one side knows stays, of two values one is named as lost', () => {
    const silent = silentLine(contentOf({}), 5);
    const merge = (ours: RecordObject, theirs: RecordObject) => {
      const [o, t] = [lineOf(contentOf(ours), 6).raw, lineOf(contentOf(theirs), 7).raw];
      const [one, other] = [
        [o, t],
        [t, o],
      ].map(([left, right]) =>
        mergeDataFile(DATA, { base: textOf([silent]), ours: textOf([left!]), theirs: textOf([right!]) }),
      );
      expect(one?.text).toBe(other?.text);
      const { content } = readLine(one!.text.trimEnd());
      return [
        tokenOf(content, 'close_reason'),
        tokenOf(content, 'labels'),
        one!.losses.map(({ loss }) => [loss.field, loss.lost]),
      ];
    };
    expect(merge({ close_reason: 'x', labels: ['a'] }, { labels: ['b'] })).toEqual(['"x"', '["a","b"]', []]);
    expect(merge({ close_reason: 'x' }, { close_reason: 'y' })).toEqual(['"y"', '[]', [['close_reason', '"x"']]]);
    expect(merge({ close_reason: 'x' }, { close_reason: 'x', title: 'new' })).toEqual(['"x"', '[]', []]);
  });
});

const contentOf = (changes: RecordObject): Content =>
  sample('issue', { id: 'i', status: 'closed', closed_at: 5, ...changes });
