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
});
