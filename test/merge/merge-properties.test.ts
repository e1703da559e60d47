import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Loss } from '../../src/merge/loss.js';
import { mergeDuplicates, mergeVersions } from '../../src/merge/record.js';
import { sameContent, tokenOf } from '../../src/record/content.js';
import { present } from '../../src/record/version.js';
import type { Present } from '../../src/record/version.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { contentOf, variantOf } from '../record/arbitraries.js';
import { lineOf } from '../record/samples.js';
import { vanishedValues } from './vanished.js';

interface Triple {
  readonly base: Present;
  readonly ours: Present;
  readonly theirs: Present;
}

/** Two versions that came of one, with few enough stamps and values that many are equal. */
const triple = (oldest: number): fc.Arbitrary<Triple> =>
  fc
    .constantFrom(...savecontext.entities)
    .chain((entity) => contentOf(entity, 'id'))
    .chain((base) => {
      const side = fc.tuple(variantOf(base), fc.integer({ min: oldest, max: 6 })).map((made) => present(...made));
      return fc.record({ base: fc.constant(present(base, 3)), ours: side, theirs: side });
    });

const anyTriple = triple(1);
/** Both sides are later than the base, or the base itself. */
const descendants = triple(4);

/** A version and losses as text: equal texts are equal outcomes, losses as a set. */
function outcome({ version, losses }: { readonly version: Present; readonly losses: readonly Loss[] }): unknown {
  const { id, tokens, unknown } = version.content;
  return { id, tokens, unknown, stamp: version.stamp, losses: losses.map((loss) => JSON.stringify(loss)).sort() };
}

const updatedAt = ({ content }: Present): string => tokenOf(content, content.entity.updated);
const bases = ({ base }: Triple): readonly (Present | undefined)[] => [base, undefined];
const holds = (property: fc.IProperty<[Triple]>): void => {
  fc.assert(property, { numRuns: 1500 });
};

describe('mergeVersions', () => {
  it('is commutative: content, stamp and losses', () => {
    holds(
      fc.property(anyTriple, (all) => {
        for (const base of bases(all)) {
          expect(outcome(mergeVersions(base, all.ours, all.theirs))).toEqual(
            outcome(mergeVersions(base, all.theirs, all.ours)),
          );
        }
      }),
    );
  });

  it('is idempotent', () => {
    holds(
      fc.property(anyTriple, (all) => {
        for (const base of bases(all)) {
          expect(mergeVersions(base, all.ours, { ...all.ours })).toEqual({ version: all.ours, losses: [] });
        }
      }),
    );
  });

  it('gives the other side where one is the base, byte for byte', () => {
    holds(
      fc.property(anyTriple, ({ base, ours }) => {
        expect(mergeVersions(base, ours, { ...base })).toEqual({ version: ours, losses: [] });
        expect(mergeVersions(base, { ...base }, ours)).toEqual({ version: ours, losses: [] });
      }),
    );
  });

  it('changes no value when its result is merged with a side again', () => {
    holds(
      fc.property(descendants, ({ base, ours, theirs }) => {
        // A merge keeps the smaller `created_at`, so where that is what conflicts are decided by it must be one.
        const { entity } = base.content;
        fc.pre(entity.updated !== entity.created || updatedAt(ours) === updatedAt(theirs));
        for (const from of [base, undefined]) {
          const { version } = mergeVersions(from, ours, theirs);
          for (const side of [ours, theirs]) {
            if (from === undefined && side.stamp === version.stamp && !sameContent(side.content, version.content))
              continue;
            const again = mergeVersions(from, version, side);
            expect(again.version.content.tokens).toEqual(version.content.tokens);
            expect(again.version.content.unknown).toEqual(version.content.unknown);
            expect(again.version.stamp).toBe(version.stamp);
          }
        }
      }),
    );
  });

  it('loses no value of either side without saying so', () => {
    holds(
      fc.property(anyTriple, (all) => {
        for (const base of bases(all)) {
          const { version, losses } = mergeVersions(base, all.ours, all.theirs);
          for (const side of [all.ours, all.theirs]) {
            expect(vanishedValues(base?.content, side.content, version.content, losses)).toEqual([]);
          }
        }
      }),
    );
  });

  it('names as lost only what a side had and the result has not', () => {
    holds(
      fc.property(anyTriple, ({ base, ours, theirs }) => {
        const { version, losses } = mergeVersions(base, ours, theirs);
        for (const { field, kept, lost } of losses) {
          expect(lost).not.toBe(kept);
          const index = version.content.entity.indexOf.get(field ?? '');
          if (index !== undefined) expect(kept).toBe(version.content.tokens[index]);
        }
      }),
    );
  });

  it('gives a later stamp than both sides, or one of the sides', () => {
    holds(
      fc.property(anyTriple, (all) => {
        for (const base of bases(all)) {
          const { version } = mergeVersions(base, all.ours, all.theirs);
          const isSide = version === all.ours || version === all.theirs;
          expect(isSide || version.stamp === Math.max(all.ours.stamp, all.theirs.stamp) + 1).toBe(true);
        }
      }),
    );
  });

  it('does not depend on how a line was laid out', () => {
    holds(
      fc.property(anyTriple, ({ base, ours, theirs }) => {
        const line = ({ content, stamp }: Present): Present => lineOf(content, stamp);
        expect(outcome(mergeVersions(line(base), line(ours), line(theirs)))).toEqual(
          outcome(mergeVersions(base, ours, theirs)),
        );
      }),
    );
  });
});

describe('mergeDuplicates', () => {
  const duplicates = fc
    .constantFrom(...savecontext.entities)
    .chain((entity) => contentOf(entity, 'id'))
    .chain((base) =>
      fc.array(
        fc.tuple(variantOf(base), fc.integer({ min: 1, max: 3 })).map((made) => present(...made)),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .chain((versions) =>
      fc.tuple(fc.constant(versions), fc.shuffledSubarray(versions, { minLength: versions.length })),
    );

  it('does not depend on the order of the lines', () => {
    fc.assert(
      fc.property(duplicates, ([versions, shuffled]) => {
        const [first, ...rest] = versions;
        const [other, ...others] = shuffled;
        expect(outcome(mergeDuplicates([other!, ...others]))).toEqual(outcome(mergeDuplicates([first!, ...rest])));
      }),
      { numRuns: 1500 },
    );
  });

  it('gives a line that stands twice as it is', () => {
    fc.assert(
      fc.property(anyTriple, ({ ours }) => {
        expect(mergeDuplicates([ours, { ...ours }, { ...ours }])).toEqual({ version: ours, losses: [] });
      }),
    );
  });

  it('loses no value without saying so', () => {
    fc.assert(
      fc.property(duplicates, ([versions]) => {
        const [first, ...rest] = versions;
        const { version, losses } = mergeDuplicates([first!, ...rest]);
        for (const { content } of versions) {
          expect(vanishedValues(undefined, content, version.content, losses)).toEqual([]);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
