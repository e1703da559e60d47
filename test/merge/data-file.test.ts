import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keyReader } from '../../src/format/line-key.js';
import { mergeDataFile } from '../../src/merge/data-file.js';
import type { FileSides, MergedFile } from '../../src/merge/file.js';
import { compareUtf8 } from '../../src/record/order.js';
import type { RecordObject } from '../../src/record/object.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { editedLineOf, lineOf, readLine, sample, tombstoneOf } from '../record/samples.js';

const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const memory = (id: string, stamp: number, changes: RecordObject = {}): string =>
  lineOf(sample('memory', { id, key: id, ...changes }), stamp).raw;
const merge = (sides: FileSides, name = 'memories.jsonl'): MergedFile =>
  mergeDataFile({ registry: savecontext, name, keyOf: keyReader(savecontext, name) }, sides);
const swapped = ({ base, ours, theirs }: FileSides): FileSides => ({ base, ours: theirs, theirs: ours });

/** The result, which must be the same with ours and theirs swapped. */
function merged(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  name?: string,
): MergedFile {
  const sides = { base: text(...base), ours: text(...ours), theirs: text(...theirs) };
  const result = merge(sides, name);
  expect(merge(swapped(sides), name).text).toBe(result.text);
  expect(result.problems).toEqual([]);
  return result;
}

describe('records of a file', () => {
  const [a, b, c] = [memory('a', 10), memory('b', 10), memory('c', 10)] as const;
  const b2 = memory('b', 20, { value: 'two', updated_at: 300 });

  it('that one side changed, added or removed are that side’s, byte for byte', () => {
    const added = memory('aa', 15);
    expect(merged([a, b, c], [a, b2, c], [a, added, b]).text).toBe(text(a, added, b2));
    expect(merged([], [a], [c]).text).toBe(text(a, c));
    expect(merged([a, b], [], [a, b]).text).toBe('');
  });

  it('that one side removed and the other changed stay, and neither is a loss', () => {
    expect(merged([a, b], [a], [a, b2])).toEqual({ text: text(a, b2), losses: [], problems: [] });
  });

  it('that both changed merge by field; what loses is named with its record', () => {
    const ours = memory('b', 20, { value: 'ours', category: 'note', updated_at: 300 });
    const theirs = memory('b', 21, { value: 'theirs', key: 'k2', updated_at: 400 });
    const { text: result, losses } = merged([a, b], [a, ours], [a, theirs]);
    const both = readLine(result.split('\n')[1]!);
    expect(both.stamp).toBe(22);
    expect(both.raw).toBe(memory('b', 22, { value: 'theirs', category: 'note', key: 'k2', updated_at: 400 }));
    expect(losses).toEqual([
      {
        type: 'memory',
        id: 'b',
        why: 'merge',
        loss: { field: 'value', base: '"v"', kept: '"theirs"', lost: '"ours"' },
      },
    ]);
  });

  it('that both added: the later one whole', () => {
    const [early, late] = [memory('b', 20, { value: 'early' }), memory('b', 30, { value: 'late' })];
    const { text: result, losses } = merged([], [early], [late]);
    expect(result).toBe(text(late));
    expect(losses.map(({ why, loss }) => [why, loss.field, loss.lost])).toEqual([
      ['later version', 'value', '"early"'],
    ]);
  });

  it('with several lines on a side are made one before they meet the base', () => {
    const [one, two] = [memory('b', 20, { value: 'one' }), memory('b', 30, { value: 'two' })];
    const theirs = memory('b', 40, { category: 'decision', updated_at: 500 });
    const { text: result, losses } = merged([b], [one, two], [theirs]);
    expect(result).toBe(text(memory('b', 41, { value: 'two', category: 'decision', updated_at: 500 })));
    expect(losses.map(({ why, loss }) => [why, loss.lost])).toEqual([['duplicate', '"one"']]);
    // Unchanged duplicates are left to the next import.
    expect(merged([b, b2], [b, b2], [b, b2, c]).text).toBe(text(b, b2, c));
  });

  it('have no base where the base has several lines, or conflict markers around them', () => {
    const ours = memory('b', 20, { value: 'ours' });
    const theirs = memory('b', 30, { category: 'decision' });
    for (const base of [
      [b, b2],
      ['<<<<<<< one', b, '=======', '>>>>>>> two'],
    ]) {
      expect(merged([a, ...base], [a, ours], [a, theirs]).text).toBe(text(a, theirs));
    }
    // Around other records they do not matter.
    const both = merged(['<<<<<<< one', a, '=======', '>>>>>>> two', b], [a, ours], [a, theirs]).text;
    expect(both).toBe(text(a, memory('b', 31, { value: 'ours', category: 'decision' })));
  });

  it('edited by hand on one side are the next version when both changed', () => {
    const ours = editedLineOf(sample('memory', { id: 'b', key: 'b', value: 'hand' }), 20).raw;
    const theirs = memory('b', 15, { category: 'decision' });
    expect(merged([b], [ours], [b]).text).toBe(text(ours));
    expect(merged([b], [ours], [theirs]).text).toBe(text(memory('b', 22, { value: 'hand', category: 'decision' })));
  });

  it('of the reference program keep what its lines cannot say', () => {
    const full = sample('issue', { id: 'i', close_reason: 'done', labels: ['x'] });
    const base = lineOf(full, 10).raw;
    const plain = lineOf(sample('issue', { id: 'i', title: 'by the other program' }), 20, 'absolute').raw;
    const theirs = lineOf(sample('issue', { id: 'i', close_reason: 'done', labels: ['x', 'y'], priority: 4 }), 15).raw;
    const result = readLine(merged([base], [plain], [theirs], 'issues.jsonl').text.trimEnd());
    expect(result.content.tokens).toEqual(
      sample('issue', {
        id: 'i',
        title: 'by the other program',
        close_reason: 'done',
        labels: ['x', 'y'],
        priority: 4,
      }).tokens,
    );
    expect(result.form).toBe('portable');
  });

  it('in absolute form keep a path of one of the sides', () => {
    const line = (stamp: number, changes: RecordObject): string =>
      lineOf(sample('issue', { id: 'i', ...changes }), stamp, 'absolute').raw;
    const { text: result } = merged(
      [line(1, {})],
      [line(2, { title: 'o' })],
      [line(3, { priority: 0 })],
      'issues.jsonl',
    );
    expect(result).toBe(text(line(4, { title: 'o', priority: 0 })));
    expect(result).toContain('"/projects/atlas"');
  });

  it('come out sorted, whatever the order and the line ends of the sides', () => {
    const result = merge({ base: '', ours: `${c}\r\n${a}\r\n`, theirs: text(b) });
    expect(result.text).toBe(text(a, b, c));
  });

  it('in another file than theirs, and lines of unknown types, stand last and merge too', () => {
    const strange = '{"type":"invention","id":"z","x":1}';
    const issue = lineOf(sample('issue', { id: 'a' }), 10).raw;
    expect(merged([a, issue], [strange, a, issue], [b, a]).text).toBe(text(a, b, strange));
  });
});

describe('deletions', () => {
  const [early, late, other] = [
    tombstoneOf('memory', 'a', 10),
    tombstoneOf('memory', 'a', 20),
    tombstoneOf('issue', 'a', 5),
  ];

  it('merge like lines: the greater of two; taken away on one side only, away', () => {
    expect(merged([], [early.raw], [late.raw], 'deletions.jsonl').text).toBe(text(late.raw));
    expect(merged([early.raw], [early.raw, late.raw], [other.raw], 'deletions.jsonl').text).toBe(
      text(other.raw, late.raw),
    );
    expect(merged([early.raw], [], [late.raw], 'deletions.jsonl').text).toBe(text(late.raw));
    expect(merged([early.raw], [], [early.raw], 'deletions.jsonl').text).toBe('');
  });
});

describe('lines that cannot be read', () => {
  const [a, b] = [memory('a', 10), memory('b', 10)] as const;
  const cut = b.slice(0, 60);

  it('leave a conflict in their place, and everything else merged', () => {
    const a2 = memory('a', 20, { value: 'new' });
    const { text: result, problems } = merge({ base: text(a, b), ours: text(a2, b), theirs: text(a, cut) });
    expect(result).toBe(text(a2, '<<<<<<< ours', b, '||||||| base', b, '=======', cut, '>>>>>>> theirs'));
    expect(problems).toEqual([expect.stringMatching(/^theirs:2: column \d+: /)]);
  });

  it('are named where they have no id at all', () => {
    const { text: result, problems } = merge({ base: text(a), ours: text(a, 'garbage'), theirs: text(b) });
    expect(result).toContain('<<<<<<< ours\ngarbage\n');
    expect(problems).toEqual([expect.stringMatching(/^ours:2: /)]);
  });

  it('stay where the base has them already', () => {
    expect(merged([a, 'garbage'], [a, b, 'garbage'], [a, 'garbage']).text).toBe(text(a, b, 'garbage'));
  });

  it('conflict markers on a side make the whole file a conflict', () => {
    const marked = text('<<<<<<< HEAD', a, '=======', b, '>>>>>>> x');
    const { text: result, problems } = merge({ base: text(a), ours: marked, theirs: text(a, b) });
    expect(result).toBe(`<<<<<<< ours\n${marked}||||||| base\n${text(a)}=======\n${text(a, b)}>>>>>>> theirs\n`);
    expect(problems).toEqual(['ours:1', 'ours:3', 'ours:5'].map((where) => `${where}: a conflict marker stands here`));
  });

  it('markers inside of a value are none', () => {
    const value = memory('a', 20, { value: '<<<<<<< HEAD\n=======\n>>>>>>> x' });
    expect(merged([a], [value], [a, b]).text).toBe(text(value, b));
  });
});

describe('any three versions', () => {
  const version = fc.record({
    stamp: fc.integer({ min: 1, max: 5 }),
    value: fc.constantFrom('v', 'w', 'x'),
    category: fc.constantFrom('note', 'decision'),
    updated_at: fc.integer({ min: 200, max: 203 }),
  });
  const side = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'é', '\u{1F600}'), version), { maxLength: 6 })
    .map((lines) => lines.map(([id, { stamp, ...changes }]) => memory(id, stamp, changes)));
  const canonical = (lines: readonly string[]): string[] => [...new Set(lines)].sort(compareUtf8);

  it('P6 merge the same either way; x with itself and with the base is x', () => {
    fc.assert(
      fc.property(side, side, side, (b, o, t) => {
        const [base, ours, theirs] = [b, o, t].map((lines) => text(...canonical(lines))) as [string, string, string];
        const result = merge({ base, ours, theirs });
        expect(result.problems).toEqual([]);
        expect(merge({ base, ours: theirs, theirs: ours }).text).toBe(result.text);
        const ordered = merge({ base: '', ours, theirs: ours }).text;
        expect(merge({ base, ours, theirs: ours }).text).toBe(ordered);
        expect(merge({ base, ours, theirs: base }).text).toBe(ordered);
      }),
      { numRuns: 2000 },
    );
  });

  it('P21 every value of a side is in the result, or was the base’s, or is among what lost', () => {
    fc.assert(
      fc.property(side, side, side, (b, o, t) => {
        const { text: result, losses } = merge({ base: text(...b), ours: text(...o), theirs: text(...t) });
        const known = [...result.split('\n'), ...b].filter((line) => line !== '').map(readLine);
        for (const line of [...o, ...t].map(readLine)) {
          const has = (name: string): string => line.content.tokens[line.content.entity.indexOf.get(name)!]!;
          for (const name of ['value', 'category']) {
            const isKnown = known.some(
              ({ content }) =>
                content.id === line.id && content.tokens[content.entity.indexOf.get(name)!] === has(name),
            );
            const isLost = losses.some(
              ({ id, loss }) => id === line.id && loss.field === name && loss.lost === has(name),
            );
            expect(isKnown || isLost, `${line.id} ${name} ${has(name)}`).toBe(true);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
