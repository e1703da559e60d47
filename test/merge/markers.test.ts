import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hasMarkers, readMarkers } from '../../src/merge/markers.js';

type Lines = readonly string[];
/** A part of a file: what all versions have, or where they conflict. */
type Part = Lines | { readonly base: Lines; readonly ours: Lines; readonly theirs: Lines };

const lines = fc.array(
  fc
    .record({ id: fc.nat(9), says: fc.constantFrom('', '+', '=======', '\u2028<<<<<<< x', '%%%%%%% y') })
    .map((data) => JSON.stringify(data)),
  { maxLength: 3 },
);
const parts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.oneof(lines, fc.record({ base: lines, ours: lines, theirs: lines })),
  { maxLength: 4 },
);

/** How a conflict is written: a marker for a character, then the lines of each part. */
type Style = (mark: (char: string, label?: string) => string, conflict: Exclude<Part, Lines>) => Lines;

const signed = (sign: string, all: Lines): Lines => all.map((one) => sign + one);
const STYLES: Readonly<Record<string, Style>> = {
  'merge of git': (mark, { ours, theirs }) => [mark('<', 'HEAD'), ...ours, mark('='), ...theirs, mark('>', 'topic')],
  'diff3 of git': (mark, { base, ours, theirs }) => [
    ...[mark('<', 'HEAD'), ...ours, mark('|', '1a2b'), ...base],
    ...[mark('='), ...theirs, mark('>', 'topic')],
  ],
  'git of jj': (mark, { base, ours, theirs }) => [
    ...[mark('<', 'side #1 (conflict 1 of 1)'), ...ours, mark('|', 'base'), ...base],
    ...[mark('='), ...theirs, mark('>', 'side #2 (conflict 1 of 1 ends)')],
  ],
  'snapshot of jj': (mark, { base, ours, theirs }) => [
    ...[mark('<', 'conflict 1 of 1'), mark('+', 'contents of side #1'), ...ours],
    ...[mark('-', 'contents of base'), ...base, mark('+', 'contents of side #2'), ...theirs],
    mark('>', 'conflict 1 of 1 ends'),
  ],
  'diff of jj, the patch first': (mark, { base, ours, theirs }) => [
    ...[mark('<', 'conflict 1 of 1'), mark('%', 'diff from: abc "merge base"'), mark('\\', '       to: def "a"')],
    ...[...signed('-', base), ...signed('+', ours), mark('+', 'ghi "b"'), ...theirs, mark('>', 'conflict 1 of 1 ends')],
  ],
  'diff of jj, the patch last': (mark, { base, ours, theirs }) => [
    ...[mark('<', 'conflict 1 of 1'), mark('+', 'side #1 (no terminating newline)'), ...ours],
    ...[mark('%', 'changes from base to side #2'), ...signed('-', base), ...signed('+', theirs), mark('>')],
  ],
};

function write(all: readonly Part[], style: Style, length: number, end: string): string {
  const mark = (char: string, label = ''): string => char.repeat(length) + (label === '' ? '' : ` ${label}`);
  const written = all.flatMap((part) => ('ours' in part ? style(mark, part) : part));
  return written.map((one) => one + end).join('');
}

const sideOf = (all: readonly Part[], side: 'base' | 'ours' | 'theirs'): string =>
  all.flatMap((part) => ('ours' in part ? part[side] : part)).join('\n');

describe('a text with conflict markers', () => {
  it.each(Object.entries(STYLES))('says its versions, with markers of any length, in the style %s', (name, style) => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 7, max: 40 }), fc.constantFrom('\n', '\r\n'), (all, length, end) => {
        const text = write(all, style, length, end);
        const hasBase = name !== 'merge of git';
        const base = hasBase ? all : all.map((part) => ('ours' in part ? { ...part, base: [] } : part));
        expect(hasMarkers(text)).toBe(all.some((part) => 'ours' in part));
        expect(readMarkers(text)).toEqual({
          sides: { base: sideOf(base, 'base'), ours: sideOf(all, 'ours'), theirs: sideOf(all, 'theirs') },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('takes what both sides left of a patch for both', () => {
    const text = [
      '<<<<<<< 1',
      '%%%%%%% from base',
      ' {"a":1}',
      '-{"b":1}',
      '+{"b":2}',
      '+++++++ b',
      '{"c":3}',
      '>>>>>>> 1',
    ];
    expect(readMarkers(text.join('\n'))).toEqual({
      sides: { base: '{"a":1}\n{"b":1}', ours: '{"a":1}\n{"b":2}', theirs: '{"c":3}' },
    });
  });

  it.each([7, 9])(
    'may have conflicts with markers of %i in the base, as a merge over several bases leaves them',
    (length) => {
      const mark = (char: string): string => char.repeat(length);
      const inner = [mark('<'), '{"b":1}', mark('|'), '{"b":0}', mark('='), '{"b":2}', mark('>')];
      const text = ['<<<<<<< ours', '{"b":3}', '||||||| base', ...inner, '=======', '{"b":4}', '>>>>>>> theirs'];
      expect(readMarkers(text.join('\n'))).toEqual({
        sides: { base: inner.join('\n'), ours: '{"b":3}', theirs: '{"b":4}' },
      });
    },
  );

  it.each([
    ['without an end', 1, ['<<<<<<< x', '{}', '=======', '{}']],
    ['without a beginning', 2, ['{}', '=======', '{}', '>>>>>>> y']],
    ['that only ends', 1, ['>>>>>>> y']],
    ['of one side', 3, ['<<<<<<< x', '{}', '>>>>>>> y']],
    ['of three sides in git', 5, ['<<<<<<< x', '{}', '=======', '{}', '=======', '{}', '>>>>>>> y']],
    ['with two bases', 3, ['<<<<<<< x', '||||||| a', '||||||| b', '=======', '>>>>>>> y']],
    ['with the base last', 3, ['<<<<<<< x', '=======', '||||||| b', '>>>>>>> y']],
    ['in a side of another one', 2, ['<<<<<<< x', '<<<<<<< a', '=======', '>>>>>>> b', '=======', '>>>>>>> y']],
    ['with a marker of another length', 3, ['<<<<<<< x', '{}', '========', '{}', '>>>>>>> y']],
    ['that ends with another length', 4, ['<<<<<<<< x', '{}', '========', '>>>>>>> y']],
    [
      'of three sides in jj',
      7,
      ['<<<<<<< x', '+++++++ a', '------- b', '+++++++ c', '------- b', '+++++++ d', '>>>>>>> x'],
    ],
    ['of a patch alone', 4, ['<<<<<<< x', '%%%%%%% a', '-{}', '>>>>>>> x']],
    ['of two patches', 4, ['<<<<<<< x', '%%%%%%% a', '%%%%%%% b', '>>>>>>> x']],
    ['with a line in a patch that has no sign', 3, ['<<<<<<< x', '%%%%%%% a', '{}', '+++++++ b', '>>>>>>> x']],
    ['of both programs', 3, ['<<<<<<< x', '+++++++ a', '=======', '>>>>>>> x']],
    ['of jj after lines', 3, ['<<<<<<< x', '{}', '+++++++ a', '+++++++ b', '>>>>>>> x']],
  ] as const)('%s is not understood, and its line is named', (_, line, text) => {
    expect(readMarkers(text.join('\n'))).toEqual({ problem: { line, what: expect.any(String) as string } });
  });

  it('has none in its strings, whatever ends a line elsewhere', () => {
    expect(hasMarkers('{"a":"\u2028<<<<<<< x"}\n{"b":"\u2029======="}\r\n')).toBe(false);
  });
});
