import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeBothWays } from './json-helpers.js';

/** What a database has: which comments, and the numbers that it gave them. */
interface Side {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

const KEPT = ['a', 'b', 'c', 'd'];
const side = (own: string): fc.Arbitrary<Side> =>
  fc.record({
    texts: fc.tuple(fc.subarray(KEPT), fc.subarray([`${own}1`, `${own}2`])).map(([kept, added]) => [...kept, ...added]),
    numbers: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: KEPT.length + 2, maxLength: KEPT.length + 2 }),
  });

interface Comment {
  readonly id: number;
  readonly text: string;
}

const comments = ({ texts, numbers }: Side): Comment[] =>
  texts.map((text, n) => ({ id: numbers[n] ?? 0, text, created_at: `2026-01-01T00:00:00.${text.charCodeAt(0)}Z` }));
const line = (list: readonly Comment[], at: number): string => `${JSON.stringify({ id: 'x', list, updated_at: at })}\n`;

describe('elements that each database numbers for itself', () => {
  it('are there once, whatever numbers they got: additions of both sides, and what neither removed', () => {
    const numbers = KEPT.map((_, n) => n + 1);
    fc.assert(
      fc.property(side('o'), side('t'), (ours, theirs) => {
        const base = comments({ texts: KEPT, numbers });
        const { text, losses } = mergeBothWays({
          base: line(base, 1),
          ours: line(comments(ours), 2),
          theirs: line(comments(theirs), 3),
        });
        const { list } = JSON.parse(text) as { list: Comment[] };
        const isLeft = (each: string): boolean => ours.texts.includes(each) && theirs.texts.includes(each);
        const added = [...ours.texts, ...theirs.texts].filter((each) => !KEPT.includes(each));
        expect(list.map((each) => each.text).sort()).toEqual([...KEPT.filter(isLeft), ...added].sort());
        expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
        expect(losses).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  /** The list that two sides come to. */
  const merged = (base: object[], ours: object[], theirs: object[]): unknown => {
    const sides = [base, ours, theirs].map((list, n) => `${JSON.stringify({ id: 'x', list, updated_at: n })}\n`);
    const { text, losses } = mergeBothWays({ base: sides[0] ?? '', ours: sides[1] ?? '', theirs: sides[2] ?? '' });
    expect(losses).toEqual([]);
    return (JSON.parse(text) as { list: unknown }).list;
  };
  const said = (id: unknown, text: string, day: number): object => ({ id, text, created_at: `2026-01-0${day}` });

  it('keep the number that they had, though a new one with it was made earlier', () => {
    const list = merged([said(1, 'a', 3)], [said(1, 'edited', 3)], [said(1, 'new', 1)]);
    expect(list).toHaveLength(2);
    expect(list).toEqual(expect.arrayContaining([said(1, 'edited', 3), said(2, 'new', 1)]));
  });

  it('get the number after the greatest one, which may be of one that is gone', () => {
    const list = merged([said(7, 'gone', 1)], [said(1, 'a', 2)], [said(1, 'b', 3)]);
    expect(list).toEqual(expect.arrayContaining([said(1, 'a', 2), said(8, 'b', 3)]));
  });

  it.each([
    ['not all have a number', [said(1, 'a', 1), said('u', 'b', 1)], [said(1, 'c', 2)]],
    ['one number stands twice', [said(1, 'a', 1), said(1, 'b', 2)], [said(1, 'c', 3)]],
    ['a number is no whole one', [said(1.5, 'a', 1)], [said(1.5, 'b', 2)]],
    ['another name identifies, too', [{ ...said(1, 'a', 1), uuid: 'p' }], [{ ...said(1, 'b', 2), uuid: 'q' }]],
  ])('stay as they are where %s', (_, ours, theirs) => {
    const list = merged([], ours, theirs);
    expect(list).toHaveLength(ours.length + theirs.length);
    expect(list).toEqual(expect.arrayContaining([...ours, ...theirs]));
  });
});
