import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bytesOfText, textOfBytes } from '../../src/merge/byte-text.js';
import { jsonLines } from '../../src/merge/json-file.js';
import type { FileSides, MergedFile } from '../../src/merge/file.js';
import { meaningOfLine } from '../../src/merge/json-text.js';
import { keyReader } from '../../src/merge/json-key.js';
import { BY_ID, conflictOf, latin1, mergeBothWays, mergeBytes, mergedLines } from './json-helpers.js';

const rec = (id: string, v = 0): string => `{"id":"${id}","v":${v}}`;
const textOf = (base: string, ours: string, theirs: string): string => mergeBothWays({ base, ours, theirs }).text;

describe('conflict markers', () => {
  const jj = ['<<<<<<< Conflict 1 of 1', '%%%%%%% Changes', '-{"id":"x"}', '+++++++ Contents', '>>>>>>> Conflict 1'];
  const git = ['<<<<<<<<< HEAD', rec('x', 1), '=========', rec('x', 2), '>>>>>>>>> topic'];

  it('that the base and a side have are lines like others, of whatever length and style', () => {
    for (const left of [jj, git]) {
      const [a, b] = [rec('a', 1), rec('b', 1)];
      expect(mergedLines([rec('a'), ...left, rec('b')], [a, ...left, rec('b')], [rec('a'), ...left, b])).toEqual([
        a,
        ...left,
        b,
      ]);
      // One side solved the conflict, as git does when it replays a solution.
      expect(
        mergedLines([rec('a'), ...left, rec('b')], [a, ...left, rec('b')], [rec('a'), rec('x', 3), rec('b')]),
      ).toEqual([a, rec('x', 3), rec('b')]);
    }
  });

  it('that one side alone has make one conflict of the file', () => {
    for (const left of [jj, git]) {
      const sides = { base: `${rec('a')}\n`, ours: `${[rec('a'), ...left].join('\n')}\n`, theirs: `${rec('a', 1)}\n` };
      const { text, problems } = conflictOf(sides);
      expect(text).toBe(
        `<<<<<<< ours\n${sides.ours}||||||| base\n${sides.base}=======\n${sides.theirs}>>>>>>> theirs\n`,
      );
      expect(problems).toContain('ours:2: a conflict marker stands here');
    }
  });

  it('are as long as git asks for', () => {
    const sides = { base: '', ours: '{"id":1,"created":1}\n', theirs: '{"id":1,"created":2}\n' };
    for (const each of [sides, { ...sides, base: '# b\n', ours: '# o\n', theirs: '# t\n' }]) {
      const { text } = conflictOf(each, { markerSize: 3 });
      expect(text.split('\n').filter((line) => /^[<|=>]/.test(line))).toEqual([
        '<<< ours',
        '||| base',
        '===',
        '>>> theirs',
      ]);
    }
  });
});

describe('the bytes of lines', () => {
  it('with a byte order mark within the file merge like others', () => {
    const line = (v: number, w: number): string => `\uFEFF{"id":"m","v":${v},"w":${w}}`;
    expect(mergedLines([rec('a'), line(1, 1)], [rec('a'), line(2, 1)], [rec('a'), line(1, 2)])).toEqual([
      rec('a'),
      line(2, 2),
    ]);
  });

  it('with mixed ends stay where no side changed them', () => {
    const mixed = (one: string, two: string, three: string): string => `${one}\r\n${two}\n${three}\r\n`;
    const [a, b, c] = [rec('a'), rec('b'), rec('c')];
    expect(textOf(mixed(a, b, c), mixed(rec('a', 1), b, c), mixed(a, rec('b', 2), c))).toBe(
      mixed(rec('a', 1), rec('b', 2), c),
    );
    expect(textOf(mixed(a, b, c), mixed(a, b, rec('c', 1)), `${mixed(a, b, c)}${rec('d')}\n`)).toBe(
      `${mixed(a, b, rec('c', 1))}${rec('d')}\n`,
    );
    // One side makes all ends the same.
    expect(textOf(mixed(a, b, c), `${a}\n${b}\n${c}\n`, mixed(a, rec('b', 2), c))).toBe(`${a}\n${rec('b', 2)}\n${c}\n`);
    expect(textOf(`${a}\n${b}\n`, `${a}\r\n${b}\r\n`, `${a}\n${rec('b', 1)}\n`)).toBe(`${a}\r\n${rec('b', 1)}\r\n`);
  });

  it('have an end where they are no longer last, and the last one as on the side that changed that', () => {
    const [a, b] = [rec('a'), rec('b')];
    expect(textOf(a, `${a}\n${b}`, rec('a', 1))).toBe(`${rec('a', 1)}\n${b}`);
    expect(textOf(`${a}\r\n`, rec('a', 1), `${a}\r\n${b}\r\n`)).toBe(`${rec('a', 1)}\r\n${b}`);
    expect(textOf('', a, `${b}\n`)).toBe(`${a}\n${b}`);
  });

  it('of an empty file are none', () => {
    expect(textOf('', '', rec('a'))).toBe(rec('a'));
    expect(textOf(rec('a'), '', rec('a'))).toBe('');
    expect(textOf(`\uFEFF${rec('a')}\n`, '', `\uFEFF${rec('a', 1)}\n`)).toBe(`\uFEFF${rec('a', 1)}\n`);
  });

  it('that JSON does not have are no obstacle, and merge with the rest', () => {
    for (const odd of [
      '"cut \\ud83d"',
      'NaN',
      '-Infinity',
      '{"x":1,"x":2}',
      '1e999',
      `${'['.repeat(100)}${']'.repeat(100)}`,
    ]) {
      const line = (v: number, w: number): string => `{"id":1,"odd":${odd},"v":${v},"w":${w}}`;
      expect(mergedLines([line(1, 1)], [line(2, 1)], [line(1, 2)])).toEqual([line(2, 2)]);
      const touched = `{"id":1,"odd":[${odd}],"v":1,"w":1}`;
      expect(mergedLines([line(1, 1)], [touched], [line(1, 2)])).toEqual([touched.replace('"w":1', '"w":2')]);
    }
  });

  it('of a name that stands twice stay both, each with the value of the side that changed it', () => {
    const line = (one: number, two: number): string => `{"id":1,"x":${one},"x":${two}}`;
    expect(mergedLines([line(1, 1)], [line(2, 1)], [line(1, 3)])).toEqual([line(2, 3)]);
  });

  it('that lose are noted as they were written', () => {
    const line = (odd: string, at: number): string => `{"id":1,"odd":${odd},"updated_at":${at}}\n`;
    const { losses } = mergeBothWays({ base: line('0', 1), ours: line('NaN', 2), theirs: line('"\\ud83d"', 3) });
    expect(losses.map(({ loss }) => loss)).toEqual([{ field: 'odd', base: '0', kept: '"\\ud83d"', lost: 'NaN' }]);
  });

  it('that are no UTF-8 come back as they were', () => {
    const stray = '{"id":"s","name":"caf\xe9\xf0\x9f"}';
    const bytes = (v: number, w: number): string => `${stray}\n${latin1(`{"id":"é","v":${v},"w":${w}}`)}\n`;
    const sides: FileSides = { base: bytes(1, 1), ours: bytes(2, 1), theirs: bytes(1, 2) };
    expect(mergeBytes(sides, jsonLines(BY_ID))).toEqual({ text: bytes(2, 2), losses: [], problems: [] });
    const touched = stray.replace('}', ',"v":1}');
    const edited = { ...sides, ours: bytes(1, 1).replace(stray, touched) };
    expect(mergeBytes(edited, jsonLines(BY_ID)).text).toBe(bytes(1, 2).replace(stray, touched));
  });

  it('of rows stay rows, which merge by place where all have as many elements', () => {
    const keys = ['0'];
    expect(mergedLines(['[1, "a", "b"]'], ['[1, "x", "b"]'], ['[1, "a", "y"]'], { keys })).toEqual(['[1, "x", "y"]']);
    expect(mergedLines(['[1, "a"]', '[2]'], ['[1, "a", "new"]', '[2]'], ['[1, "a"]', '[3]'], { keys })).toEqual([
      '[1, "a", "new"]',
      '[3]',
    ]);
    const sides = { base: '[1,"a","b"]\n', ours: '[1,"b"]\n', theirs: '[1,"a","c"]\n' };
    expect(conflictOf(sides, { keys }).problems).toEqual([expect.stringContaining('the same number of elements')]);
  });
});

describe('any bytes', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '{"id":1,"v":1}',
      '{"v":2,"id":1.0}',
      '{"id":"é","v":1}',
      '{"id":2,"x":NaN}',
      '["r",1]',
      '["r",2,3]',
    ),
    fc.constantFrom(
      '',
      ' ',
      '# text',
      '{"cut',
      '{"v":1}',
      '{"v": 1}',
      '"s"',
      '\uFEFF{"id":3}',
      '{"id":4,"id":5}',
      '{"id":4}\r',
    ),
    fc
      .record({ id: fc.constantFrom(1, 2), a: fc.nat(2), b: fc.nat(2), updated_at: fc.nat(3) })
      .map((each) => JSON.stringify(each)),
  );
  const end = fc.constantFrom('\n', '\n', '\r\n');
  const text = fc
    .tuple(
      fc.constantFrom('', '', '\uFEFF'),
      fc.array(fc.tuple(line, end), { maxLength: 6 }),
      fc.constantFrom('', '{"id":9}'),
    )
    .map(([mark, lines, last]) => mark + lines.flat().join('') + last);
  const stray = fc
    .tuple(text, fc.constantFrom('', '', '\x80\xff', '{"id":"\xe9"}\n'))
    .map(([each, odd]) => odd + latin1(each));

  it('come back from a text as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesOfText(textOfBytes(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 500 },
    );
    expect(textOfBytes(bytesOfText('é\u{1F600}'))).toBe('é\u{1F600}');
  });

  it('merge the same either way where nobody must decide, and give back a side that alone changed', () => {
    fc.assert(
      fc.property(stray, stray, stray, fc.boolean(), (base, ours, theirs, appendOnly) => {
        const merge = (b: string, o: string, t: string): MergedFile =>
          mergeBytes({ base: b, ours: o, theirs: t }, jsonLines({ ...BY_ID, keys: ['id', '0'], appendOnly }));
        const [one, other] = [merge(base, ours, theirs), merge(base, theirs, ours)];
        expect(other.problems).toHaveLength(one.problems.length);
        if (one.problems.length === 0) expect(other.text).toBe(one.text);
        expect(merge(base, ours, base).text).toBe(ours);
        expect(merge(base, ours, ours).text).toBe(ours);
      }),
      { numRuns: 400 },
    );
  });

  it('of lines that both sides have alike, or that one side added, are in the result', () => {
    fc.assert(
      fc.property(stray, stray, stray, (base, ours, theirs) => {
        const { text: result, losses } = mergeBytes({ base, ours, theirs }, jsonLines(BY_ID));
        const saidIn = (each: string): string[] =>
          // A mark within the file may come to stand at its beginning.
          each
            .split(/\r*\n/)
            .map((one) => Buffer.from(one.replaceAll(/^(?:\xef\xbb\xbf)+|\r+$/g, ''), 'latin1'))
            .map((one) => meaningOfLine(textOfBytes(one)));
        const [known, there, other] = [base, result, theirs].map((each) => new Set(saidIn(each))) as [
          Set<string>,
          Set<string>,
          Set<string>,
        ];
        const keyOf = keyReader(['id']);
        for (const said of saidIn(ours)) {
          if (said === '' || (known.has(said) && !other.has(said))) continue;
          // What a record says may stand in a merged line, or among the losses; all else is a line of its own.
          if (keyOf(said) === undefined || other.has(said)) expect([...there], JSON.stringify(losses)).toContain(said);
        }
      }),
      { numRuns: 400 },
    );
  });
});
