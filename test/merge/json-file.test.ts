import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeJsonFile } from '../../src/merge/json-file.js';
import type { FileSides, MergedFile } from '../../src/merge/file.js';

const PLAIN = { keys: ['id'], together: [], elements: new Map(), appendOnly: false };
const OPTIONS = { ...PLAIN, together: [['status', 'closed_at']] };
const swapped = ({ base, ours, theirs }: FileSides): FileSides => ({ base, ours: theirs, theirs: ours });
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** The result, which must be the same with ours and theirs swapped. */
function merged(base: readonly string[], ours: readonly string[], theirs: readonly string[]): MergedFile {
  const sides = { base: text(...base), ours: text(...ours), theirs: text(...theirs) };
  const result = mergeJsonFile(sides, OPTIONS);
  expect(mergeJsonFile(swapped(sides), OPTIONS).text).toBe(result.text);
  expect(result.problems).toEqual([]);
  return result;
}

/** The one line that three versions of a record become. */
function line(base: object | undefined, ours: object, theirs: object): { record: unknown; lost: string[] } {
  const one = (record: object | undefined): string[] =>
    record === undefined ? [] : [JSON.stringify({ id: 'a', ...record })];
  const { text: result, losses } = merged(one(base), one(ours), one(theirs));
  const { id, ...record } = JSON.parse(result) as Readonly<Record<string, unknown>>;
  expect(id).toBe('a');
  return { record, lost: losses.map(({ id: of, loss }) => `${of} ${loss.field ?? ''} ${loss.lost}`).sort() };
}

describe('a record that both sides changed', () => {
  it('has each field of the side that changed it, both removals and additions', () => {
    expect(line({ a: 1, b: 1, c: 1 }, { a: 2, b: 1, c: 1, d: 1 }, { a: 1, b: 3 })).toEqual({
      record: { a: 2, b: 3, d: 1 },
      lost: [],
    });
  });

  it('has the field of the later update where both changed it, to the last digit of the time, whatever its offset', () => {
    const at = (time: string, v: string): object => ({ v, updated_at: time });
    for (const [earlier, later] of [
      ['2026-01-01T10:00:00.000001Z', '2026-01-01T10:00:00.0000011Z'],
      ['2026-01-01T10:00:00+02:00', '2026-01-01T09:00:00Z'],
      ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00.5Z'],
    ] as const) {
      expect(line(at('2025-01-01T00:00:00Z', 'x'), at(earlier, 'z'), at(later, 'y'))).toEqual({
        record: at(later, 'y'),
        lost: ['a v "z"'],
      });
    }
    expect(line({ v: 0, updated_at: 1 }, { v: 8, updated_at: 5 }, { v: 9, updated_at: 4 }).lost).toEqual(['a v 9']);
  });

  it('has the greater bytes where the times are equal, or missing', () => {
    expect(line({ v: 'a' }, { v: 'b' }, { v: 'c' })).toEqual({ record: { v: 'c' }, lost: ['a v "b"'] });
  });

  it('merges nested objects by member, arrays by element', () => {
    const base = {
      o: { p: 1, q: { r: 1 } },
      labels: ['x', 'y'],
      deps: [{ id: 1, t: 'a', n: 0 }],
      comments: [{ by: 'b' }],
    };
    const ours = {
      o: { p: 2, q: { r: 1 } },
      labels: ['y', 'z'],
      deps: [{ id: 1, t: 'o', n: 0 }],
      comments: [{ by: 'b' }, { by: 'o' }],
    };
    const theirs = {
      o: { p: 1, q: { r: 3 } },
      labels: ['x', 'y', 'w'],
      deps: [{ id: 1, t: 'a', n: 1 }, { id: 2 }],
      comments: [{ by: 't' }],
    };
    const { record, lost } = line(base, ours, theirs);
    expect(lost).toEqual([]);
    expect(record).toMatchObject({ o: { p: 2, q: { r: 3 } }, deps: [{ id: 1, t: 'o', n: 1 }, { id: 2 }] });
    const { labels, comments } = record as { labels: string[]; comments: { by: string }[] };
    expect(labels.sort()).toEqual(['w', 'y', 'z']);
    expect(comments.map(({ by }) => by).sort()).toEqual(['o', 't']);
  });

  it('takes other arrays whole', () => {
    expect(line({ v: [1] }, { v: [1, 2], updated_at: 2 }, { v: [3], updated_at: 1 })).toEqual({
      record: { v: [1, 2], updated_at: 2 },
      lost: ['a v [3]'],
    });
  });

  it('moves fields together that mean one thing', () => {
    const { record, lost } = line(
      { status: 'open', title: 't', updated_at: 1 },
      { status: 'closed', closed_at: 5, title: 't', updated_at: 5 },
      { status: 'blocked', title: 'u', updated_at: 9 },
    );
    expect(record).toEqual({ status: 'blocked', title: 'u', updated_at: 9 });
    expect(lost).toEqual(['a closed_at 5', 'a status "closed"']);
  });

  it('keeps what only has the name of a time or a hash', () => {
    const base = { created: 'one', digest: 'd', synced: 'no', updated_at: 1 };
    const ours = { created: 'two', digest: 'a b', synced: 'later', updated_at: 3 };
    const theirs = { created: 'three', digest: 'c d', synced: '2026-01-01T00:00:00Z', updated_at: 2 };
    expect(line(base, ours, theirs)).toEqual({
      record: ours,
      lost: ['a created "three"', 'a digest "c d"', 'a synced "2026-01-01T00:00:00Z"'],
    });
  });

  it('takes times of change and hashes for no conflict; a line that says what a side says is that side’s', () => {
    const base = { v: 1, w: 1, updated_at: 1, content_hash: 'b' };
    expect(
      line(base, { ...base, updated_at: 3, content_hash: 'o' }, { ...base, updated_at: 2, content_hash: 't' }),
    ).toEqual({
      record: { ...base, updated_at: 3, content_hash: 'o' },
      lost: [],
    });
    const ours = { ...base, v: 2, updated_at: 2, content_hash: 'o' };
    const theirs = { ...base, v: 2, w: 2, updated_at: 3, content_hash: 't' };
    expect(line(base, ours, theirs)).toEqual({ record: theirs, lost: [] });
  });

  it('keeps the style of the line, and numbers to the last digit', () => {
    const result = merged(
      ['{"id": "a", "n": 1, "v": [1, 2]}'],
      ['{"id": "a", "n": 12345678901234567890, "v": [1, 2]}'],
      ['{"id": "a", "n": 1, "v": [1, 2], "w": {"x": 1.50}}'],
    );
    expect(result.text).toBe('{"id": "a", "n": 12345678901234567890, "v": [1, 2], "w": {"x": 1.50}}\n');
  });
});

describe('lines', () => {
  const rec = (id: string, v = 0): string => `{"id":"${id}","v":${v}}`;

  it('keep their order and their bytes; added ones stand where their side has them', () => {
    const base = [rec('c'), '{ "id" : "a" }', rec('b')];
    expect(merged(base, [...base, rec('x')], [rec('y'), ...base]).text).toBe(text(rec('y'), ...base, rec('x')));
    expect(merged(base, [rec('b'), rec('c'), '{ "id" : "a" }'], [...base, rec('z')]).text).toBe(
      text(rec('b'), rec('z'), rec('c'), '{ "id" : "a" }'),
    );
  });

  it('of a sorted file stay sorted', () => {
    expect(
      merged(
        ['b', 'd'].map((id) => rec(id)),
        ['a', 'b', 'c', 'd'].map((id) => rec(id)),
        ['b', 'bb', 'd', 'e'].map((id) => rec(id)),
      ).text,
    ).toBe(text(...['a', 'b', 'bb', 'c', 'd', 'e'].map((id) => rec(id))));
  });

  it('removed on one side are gone, unless the other changed them', () => {
    expect(merged([rec('a'), rec('b')], [], [rec('a', 1), rec('b')]).text).toBe(text(rec('a', 1)));
  });

  it('with an id that stands on several of them all stay', () => {
    const [one, two, three] = [rec('a', 1), rec('a', 2), rec('a', 3)];
    expect(merged([one], [one, two], [one, three]).text).toBe(text(one, two, three));
    expect(merged([one, two], [one, two], [two]).text).toBe(text(two));
    expect(merged([], [one, one], [rec('b')]).text).toBe(text(one, one, rec('b')));
  });

  it('of a base with markers or repeated ids are no base', () => {
    const base = ['<<<<<<< x', rec('a', 1), '=======', rec('a', 2), '>>>>>>> y'];
    expect(merged(base, [rec('a', 1)], [rec('a', 2)])).toMatchObject({
      text: text(rec('a', 2)),
      losses: [{ id: 'a', loss: { lost: '1' } }],
    });
  });

  it('that cannot be read leave a conflict in their place, and everything else merged', () => {
    const sides = {
      base: text(rec('a'), rec('b')),
      ours: text(rec('a', 1), '{"id":"b","v'),
      theirs: text(rec('a'), rec('b', 2)),
    };
    const { text: result, problems } = mergeJsonFile(sides, OPTIONS);
    expect(result).toBe(
      text(
        rec('a', 1),
        '<<<<<<< ours',
        '{"id":"b","v',
        '||||||| base',
        rec('b'),
        '=======',
        rec('b', 2),
        '>>>>>>> theirs',
      ),
    );
    expect(problems).toEqual([expect.stringMatching(/^ours:2: column \d+: /)]);
    // Nor can it be merged when the base has it as well.
    const repeated = { ...sides, base: text(rec('a'), '{"id":"b","v', rec('b')), theirs: text(rec('a'), rec('b', 2)) };
    expect(mergeJsonFile(repeated, OPTIONS).problems).toEqual([expect.stringMatching(/^ours:2: column \d+: /)]);
    expect(mergeJsonFile({ ...sides, ours: text('<<<<<<< x', rec('b')) }, OPTIONS).text).toMatch(
      /^<<<<<<< ours\n<<<<<<< x\n/,
    );
  });

  it('end as on the side that changed that', () => {
    const ends = (ours: string, theirs: string): string =>
      mergeJsonFile({ base: text(rec('a')), ours, theirs }, OPTIONS).text;
    expect(ends(`${rec('a')}\r\n`, text(rec('a'), rec('b')))).toBe(`${rec('a')}\r\n${rec('b')}\r\n`);
    expect(ends(rec('a'), text(rec('a'), rec('b')))).toBe(`${rec('a')}\n${rec('b')}`);
  });

  it('begin with a byte order mark as on the side that changed that, and the first one merges all the same', () => {
    const [base, ours, theirs] = [
      { x: 1, y: 1 },
      { x: 2, y: 1 },
      { x: 1, y: 2 },
    ].map((record) => text(JSON.stringify({ id: 'a', ...record }), rec('b'))) as [string, string, string];
    const both = text('{"id":"a","x":2,"y":2}', rec('b'));
    for (const [marks, expected] of [
      [['\uFEFF', '\uFEFF', '\uFEFF'], `\uFEFF${both}`],
      [['', '\uFEFF', ''], `\uFEFF${both}`],
      [['\uFEFF', '\uFEFF', ''], both],
    ] as const) {
      const sides = { base: marks[0] + base, ours: marks[1] + ours, theirs: marks[2] + theirs };
      for (const each of [sides, swapped(sides)]) {
        expect(mergeJsonFile(each, OPTIONS)).toEqual({ text: expected, losses: [], problems: [] });
      }
    }
  });
});

describe('3,000 issues with disjoint edits on both sides', () => {
  const issue = (n: number): Record<string, unknown> => ({
    id: `tr-${n}`,
    title: `Issue number ${n}`,
    description: `What is wrong with part ${n * 7}: \u00fcber \u{1F41B} "quoted"\nsecond line`,
    status: 'open',
    priority: n % 5,
    labels: ['area', `part-${n % 40}`],
    dependencies: n > 0 ? [{ id: `tr-${n - 1}`, type: 'blocks' }] : [],
    created_at: '2026-01-01T00:00:00.123456+01:00',
    updated_at: `2026-02-01T00:00:00.${String(n).padStart(6, '0')}+01:00`,
  });
  const base = Array.from({ length: 3000 }, (_, n) => issue(n));
  const later = { updated_at: '2026-03-01T00:00:00Z' };
  const write = (records: readonly object[]): string => text(...records.map((record) => JSON.stringify(record)));
  const ours = base
    .filter((_, n) => n % 100 !== 7)
    .map((record, n) =>
      n % 3 === 0
        ? { ...record, title: `${String(record['title'])} (ours)`, labels: ['area', 'ours'], ...later }
        : record,
    );
  const theirs = [
    ...base
      .filter((_, n) => n % 100 !== 9)
      .map((record, n) =>
        n % 3 === 0
          ? { ...record, priority: 9, status: 'closed', closed_at: 'now', updated_at: '2026-04-01T00:00:00Z' }
          : record,
      ),
    { id: 'tr-new', title: 'new' },
  ];

  it('lose nothing, and merge the same either way', () => {
    const sides = { base: write(base), ours: write(ours), theirs: write(theirs) };
    const { text: result, losses, problems } = mergeJsonFile(sides, OPTIONS);
    expect([losses, problems]).toEqual([[], []]);
    expect(mergeJsonFile(swapped(sides), OPTIONS).text).toBe(result);
    const byId = (records: readonly Record<string, unknown>[]): Map<unknown, Record<string, unknown>> =>
      new Map(records.map((record) => [record['id'], record]));
    const after = byId(
      result
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each) as Record<string, unknown>),
    );
    const [b, o, t] = [base, ours, theirs].map(byId) as [typeof after, typeof after, typeof after];
    let both = 0;
    for (const id of new Set([...o.keys(), ...t.keys()])) {
      const [was, mine, other, now] = [b.get(id), o.get(id), t.get(id), after.get(id)];
      if (mine === undefined || other === undefined) {
        // Deleted on one side: gone where the other left it alone.
        const present = mine ?? other;
        expect(now).toEqual(JSON.stringify(present) === JSON.stringify(was) ? undefined : present);
        continue;
      }
      if (mine['title'] !== was?.['title'] && other['priority'] !== was?.['priority']) both++;
      for (const [name, value] of Object.entries({ ...mine, ...other })) {
        const same = (side: Record<string, unknown>): boolean =>
          JSON.stringify(side[name]) === JSON.stringify(was?.[name]);
        const isMerged = name === 'updated_at' && !same(mine) && !same(other);
        expect(now?.[name]).toEqual(isMerged ? '2026-04-01T00:00:01Z' : same(mine) ? value : mine[name]);
      }
    }
    expect(both).toBeGreaterThan(100);
  });
});

describe('any three versions', () => {
  const value = fc.oneof(
    fc.constantFrom(1, 2, 'x', 'y', null, true),
    fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { maxLength: 3 }),
    fc.record({ m: fc.constantFrom(1, 2), n: fc.constantFrom(1, 2) }, { requiredKeys: [] }),
  );
  const record = fc.record(
    {
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      v: value,
      w: value,
      status: fc.constantFrom('o', 'c'),
      closed_at: fc.constantFrom(1, 2),
      updated_at: fc.constantFrom(1, 2, 3),
    },
    { requiredKeys: ['id'] },
  );
  const side = (selector?: (record: { id: string }) => string): fc.Arbitrary<string> =>
    (selector === undefined
      ? fc.array(record, { maxLength: 5 })
      : fc.uniqueArray(record, { maxLength: 4, selector })
    ).map((records) => text(...records.map((each) => JSON.stringify(each))));

  it('merge the same either way; x with itself and with the base is x', () => {
    fc.assert(
      fc.property(side(), side(), side(), (base, ours, theirs) => {
        const merge = (b: string, o: string, t: string): string =>
          mergeJsonFile({ base: b, ours: o, theirs: t }, OPTIONS).text;
        expect(merge(base, ours, theirs)).toBe(merge(base, theirs, ours));
        expect(merge(base, ours, ours)).toBe(ours);
        expect(merge(base, ours, base)).toBe(ours);
      }),
      { numRuns: 1000 },
    );
  });

  it('lose no value without saying so, and no change of one side', () => {
    const unique = side(({ id }) => id);
    const read = (file: string): Map<string, Record<string, unknown>> =>
      new Map(
        file
          .split('\n')
          .filter((each) => each !== '')
          .map((each) => JSON.parse(each) as Record<string, unknown>)
          .map((each) => [String(each['id']), each]),
      );
    fc.assert(
      fc.property(unique, unique, unique, (base, ours, theirs) => {
        const { text: result, losses } = mergeJsonFile({ base, ours, theirs }, PLAIN);
        const [b, o, t, m] = [base, ours, theirs, result].map(read) as [
          ReturnType<typeof read>,
          ReturnType<typeof read>,
          ReturnType<typeof read>,
          ReturnType<typeof read>,
        ];
        for (const [id, mine] of o) {
          const [was, other, now] = [b.get(id), t.get(id), m.get(id)];
          if (other === undefined) {
            expect(now).toEqual(JSON.stringify(mine) === JSON.stringify(was) ? undefined : mine);
            continue;
          }
          for (const [name, token] of Object.entries(mine)) {
            const [before, there, after] = [was?.[name], other[name], now?.[name]].map((each) => JSON.stringify(each));
            const here = JSON.stringify(token);
            if (here === before || here === after || name.endsWith('_at')) continue;
            if (was !== undefined && there === before) expect(after, `${id}.${name}`).toBe(here);
            // A nested value merges by its parts.
            else if (was === undefined || typeof token !== 'object' || token === null) {
              expect(
                losses.some(({ id: of, loss }) => of === id && loss.field === name && loss.lost === here),
                `${id}.${name}`,
              ).toBe(true);
            }
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
