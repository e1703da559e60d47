import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bestFits, isSure, isWholeId } from '../../src/record/names.js';
import type { NamedRecord } from '../../src/record/names.js';
import { nearest } from '../../src/record/nearest.js';
import { entityNamed, nearestTypes } from '../../src/record/type-names.js';
import { issue, memory } from '../../src/savecontext/entities.js';
import { savecontext } from '../../src/savecontext/registry.js';

const MADE = 'issue_01a221e1-1057-75bd-90ce-7f27e41380d2';

const ids = (records: readonly NamedRecord[], name: string): string[] =>
  bestFits(savecontext, records, name).map(({ id }) => id);

describe('a name', () => {
  const records: NamedRecord[] = [
    { type: 'issue', id: 'issue_1', shortId: 'aa14' },
    { type: 'issue', id: 'issue_12', shortId: 'OLD-1' },
    { type: 'time_entry', id: 'time_1', shortId: 'TE-b2b7' },
    { type: 'memory', id: 'mem_1', naturalKey: 'issue_1' },
    { type: 'memory', id: 'mem_2', naturalKey: 'release' },
  ];

  it.each([
    ['an id', 'issue_1', ['issue_1']],
    ['a short id', 'aa14', ['issue_1']],
    ['a short id in capitals, with a prefix', 'SC-AA14', ['issue_1']],
    ['a short id without its prefix', 'b2b7', ['time_1']],
    ['a short id with its prefix', 'te-b2b7', ['time_1']],
    ['a natural key', 'release', ['mem_2']],
    ['an id without its prefix', '12', ['issue_12']],
    ['the beginning of several', 'mem_', ['mem_1', 'mem_2']],
    ['a short id without its prefix, before an id that is so without its own', '1', ['issue_12']],
    ['a prefix of another type', 'TE-aa14', []],
    ['another prefix', 'SC-1', []],
    ['nothing', '', []],
  ])('may be %s', (_, name, expected) => {
    expect(ids(records, name)).toEqual(expected);
  });

  it('fits a record by its whole id, whatever else it fits', () => {
    const word = fc.stringMatching(/^[a-c0-2_-]{1,6}$/);
    const record = fc.record({
      type: fc.constantFrom('issue', 'memory', 'time_entry'),
      id: word,
      shortId: fc.option(word, { nil: undefined }),
      naturalKey: fc.option(word, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), fc.nat(), (all, at) => {
        const { id } = all[at % all.length] ?? { id: '' };
        const found = bestFits(savecontext, all, id);
        expect(found.length).toBeGreaterThan(0);
        expect(found.every((one) => one.fit === 'id' && one.id === id)).toBe(true);
        for (const { id: fitting } of bestFits(savecontext, all, id.slice(0, 1))) expect(fitting).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });

  it('is sure enough for a change when no other record can have been meant', () => {
    const sure = (id: string, name: string): boolean | undefined =>
      bestFits(savecontext, [{ type: 'issue', id }], name).map((found) => isSure(issue, found, name))[0];
    expect(sure('issue_1', 'issue_1')).toBe(true);
    expect(sure('issue_12', 'issue_1')).toBe(false);
    expect(sure('issue_payment-2', 'issue_payment')).toBe(false);
    expect(sure('issue_payment-2', 'payment')).toBe(true);
    expect(sure(MADE, MADE.slice(0, 20))).toBe(true);
    expect(sure(MADE, '01a2')).toBe(true);
    expect(sure(MADE, '01a')).toBe(false);
  });

  it('is a whole id with the prefix of its type', () => {
    expect([isWholeId(issue, 'issue_x'), isWholeId(issue, 'issue_'), isWholeId(memory, 'issue_x')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a type', () => {
  it.each([
    ['issue', 'issue'],
    ['Issues', 'issue'],
    ['MEMORIES', 'memory'],
    ['time-entry', 'time_entry'],
    ['time_entries', 'time_entry'],
    ['Context-Items', 'context_item'],
    ['isue', undefined],
    ['', undefined],
  ])('may be said as %s', (word, type) => {
    expect(entityNamed(savecontext, word)?.type).toBe(type);
  });

  it('is proposed for a word that is near to it', () => {
    expect(nearestTypes(savecontext, 'isue')).toEqual(['issue']);
    expect(nearestTypes(savecontext, 'memorys')).toEqual(['memory']);
    expect(nearestTypes(savecontext, 'zzzz')).toEqual([]);
  });
});

describe('the nearest', () => {
  it('takes a slip of the keyboard, and no other word', () => {
    expect(nearest('titel', ['title', 'details', 'status'])).toEqual(['title']);
    expect(nearest('6b1c', ['6b1d', 'aaaa'])).toEqual(['6b1d']);
    expect(nearest('ab', ['ac'])).toEqual([]);
    expect(nearest('release', ['lease', 'relase', 'releases'], 2)).toEqual(['relase', 'releases']);
  });

  it('finds every text again that one character was left out of, or two were swapped in', () => {
    const text = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(text, fc.nat(), (word, n) => {
        const at = n % (word.length - 1);
        const shorter = word.slice(0, at) + word.slice(at + 1);
        const swapped = word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
        expect(nearest(shorter, [word])).toEqual([word]);
        expect(nearest(swapped, [word])).toEqual([word]);
      }),
      { numRuns: 200 },
    );
  });
});
