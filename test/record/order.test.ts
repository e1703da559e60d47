import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeJoin } from '../../src/record/merge-join.js';
import { compareUtf8, isGreater } from '../../src/record/order.js';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('a', '\0', '\u007f', '\u0080', '\u07ff', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
      {
        maxLength: 4,
      },
    )
    .map((units) => units.join('')),
);

describe('compareUtf8', () => {
  it('orders as the bytes of UTF-8 do', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(isGreater(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0);
      }),
      { numRuns: 5000 },
    );
  });

  it('differs from the order of JavaScript where surrogates meet the units above them', () => {
    expect(['\uffff', '\u{1f680}'].sort()).toEqual(['\u{1f680}', '\uffff']);
    expect(compareUtf8('\u{1f680}', '\uffff')).toBeGreaterThan(0);
  });
});

describe('mergeJoin', () => {
  it('pairs equal keys and gives every other one alone, in order', () => {
    const keys = fc.uniqueArray(fc.integer({ min: 0, max: 20 })).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(keys, keys, (left, right) => {
        const all = [...new Set([...left, ...right])].sort((a, b) => a - b);
        const expected = all.map((key) => [
          left.includes(key) ? key : undefined,
          right.includes(key) ? key : undefined,
        ]);
        expect([...mergeJoin(left, right, (a, b) => a - b)]).toEqual(expected);
      }),
    );
  });
});
