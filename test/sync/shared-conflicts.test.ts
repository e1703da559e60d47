import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { leaveLostValues } from '../../src/files/lost-values.js';
import { mergeData } from '../../src/git/drive-merge.js';
import { dropConflicts, listConflicts, takeConflict } from '../../src/sync/conflicts.js';
import { setPrivate } from '../../src/sync/private.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { Replica, thrownBy } from './helpers.js';
import type { Files } from './helpers.js';

const FILE = 'conflicts.jsonl';
const DAY = 24 * 60 * 60 * 1000;

/** Replicas that have one issue, and have exported it. */
function team(size: number): Replica[] {
  const first = new Replica();
  first.run(`INSERT INTO issues (id, title, details, project_path, created_at, updated_at)
    VALUES ('i1', 'first', 'd', :project, 1, 1)`);
  first.export();
  const others = Array.from({ length: size - 1 }, () => new Replica());
  for (const replica of others) {
    replica.pull(first);
    replica.import();
  }
  return [first, ...others];
}

function edit(replica: Replica, title: string, at: number): void {
  replica.run(`UPDATE issues SET title = '${title}', updated_at = ${at} WHERE id = 'i1'`);
}

/** Merges another's files into those of a replica as git does with the driver. */
function merge(replica: Replica, theirs: Files, base: Files): void {
  const ours = replica.files();
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const sides = { base: base[name] ?? '', ours: ours[name] ?? '', theirs: theirs[name] ?? '' };
    const { text, losses, problems } = mergeData(savecontext, name, sides);
    expect(problems).toEqual([]);
    leaveLostValues(savecontext, replica.dir, losses, replica.clock);
    replica.write(name, text);
  }
}

/** Both change the title of the issue; ours loses to theirs, and the second one merges. */
function conflict(): [loser: Replica, merger: Replica] {
  const [loser, merger] = team(2) as [Replica, Replica];
  const base = loser.files();
  edit(loser, 'lost', 10);
  edit(merger, 'kept', 20);
  for (const each of [loser, merger]) each.export();
  merge(merger, loser.files(), base);
  merger.import();
  merger.export();
  return [loser, merger];
}

const journal = ({ store, project }: Replica): string[] => listConflicts(store, project).map(({ lost }) => lost);
const numbers = ({ store, project }: Replica): number[] => listConflicts(store, project).map(({ n }) => n);
const drop = (replica: Replica): number => dropConflicts(replica.store, replica.project, numbers(replica));
const pass = (from: Replica, to: Replica): ReturnType<Replica['import']> => {
  to.pull(from);
  const stats = to.import();
  to.export();
  return stats;
};

describe('a value that lost and had been exported', () => {
  it('P21 is told to whoever lost, who takes it back, and closes it for all', () => {
    const [loser, merger] = conflict();
    expect(merger.lines(FILE)).toEqual([
      expect.stringMatching(/^\{"id":"[0-9a-f]{32}","record":\["issue","i1"\],"field":"title","why":"merge",/),
    ]);
    expect(merger.status()).toMatchObject({ inSync: true, sharedConflicts: { pendingExport: 0, pendingImport: 0 } });
    loser.pull(merger);
    expect(loser.status()).toMatchObject({ inSync: false, sharedConflicts: { pendingExport: 0, pendingImport: 1 } });
    const told = loser.import();
    expect(told.lostElsewhere).toBe(1);
    expect(told.notices.map(({ what, message }) => [what, message])).toEqual([
      ['conflicts', 'lost a value of title in the merge of another clone; sc-sync conflicts has it'],
    ]);
    expect(journal(loser)).toEqual(['"lost"']);
    expect(loser.status()).toMatchObject({ inSync: true, sharedConflicts: { pendingExport: 0, pendingImport: 0 } });
    expect(loser.import().lostElsewhere).toBe(0);
    takeConflict(loser.store, loser.project, numbers(loser)[0] ?? 0, 30);
    expect(loser.status()).toMatchObject({ inSync: false, sharedConflicts: { pendingExport: 1 } });
    expect(loser.export()).toMatchObject({ shared: 1 });
    expect(loser.lines(FILE)).toEqual([
      expect.stringMatching(/^\{"id":"[0-9a-f]{32}","closed_at":"[^"]*","record":\["issue","i1"\]\}$/),
    ]);
    pass(loser, merger);
    expect(journal(merger)).toEqual([]);
    expect(merger.value(`SELECT title FROM issues`)).toBe('lost');
    expect(merger.files()).toEqual(loser.files());
  });

  it('P12 is written once: more exports and imports change no byte and say nothing', () => {
    const [, merger] = conflict();
    const files = merger.files();
    for (const full of [false, true]) {
      expect(merger.export({ full })).toMatchObject({ files: [], shared: 0 });
      expect(merger.import()).toMatchObject({ lostElsewhere: 0, notices: [] });
    }
    merger.clock += 60 * DAY;
    merger.export({ full: true });
    expect(merger.files()).toEqual(files);
  });

  it('gets the same line from all who merge the same, by a driver or by an import', () => {
    const [loser, merger, third] = team(3) as [Replica, Replica, Replica];
    const base = loser.files();
    edit(loser, 'lost', 10);
    edit(merger, 'kept', 20);
    for (const each of [loser, merger]) each.export();
    third.pull(merger);
    third.import();
    const [left, right] = [loser.files(), merger.files()];
    for (const [replica, theirs] of [
      [loser, right],
      [merger, left],
      [third, left],
    ] as const) {
      replica.clock += 12_345;
      merge(replica, theirs, base);
      replica.import();
      replica.export();
    }
    expect(loser.lines(FILE)).toHaveLength(1);
    expect(merger.files()).toEqual(loser.files());
    expect(third.files()).toEqual(loser.files());
  });

  it('P19 stays in the database where it never left it', () => {
    const [a, b] = team(2) as [Replica, Replica];
    edit(a, 'kept', 20);
    a.export();
    edit(b, 'never exported', 10);
    b.pull(a);
    b.import();
    b.export();
    expect(journal(b)).toEqual(['"never exported"']);
    expect(Object.values(b.files()).join('')).not.toContain('never exported');
    expect(b.status().inSync).toBe(true);
    // The one of the files that loses to an edit which was not exported yet was there for all.
    const [c, d] = team(2) as [Replica, Replica];
    edit(c, 'lost', 10);
    c.export();
    edit(d, 'kept', 20);
    d.pull(c);
    d.import();
    d.export();
    expect(pass(d, c).lostElsewhere).toBe(1);
  });

  it('P19 of a record that is private is not written, and one that becomes so is taken out', () => {
    const [loser, merger] = conflict();
    pass(merger, loser);
    setPrivate(merger.store, merger.project, { type: 'issue', id: 'i1' }, true);
    merger.exporter().export({ unpublish: true });
    expect(Object.values(merger.files()).join('')).not.toContain('lost"');
    expect(merger.lines(FILE)).toEqual([expect.stringContaining('"closed_at"')]);
    expect(journal(merger)).toEqual(['"lost"']);
    pass(merger, loser);
    expect(journal(loser)).not.toContain('"lost"');
    pass(loser, merger);
    expect(journal(merger)).toEqual(['"lost"']);
  });

  it('stays here where the guard finds a secret in it, and stops no export', () => {
    const [loser, merger] = team(2) as [Replica, Replica];
    const base = loser.files();
    edit(loser, 'a SECRET of ours', 10);
    edit(merger, 'kept', 20);
    for (const each of [loser, merger]) each.export();
    merge(merger, loser.files(), base);
    merger.import();
    const guard = (values: readonly { type: string; id: string; field: string; text: string }[]) =>
      values.flatMap(({ text, ...value }) => (text.includes('SECRET') ? [{ ...value, what: 'the word' }] : []));
    const stats = merger.exporter({ guard }).export();
    expect(stats).toMatchObject({ refused: [], shared: 0 });
    expect(merger.lines(FILE)).toEqual([]);
    expect(journal(merger)).toEqual(['"a SECRET of ours"']);
    expect(merger.status().inSync).toBe(true);
    expect(merger.exporter({ guard }).export()).toMatchObject({ files: [] });
  });

  it('P21 that loses once more after it was dropped is told once more', () => {
    const [loser, merger] = conflict();
    pass(merger, loser);
    drop(loser);
    loser.export();
    pass(loser, merger);
    const base = merger.files();
    edit(merger, 'first', 30);
    merger.export();
    pass(merger, loser);
    const common = loser.files();
    edit(loser, 'lost', 40);
    edit(merger, 'kept', 50);
    for (const each of [loser, merger]) each.export();
    merge(merger, loser.files(), common);
    merger.import();
    merger.export();
    expect(base[FILE]).toContain('"closed_at"');
    expect(merger.lines(FILE)).toHaveLength(2);
    expect(pass(merger, loser).lostElsewhere).toBe(1);
    expect(loser.lines(FILE).filter((line) => line.includes('"again":1'))).toHaveLength(1);
    expect(journal(loser)).toEqual(['"lost"']);
  });

  it('P3 whose line a checkout took away is written again, and one that was closed here is closed again', () => {
    const [loser, merger] = conflict();
    const { [FILE]: line = '' } = merger.files();
    pass(merger, loser);
    loser.write(FILE, '');
    expect(loser.status()).toMatchObject({ inSync: false, sharedConflicts: { pendingExport: 1 } });
    loser.import();
    loser.export();
    expect(loser.files()[FILE]).toBe(line);
    drop(loser);
    loser.export();
    loser.write(FILE, line);
    expect(loser.import().lostElsewhere).toBe(0);
    loser.export();
    expect(loser.lines(FILE)).toEqual([expect.stringContaining('"closed_at"')]);
    expect(journal(loser)).toEqual([]);
  });

  it('leaves the file 30 days after it was closed, when that is written next', () => {
    const [loser, merger] = conflict();
    pass(merger, loser);
    drop(loser);
    loser.export();
    pass(loser, merger);
    const common = merger.files();
    const [closed = ''] = merger.lines(FILE);
    for (const each of [loser, merger]) each.clock += 31 * DAY;
    edit(loser, 'lost too', 60);
    edit(merger, 'kept too', 70);
    for (const each of [loser, merger]) each.export();
    expect(merger.lines(FILE)).toEqual([closed]);
    merge(merger, loser.files(), common);
    merger.import();
    merger.export();
    expect(merger.lines(FILE)).toEqual([expect.stringContaining('"lost":"lost too"')]);
    pass(merger, loser);
    expect(loser.files()).toEqual(merger.files());
  });

  it.each([
    ['no JSON', '{"id":'],
    ['an id that is no hash', '{"id":"x","record":["issue","i1"]}'],
    [
      'a hash of something else',
      `{"id":"${'0'.repeat(32)}","record":["issue","i1"],"field":"title","why":"merge","lost":"x"}`,
    ],
    [
      'a value that the field cannot have',
      `{"id":"${'0'.repeat(32)}","record":["issue","i1"],"field":"title","why":"merge","lost":7}`,
    ],
    ['a record that is none', `{"id":"${'0'.repeat(32)}","record":"issue","closed_at":"2026-01-01T00:00:00Z"}`],
    [
      'a time from the end of time',
      `{"id":"${'0'.repeat(32)}","closed_at":"9999-01-01T00:00:00Z","record":["issue","i1"]}`,
    ],
    ['control characters', `{"id":"\u001b[2J","record":["issue","i1"]}`],
  ])('P20 in a line with %s is named and kept, and stops nothing', (_, line) => {
    const [loser, merger] = conflict();
    loser.pull(merger);
    loser.edit(FILE, (text) => `${text}${line}\n`);
    const stats = loser.import();
    expect(stats.lostElsewhere).toBe(1);
    expect(stats.problems).toEqual([expect.stringMatching(/^conflicts\.jsonl:2: /)]);
    expect(stats.total.skipped).toBe(1);
    loser.export();
    expect(loser.lines(FILE)).toEqual([...merger.lines(FILE), line]);
    expect(loser.status().inSync).toBe(false);
    loser.export({ full: true });
    expect(loser.lines(FILE)).toEqual([...merger.lines(FILE), line]);
  });

  it('of a type that is not known here waits in its line', () => {
    const [loser, merger] = conflict();
    const line = `{"id":"${'f'.repeat(32)}","record":["novelty","n1"],"field":"x","why":"merge","lost":1}`;
    loser.pull(merger);
    loser.edit(FILE, (text) => `${text}${line}\n`);
    expect(loser.import()).toMatchObject({ lostElsewhere: 1, problems: [] });
    loser.export();
    expect(loser.lines(FILE)).toEqual([...merger.lines(FILE), line]);
    expect(loser.status().inSync).toBe(true);
  });

  it('P17 is not taken from a file in the middle of a merge, which an export leaves as it is', () => {
    const [loser, merger] = conflict();
    loser.pull(merger);
    loser.edit(FILE, (text) => `<<<<<<< ours\n${text}=======\n>>>>>>> theirs\n`);
    const before = loser.files()[FILE];
    expect(thrownBy(() => loser.import())).toMatchObject({ code: 'conflict_markers' });
    expect(journal(loser)).toEqual([]);
    loser.export();
    expect(loser.files()[FILE]).toBe(before);
  });
});

/** What somebody does: an edit, a merge of another's files, or an end to what lost. */
const step = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom('edit', 'edit', 'merge', 'merge', 'drop', 'take'),
  other: fc.nat(2),
  at: fc.nat(50),
});

describe('P6 clones that merge in any order', () => {
  it('end with the same file, which has every value that lost, unless somebody closed it', () => {
    const seen = { open: 0, closed: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        const all = team(3);
        const bases = new Map<string, Files>();
        const first = all[0]?.files() ?? {};
        const mergeFrom = (to: number, from: number): void => {
          const [ours, theirs] = [all[to], all[from]];
          if (ours === undefined || theirs === undefined || ours === theirs) return;
          for (const each of [ours, theirs]) {
            each.import();
            each.export();
          }
          const pair = [to, from].sort().join();
          merge(ours, theirs.files(), bases.get(pair) ?? first);
          ours.import();
          ours.export();
          theirs.pull(ours);
          theirs.import();
          theirs.export();
          bases.set(pair, theirs.files());
          ours.pull(theirs);
          ours.import();
        };
        for (const [index, { who, what, other, at }] of steps.entries()) {
          const replica = all[who];
          if (replica === undefined) continue;
          if (what === 'edit') edit(replica, `title ${index}`, 1000 * index + at);
          else if (what === 'merge') mergeFrom(who, other);
          else if (what === 'drop') drop(replica);
          else
            for (const n of numbers(replica).slice(0, 1)) takeConflict(replica.store, replica.project, n, 1000 * index);
        }
        for (let round = 0; round < 3; round++) {
          mergeFrom(0, 1);
          mergeFrom(1, 2);
          mergeFrom(2, 0);
        }
        const [one, ...others] = all as [Replica, Replica, Replica];
        for (const each of others) expect(each.files()).toEqual(one.files());
        const open = one.lines(FILE).filter((line) => !line.includes('"closed_at"'));
        const shared = open.map((line) => JSON.stringify((JSON.parse(line) as { lost: unknown }).lost)).sort();
        for (const each of all) expect(journal(each).sort()).toEqual(shared);
        seen.open += open.length;
        seen.closed += one.lines(FILE).length - open.length;
      }),
      { numRuns: 15 },
    );
    expect(Math.min(seen.open, seen.closed)).toBeGreaterThan(3);
  });
});
