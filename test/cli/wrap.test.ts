import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { wrapText } from '../../src/cli/wrap.js';

describe('a text in a narrow terminal', () => {
  it('ends its lines between words, and goes on further in', () => {
    expect(wrapText('one two three', 13)).toEqual(['one two three']);
    expect(wrapText('one two three', 12)).toEqual(['one two', '  three']);
    expect(wrapText('    field: "a long value"', 20)).toEqual(['    field: "a long', '      value"']);
    expect(wrapText('title   a long title', 14, { hang: 8 })).toEqual(['title   a long', '  title']);
    expect(wrapText('title   a long title', 16, { hang: 8 })).toEqual(['title   a long', '        title']);
  });

  it('keeps a command to copy and a long path on one line', () => {
    const keep = ['next: sc-sync sync --db a.db'];
    expect(wrapText('next: sc-sync sync --db a.db   writes it', 16, { keep })).toEqual([keep[0], '  writes it']);
    expect(wrapText('created the folder /home/ann/atlas/.savecontext', 20)).toEqual([
      'created the folder',
      '  /home/ann/atlas/.savecontext',
    ]);
  });

  it('loses no word, and no line with two words is too wide', () => {
    const word = fc.oneof(fc.stringMatching(/^[!-~]{1,12}$/), fc.constantFrom('日本語', 'café', '🎉'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, width) => {
        const lines = wrapText(words.join(' '), width);
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words);
        for (const line of lines) expect(line.trim().includes(' ') && stringWidth(line) > width).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
