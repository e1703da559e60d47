import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Contest } from '../../src/merge/field.js';
import { mergeStringArrays } from '../../src/merge/set.js';
import { quote, unquote } from '../../src/record/json.js';

const token = (tags: readonly string[], indent?: number): string => quote(JSON.stringify(tags, null, indent));
const tagsIn = (merged: string | undefined): string[] => JSON.parse(unquote(merged ?? '""')) as string[];
const sorted = (tags: readonly string[]): string[] => [...new Set(tags)].sort();

const tags = fc.subarray(['a', 'b', 'c', 'd']);
const by = (order: number): Contest => ({ order, meaningOf: (text) => text });

describe('tags that both sides changed', () => {
  it('merge by element: what one side added stays, what one side removed goes, and swapping the sides swaps nothing', () => {
    fc.assert(
      fc.property(tags, tags, tags, fc.constantFrom(-1, 0, 1), (base, ours, theirs, order) => {
        const merged = mergeStringArrays({ base: token(base), ours: token(ours), theirs: token(theirs) }, by(order));
        const stays = [...ours, ...theirs].filter((tag) =>
          base.includes(tag) ? ours.includes(tag) && theirs.includes(tag) : true,
        );
        expect(sorted(tagsIn(merged))).toEqual(sorted(stays));
        expect(mergeStringArrays({ base: token(base), ours: token(theirs), theirs: token(ours) }, by(-order))).toBe(
          merged,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('keep the text of a side whose tags are the result, of two such sides that of the later one', () => {
    const [base, ours, theirs] = [token(['x']), token(['z', 'a', 'x'], 1), token(['x', 'a'])] as const;
    for (const order of [-1, 0, 1]) {
      expect(mergeStringArrays({ base, ours, theirs }, by(order))).toBe(ours);
      expect(mergeStringArrays({ base, ours: theirs, theirs: ours }, by(order))).toBe(ours);
    }
    const same = token(['x', 'a', 'z']);
    expect(mergeStringArrays({ base, ours, theirs: same }, by(1))).toBe(ours);
    expect(mergeStringArrays({ base, ours, theirs: same }, by(-1))).toBe(same);
    // Nobody's text fits: the sorted array.
    expect(mergeStringArrays({ base, ours: token(['z', 'x'], 1), theirs: token(['x', 'a'], 1) }, by(1))).toBe(
      token(['a', 'x', 'z']),
    );
  });
});
