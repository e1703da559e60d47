import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeData, mergeDuplicates } from '../../src/git/drive-merge.js';
import { closedLine, conflictId, openLine } from '../../src/merge/conflict-line.js';
import { savecontext } from '../../src/savecontext/registry.js';

const FILE = 'conflicts.jsonl';
const KEY = { type: 'issue', id: 'i1' };

const line = fc
  .record({
    n: fc.nat(5),
    why: fc.constantFrom('merge' as const, 'duplicate' as const),
    closed: fc.option(fc.nat(3), { nil: undefined }),
  })
  .map(({ n, why, closed }) => {
    const loss = { field: 'title', base: null, kept: '"ü"', lost: `"${n}"` };
    return closed === undefined ? openLine(KEY, { loss, why }, 0) : closedLine(conflictId(KEY, loss, 0), KEY, closed);
  });
const text = (lines: readonly string[]): string =>
  mergeDuplicates(savecontext, FILE, lines.map((each) => `${each}\n`).join('')).text;
const file = fc.array(fc.oneof({ arbitrary: line, weight: 9 }, fc.constant('no line'))).map(text);

describe('the lines of values that lost', () => {
  it('P6 merge the same in every order, and a side that did not change decides nothing', () => {
    fc.assert(
      fc.property(file, file, file, (base, ours, theirs) => {
        const merge = (o: string, t: string): string => mergeData(savecontext, FILE, { base, ours: o, theirs: t }).text;
        expect(merge(ours, theirs)).toBe(merge(theirs, ours));
        expect(merge(ours, base)).toBe(ours);
        expect(merge(ours, ours)).toBe(ours);
      }),
      { numRuns: 300 },
    );
  });

  it('of three clones are the same in whatever order they meet', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.array(line), (a, b, c) => {
        const join = (x: string, y: string): string =>
          mergeData(savecontext, FILE, { base: '', ours: x, theirs: y }).text;
        const [x, y, z] = [text(a), text(b), text(c)];
        expect(join(join(x, y), z)).toBe(join(x, join(y, z)));
      }),
      { numRuns: 300 },
    );
  });

  it('keep an end that one side wrote while the other told of the value again', () => {
    const loss = { field: null, base: null, kept: null, lost: '{"id":"i1"}' };
    const [open, closed] = [
      openLine(KEY, { loss, why: 'deleted' }, 0),
      closedLine(conflictId(KEY, loss, 0), KEY, 0),
    ] as const;
    const merged = mergeData(savecontext, FILE, { base: '', ours: `${open}\n`, theirs: `${closed}\n` });
    expect(merged).toEqual({ text: `${closed}\n`, losses: [], problems: [] });
  });
});
