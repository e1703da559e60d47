import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatLostValue, parseLostValue } from '../../src/files/parse-lost-value.js';
import { LineError } from '../../src/format/parse.js';
import { mergeVersions, wholeRecord } from '../../src/merge/record.js';
import { present } from '../../src/record/version.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { contentOf, variantOf } from '../record/arbitraries.js';
import { BAD_FORMS, BAD_VALUES, GOOD_LOSS, lostLine } from './lost-lines.js';

function problemsOf(raw: string): readonly string[] {
  try {
    parseLostValue(savecontext, raw);
    return [];
  } catch (error) {
    if (error instanceof LineError) return error.problems;
    throw error;
  }
}

describe('a line of lost values', () => {
  it('is read as it was written, for every value that a merge can lose, unknown fields and whole records too', () => {
    const versions = fc
      .constantFrom(...savecontext.entities)
      .chain((entity) =>
        contentOf(entity, 'id').chain((base) => fc.tuple(fc.constant(base), variantOf(base), variantOf(base))),
      );
    fc.assert(
      fc.property(versions, fc.boolean(), ([b, o, t], hasBase) => {
        const { losses } = mergeVersions(hasBase ? present(b, 1) : undefined, present(o, 2), present(t, 3));
        for (const loss of [...losses, wholeRecord(o)]) {
          const lost = { type: o.entity.type, id: 'id', loss, why: 'merge' as const, at: 5 };
          expect(parseLostValue(savecontext, formatLostValue(savecontext, lost))).toEqual(lost);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that is good is read', () => {
    expect(problemsOf(lostLine())).toEqual([]);
    expect(parseLostValue(savecontext, lostLine())).toMatchObject({ id: GOOD_LOSS.id, at: 1000 });
  });

  it.each([...BAD_FORMS, ...BAD_VALUES])('with $what is refused', ({ raw, says }) => {
    expect(problemsOf(raw).join('\n')).toMatch(says);
  });
});
