import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SyncError, savecontext } from '../../src/index.js';
import { checkRegistry } from '../../src/registry/check.js';
import { thrownBy } from '../files/thrown.js';
import { anyDrafts, defineDraft, defineDrafts } from './drafts.js';
import { mistakesIn } from './mistakes.js';

describe('a definition that names what is not there', () => {
  it('is refused when it is defined, with the type and the name', () => {
    const made = new Set<string>();
    fc.assert(
      fc.property(anyDrafts, (drafts) => {
        expect(defineDrafts(drafts()).deletionsFile).toBe('deletions.jsonl');
        for (const { what, names, entity, make } of mistakesIn(drafts())) {
          const wrong = drafts();
          make(wrong);
          const draft = wrong.entities[entity ?? -1];
          const error = thrownBy(() => (draft === undefined ? defineDrafts(wrong) : defineDraft(draft)));
          expect(error, what).toBeInstanceOf(SyncError);
          expect(error.code, what).toBe('usage');
          for (const name of names) expect(error.message, what).toContain(name);
          made.add(what.replace(/^type\d: /, ''));
        }
      }),
      { numRuns: 30 },
    );
    expect(made.size).toBeGreaterThan(60);
  });

  it('is refused when a store is opened with it, where it was not made by defineRegistry', () => {
    const [session, ...others] = savecontext.entities;
    const error = thrownBy(() => {
      checkRegistry({ ...savecontext, entities: [...others, session] });
    });
    expect(error.message).toContain('the parent session must come earlier');
  });
});
