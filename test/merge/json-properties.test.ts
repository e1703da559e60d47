import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeJsonFile } from '../../src/merge/json-file.js';
import type { FileSides, MergedFile } from '../../src/merge/file.js';
import { meaningOf } from '../../src/record/json.js';
import { compareTimes } from '../../src/record/time.js';
import { spelled } from '../record/spelled.js';

const OPTIONS = { keys: ['id'], together: [['status', 'closed']], elements: new Map(), appendOnly: false };
const swapped = ({ base, ours, theirs }: FileSides): FileSides => ({ base, ours: theirs, theirs: ours });

interface Issue {
  readonly id: string | number;
  readonly [name: string]: unknown;
}

const time = fc.constantFrom(
  '2026-01-01',
  '2026-01-02',
  '2026-01-02T00:00:00Z',
  '2026-01-02 00:00:00.5',
  1767400000000,
);
const small = fc.constantFrom('a', 'é', 1, 2, 1.5, null, true);
const unique = (values: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...values]);
const comment = fc.record({ id: fc.constantFrom(1, 2), text: fc.constantFrom('x', 'y'), created_at: time });
const edge = fc.record({
  to_id: fc.constantFrom('p', 'q'),
  type: fc.constantFrom('blocks', 'parent'),
  created_at: time,
});
const issue: fc.Arbitrary<Issue> = fc.record(
  {
    id: fc.constantFrom<string | number>('a', 'é', 'x/1', 7),
    title: small,
    status: small,
    closed: small,
    labels: unique(['l', 'm', 'é']),
    comments: fc.uniqueArray(comment, { maxLength: 2, selector: ({ id }) => id }),
    edges: fc.uniqueArray(edge, { maxLength: 2, selector: (each) => `${each.to_id} ${each.type}` }),
    meta: fc.record({ m: small, n: small }, { requiredKeys: [] }),
    created_at: fc.constantFrom('2026-01-01', '2026-01-01', '2025-01-01'),
    updated_at: time,
  },
  { requiredKeys: ['id', 'created_at', 'updated_at'] },
);
const issues = fc.uniqueArray(issue, { maxLength: 4, selector: ({ id }) => id });
const three = fc.record({ base: issues, ours: issues, theirs: issues });
const dice = fc.infiniteStream(fc.nat(99));

const plain = (all: readonly unknown[]): string => all.map((each) => `${JSON.stringify(each)}\n`).join('');
const inWays = (all: readonly unknown[], rolls: Iterator<number>): string =>
  all.map((each) => `${spelled(each, rolls)}\n`).join('');
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** The lines of a result, and what lost: by what they say. */
function meaning({ text, losses, problems }: MergedFile): unknown {
  const lines = linesOf(text).map((line) => (line.startsWith('{') ? meaningOf(line) : line));
  const lost = losses.map(({ loss }) => meaningOf(loss.lost)).sort();
  return { lines: lines.sort(), lost, problems: problems.length };
}

/** The records of a text that is no conflict, by id. */
function records(text: string): Map<unknown, Issue> {
  const all = linesOf(text)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Issue);
  return new Map(all.map((each) => [each.id, each]));
}

/** All single values in a value, but times of creation and change: of those the earlier or later one stays. */
function leavesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  return Object.entries(value).flatMap(([name, each]) => (name.endsWith('_at') ? [] : leavesOf(each)));
}

describe('three versions of any records', () => {
  it('merge by value: a side that is written in another way changes nothing, and loses nothing', () => {
    fc.assert(
      fc.property(three, dice, ({ base, ours, theirs }, rolls) => {
        const expected = mergeJsonFile({ base: plain(base), ours: plain(ours), theirs: plain(theirs) }, OPTIONS);
        const sides = { base: inWays(base, rolls), ours: inWays(ours, rolls), theirs: inWays(theirs, rolls) };
        const merged = mergeJsonFile(sides, OPTIONS);
        expect(meaning(merged)).toEqual(meaning(expected));
        const text = mergeJsonFile(swapped(sides), OPTIONS).text;
        if (merged.problems.length === 0) expect(text).toBe(merged.text);
      }),
      { numRuns: 300 },
    );
  });

  it('are that of the other side where one is only written in another way, byte for byte', () => {
    fc.assert(
      fc.property(issues, issues, dice, (base, ours, rolls) => {
        const sides = { base: plain(base), ours: plain(ours), theirs: inWays(base, rolls) };
        const { text, losses, problems } = mergeJsonFile(sides, OPTIONS);
        expect([losses, problems]).toEqual([[], []]);
        const lines = new Set(linesOf(text));
        const was = new Set(linesOf(sides.base));
        for (const line of linesOf(sides.ours)) if (!was.has(line)) expect([...lines]).toContain(line);
        expect(records(text)).toEqual(records(sides.ours));
      }),
      { numRuns: 200 },
    );
  });

  it('keep the bytes of lines that both sides have alike', () => {
    fc.assert(
      fc.property(three, issues, dice, ({ base, ours, theirs }, same, rolls) => {
        const others = same.map((each) => ({ ...each, id: `same ${String(each.id)}` }));
        const lines = linesOf(inWays(others, rolls));
        const withSame = (all: readonly Issue[]): string =>
          [...lines, ...linesOf(plain(all))].map((each) => `${each}\n`).join('');
        const sides = { base: plain(base), ours: withSame(ours), theirs: withSame(theirs) };
        expect(linesOf(mergeJsonFile(sides, OPTIONS).text)).toEqual(expect.arrayContaining(lines));
      }),
      { numRuns: 300 },
    );
  });

  it('give a record that is neither side’s a time later than both', () => {
    let mixed = 0;
    fc.assert(
      fc.property(three, (made) => {
        const sides = { base: plain(made.base), ours: plain(made.ours), theirs: plain(made.theirs) };
        const { text } = mergeJsonFile(sides, OPTIONS);
        const [ours, theirs] = [records(sides.ours), records(sides.theirs)];
        const known = new Set([...linesOf(sides.ours), ...linesOf(sides.theirs)].map(meaningOf));
        const merged = text.replaceAll(/^<{7} ours\n[^]*?^>{7} theirs\n/gm, '');
        for (const line of linesOf(merged).filter((each) => !known.has(meaningOf(each)))) {
          const { id, updated_at: at } = JSON.parse(line) as Issue;
          mixed++;
          for (const side of [ours, theirs]) {
            const before = JSON.stringify(side.get(id)?.['updated_at']);
            expect(compareTimes(JSON.stringify(at), before), `${JSON.stringify(at)} after ${before}`).toBe(1);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(mixed).toBeGreaterThan(30);
  });

  it('lose no record and no value without a note or a conflict', () => {
    fc.assert(
      fc.property(three, (made) => {
        const sides = { base: plain(made.base), ours: plain(made.ours), theirs: plain(made.theirs) };
        const { text, losses } = mergeJsonFile(sides, OPTIONS);
        const [base, ours, theirs] = [records(sides.base), records(sides.ours), records(sides.theirs)];
        const said = new Set([
          ...linesOf(text).flatMap((line) => (line.startsWith('{') ? leavesOf(JSON.parse(line)) : [])),
          ...losses.flatMap(({ loss }) => leavesOf(JSON.parse(loss.lost))),
        ]);
        for (const [side, other] of [
          [ours, theirs],
          [theirs, ours],
        ] as const) {
          for (const [id, record] of side) {
            const isUnchanged = JSON.stringify(base.get(id)) === JSON.stringify(record);
            if (!other.has(id) && isUnchanged) continue;
            const before = new Set(leavesOf(base.get(id)));
            for (const leaf of leavesOf(record))
              if (!before.has(leaf)) expect([...said], `${String(id)}: ${leaf}`).toContain(leaf);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('with themselves, and with the base, are themselves', () => {
    fc.assert(
      fc.property(three, dice, ({ base, ours }, rolls) => {
        const [b, o] = [inWays(base, rolls), inWays(ours, rolls)];
        expect(mergeJsonFile({ base: b, ours: o, theirs: o }, OPTIONS).text).toBe(o);
        expect(mergeJsonFile({ base: b, ours: o, theirs: b }, OPTIONS).text).toBe(o);
        expect(mergeJsonFile({ base: b, ours: b, theirs: o }, OPTIONS).text).toBe(o);
      }),
      { numRuns: 300 },
    );
  });
});
