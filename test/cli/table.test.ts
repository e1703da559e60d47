import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { grid, info } from '../../src/cli/outcome.js';
import { Output, settingsOf } from '../../src/cli/output.js';
import { Table } from '../../src/cli/table.js';

const plain = (text: string): string => text;

function lines(head: readonly string[], rows: readonly (readonly string[])[], width?: number): string[] {
  const table = new Table({ head, right: [head.length - 1], sample: rows, isAll: true, width });
  return [...table.head(plain), ...rows.flatMap((row) => table.row(row, plain))];
}

describe('a table', () => {
  it('is as wide as its cells, and leaves out a column without any', () => {
    const rows = [
      ['a', '', 'one', '7'],
      ['bb', '', 'two words', '10'],
    ];
    expect(lines(['id', 'none', 'title', 'n'], rows)).toEqual([
      'id  title       n',
      'a   one         7',
      'bb  two words  10',
    ]);
  });

  it('cuts the widest cells first where the terminal is narrow, and no number', () => {
    const rows = [['6b1d', 'A title that goes on and on, and says a lot', 'in progress', '12345']];
    expect(lines(['id', 'title', 'status', 'n'], rows, 40)).toEqual([
      'id    title           status           n',
      '6b1d  A title that …  in progress  12345',
    ]);
  });

  it('has a line for each cell where its columns do not fit beside each other', () => {
    const rows = [
      ['context_item', '12', '', '3'],
      ['issue', '', 'a long word', '1'],
    ];
    expect(lines(['', 'to import', 'why', 'orphans'], rows, 24)).toEqual([
      'context_item',
      '  to import  12',
      '  orphans    3',
      'issue',
      '  why        a long word',
      '  orphans    1',
    ]);
    expect(lines(['', 'to import', 'why', 'orphans'], rows, 23)).toContain('  why        a long wo…');
  });

  it('fits a narrow terminal whatever is in it', () => {
    const cell = fc.oneof(fc.string({ maxLength: 90 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
    const row = fc.tuple(cell, cell, cell, cell, fc.integer({ min: 0, max: 99999 }).map(String));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.constantFrom(60, 40, 30), (rows, width) => {
        const clean = rows.map((cells) => cells.map((text) => text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ')));
        for (const line of lines(['id', 'title', 'status', 'labels', 'n'], clean, width))
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 200 },
    );
  });
});

describe('rows that are made as they are written', () => {
  it('are asked for no further when the reader is gone', async () => {
    let made = 0;
    function* rows(): Generator<string[]> {
      for (;;) yield [String(made++)];
    }
    const out = { text: '', write: (text: string): void => void (out.text += text) };
    const output = new Output(settingsOf([], {}), {
      write: (text) => {
        out.write(text);
        output.stop();
      },
    });
    await output.outcome({ status: 0, json: {}, text: [grid(['n'], rows()), info('never')] });
    expect(made).toBeLessThan(1000);
    expect(out.text).toMatch(/^n\n0\n1\n/);
    expect(out.text).not.toContain('never');
  });
});
