import { describe, expect, it } from 'vitest';

import type { FileSides } from '../../src/merge/file.js';
import { mergeJsonFile } from '../../src/merge/json-file.js';
import { BY_ID, conflictOf, mergedLines, swapped } from './json-helpers.js';

const [a, b, c] = ['{"id":"a"}', '{"id":"b"}', '{"id":"c"}'] as const;

describe('lines without a key', () => {
  it('merge as text where one side alone changed them, whatever happens to lines with one', () => {
    expect(mergedLines(['{"v":1}', a], ['{"v":2}', a], ['{"v":1}', a, b])).toEqual(['{"v":2}', a, b]);
    expect(mergedLines([a], [a, '{"op":"x"}'], [a, b]).sort()).toEqual([a, b, '{"op":"x"}'].sort());
    expect(mergedLines(['# one', a, b], ['# two', a, b], ['# one', a, c])).toEqual(['# two', a, c]);
    expect(mergedLines(['[1]', a, '"s"', b, '5'], ['[2]', a, '"s"', b, '5'], ['[1]', a, '"s"', b, c])).toEqual(
      ['[2]', a, '"s"', b, '5', c].filter((line) => line !== '5'),
    );
  });

  it('merge where each side changed others: at the top, at the bottom', () => {
    const at = (head: string, foot: string): string[] => [head, a, b, c, foot];
    expect(mergedLines(at('# 1', '# 9'), at('# 2', '# 9'), at('# 1', '# 3'))).toEqual(at('# 2', '# 3'));
  });

  it('are known by what they say: one that is written in another way is no other line', () => {
    expect(mergedLines(['{"v":1,"w":"é"}', a], ['{ "w": "\\u00e9", "v": 1.0 }', a], ['{"v":1,"w":"é"}', a, b])).toEqual(
      ['{ "w": "\\u00e9", "v": 1.0 }', a, b],
    );
    expect(mergedLines(['1', a], ['1.0', a], ['1', b])).toEqual(['1.0', b]);
    expect(mergedLines(['{"v":1}', a], ['{"v": 1}', a], [a])).toEqual([a]);
  });

  it('are one conflict where both sides changed them at one place, and all others merge', () => {
    const sides = {
      base: `{"v":1}\n${a}\n`,
      ours: `{"v":2}\n{"id":"a","x":1}\n`,
      theirs: `{"v":3}\n${a}\n${b}\n`,
    };
    expect(conflictOf(sides)).toEqual({
      text: `<<<<<<< ours\n{"v":2}\n||||||| base\n{"v":1}\n=======\n{"v":3}\n>>>>>>> theirs\n{"id":"a","x":1}\n${b}\n`,
      losses: [],
      problems: [expect.stringMatching(/^ours:1: both sides changed lines without a key/)],
    });
    const appended = { base: `${a}\n`, ours: `${a}\n# o\n`, theirs: `${a}\n# t\n` };
    expect(conflictOf(appended).text).toBe(`${a}\n<<<<<<< ours\n# o\n||||||| base\n=======\n# t\n>>>>>>> theirs\n`);
  });

  it('that each side has at another place are in one conflict with all that stands there', () => {
    const sides = { base: `${a}\n# x\n`, ours: `{"v":1}\n${a}\n`, theirs: `"s"\n${a}\n{"v": 1}\n` };
    expect(conflictOf(sides).text).toBe(
      `<<<<<<< ours\n{"v":1}\n||||||| base\n# x\n=======\n"s"\n{"v": 1}\n>>>>>>> theirs\n${a}\n`,
    );
  });

  it('are in the same conflicts whichever side is ours', () => {
    const sides = {
      base: '{"id":1,"v":1}\n{"id":4}\n{"v":1}\n',
      ours: '{"id":1,"v":1}\n{"id":4,"w":1}\n',
      theirs: '{"id":4}\n# text\n{"id":1,"a":0}\n',
    };
    const problems = (each: FileSides): number => mergeJsonFile(each, BY_ID).problems.length;
    expect(problems(swapped(sides))).toBe(problems(sides));
  });

  it('of a log or a set all stay', () => {
    const [x, y, z] = ['{"at":1}', '{"at":2}', '{"at":3}'] as const;
    for (const keys of [['id'], []]) {
      const options = { keys, appendOnly: true };
      expect(mergedLines([x], [x, y], [x, z], options)).toEqual([x, y, z]);
      expect(mergedLines([], [x, y], [x, z], options)).toEqual([x, y, z]);
      // The same line on both sides is one; one that stands twice on a side stays twice.
      expect(mergedLines([x], [x, y, y], [x, y], options)).toEqual([x, y, y]);
      expect(mergedLines(['v1'], ['v2'], ['v3'], options)).toEqual(['v2', 'v3']);
    }
  });

  it('that begin as JSON and cannot be read are a conflict, unless they stood there before', () => {
    expect(mergedLines(['{"cut', a], ['{"cut', b], ['{"cut', a, c]).sort()).toEqual([b, c, '{"cut'].sort());
    expect(mergedLines(['{"cut', a], [a], ['{"cut', a, c])).toEqual([a, c]);
    const sides = { base: `${a}\n`, ours: `${a}\n{"cut\n`, theirs: `${a}\n${b}\n` };
    expect(conflictOf(sides).problems).toEqual([expect.stringMatching(/^ours:2: column \d+: /)]);
  });
});
