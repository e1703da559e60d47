import { describe, expect, it } from 'vitest';

import type { MergedFile } from '../../src/merge/file.js';
import type { JsonFileOptions } from '../../src/merge/json-file.js';
import { mergeBothWays } from './json-helpers.js';

type Options = Partial<JsonFileOptions>;

/** What three versions of the list of a record become, and what lost. */
function merged(
  base: unknown[],
  ours: unknown[],
  theirs: unknown[],
  options: Options = {},
): { list: unknown; lost: string[] } {
  const line = (list: unknown[], at: number): string => `${JSON.stringify({ id: 'x', list, updated_at: at })}\n`;
  const result: MergedFile = mergeBothWays(
    { base: line(base, 1), ours: line(ours, 2), theirs: line(theirs, 3) },
    options,
  );
  const { list } = JSON.parse(result.text) as { list: unknown };
  return { list, lost: result.losses.map(({ loss }) => `${loss.field ?? ''} ${loss.lost}`) };
}

const none: string[] = [];

/** All of some elements, and no other one. */
const inAnyOrder = (...elements: object[]): unknown =>
  expect.toSatisfy((list: unknown[]) => {
    expect(list).toHaveLength(elements.length);
    expect(list).toEqual(expect.arrayContaining(elements));
    return true;
  });

describe('elements of an array', () => {
  it('that both sides added with one number and other content both stay, the one that was made later with a new number', () => {
    const [ann, bob] = [
      { id: 5, by: 'ann', text: 'ship it', created_at: '2026-01-02' },
      { id: 5, by: 'bob', text: 'do not', created_at: '2026-01-03' },
    ];
    const old = { id: 7, by: 'eve', text: 'old', created_at: '2026-01-01' };
    expect(merged([], [ann], [bob])).toEqual({ list: inAnyOrder(ann, { ...bob, id: 6 }), lost: none });
    expect(merged([old], [old, ann], [old, bob])).toEqual({
      list: inAnyOrder(old, ann, { ...bob, id: 8 }),
      lost: none,
    });
    // What has one number twice already is told apart by when it was made.
    const [both, edited] = [
      [bob, ann],
      [{ ...bob, text: 'do not ship' }, ann],
    ];
    const other = { id: 6, by: 'eve', text: 'late', created_at: '2026-01-04' };
    expect(merged(both, edited, [...both, other])).toEqual({ list: [...edited, other], lost: none });
  });

  it('that both sides added alike, but for a time of change or the way a time is written, are one', () => {
    const one = { id: 5, text: 'x', created_at: '2026-01-02T00:00:00Z', updated_at: 1 };
    const other = { ...one, created_at: '2026-01-02 00:00:00', updated_at: 2 };
    expect(merged([], [one], [other]).list).toHaveLength(1);
  });

  it('with one number that the base has merge field by field', () => {
    const base = { id: 5, text: 'a', seen: false };
    expect(merged([base], [{ ...base, text: 'b' }], [{ ...base, seen: true }, { id: 6 }])).toEqual({
      list: [{ id: 5, text: 'b', seen: true }, { id: 6 }],
      lost: none,
    });
    expect(merged([base], [], [base])).toEqual({ list: [], lost: none });
  });

  it('with the number of one that was deleted are others', () => {
    const old = { id: 5, text: 'old', created_at: '2026-01-01' };
    const [edited, made] = [
      { ...old, text: 'edited' },
      { id: 5, text: 'new', created_at: '2026-01-04' },
    ];
    expect(merged([old], [made], [edited])).toEqual({ list: inAnyOrder(edited, { ...made, id: 6 }), lost: none });
    expect(merged([old], [made], [old])).toEqual({ list: [made], lost: none });
    expect(merged([old], [made], [])).toEqual({ list: [made], lost: none });
    const other = { id: 5, text: 'other', created_at: '2026-01-05' };
    expect(merged([old], [made], [other])).toEqual({ list: inAnyOrder(made, { ...other, id: 6 }), lost: none });
  });

  it('that got other numbers in a database are the ones that they were', () => {
    const said = (text: string, id: number): object => ({ id, text, created_at: `2026-01-0${id}` });
    const [a, b, c] = [said('a', 1), said('b', 2), said('c', 3)];
    const at = (element: object, id: number): object => ({ ...element, id });
    // Nothing is there twice, whoever has which number.
    expect(merged([a], [at(a, 4)], [a, b])).toEqual({ list: [at(a, 4), b], lost: none });
    expect(merged([a], [at(a, 4)], [at(a, 3)])).toEqual({ list: [at(a, 3)], lost: none });
    expect(merged([], [at(a, 4)], [a, at(b, 4)])).toEqual({ list: [a, at(b, 4)], lost: none });
    // Each has the number of the other one now.
    expect(merged([a, b], [at(a, 2), at(b, 1)], [a, b, c]).list).toEqual([at(a, 2), at(b, 1), c]);
    // Removed there, numbered anew here.
    expect(merged([a, b], [at(a, 5), b], [b])).toEqual({ list: [b], lost: none });
    // Two of the base cannot both have one number.
    expect(merged([a, b], [at(a, 3), b], [a, at(b, 3)])).toEqual({ list: [at(a, 3), at(b, 4)], lost: none });
    // An edit keeps the number.
    expect(merged([a], [{ ...a, text: 'edited' }], [at(a, 2), at(b, 1)]).list).toEqual([
      { ...a, text: 'edited', id: 2 },
      at(b, 1),
    ]);
  });

  it('that say the same are as many as there were', () => {
    const same = (id: number): object => ({ id, text: '+1', by: 'ann' });
    expect(merged([same(1)], [same(1), same(2)], [same(1)]).list).toEqual([same(1), same(2)]);
    expect(merged([], [same(1), same(2)], [same(1)]).list).toEqual([same(1), same(2)]);
    expect(merged([same(1), same(2)], [same(2)], [same(1), same(2)]).list).toEqual([same(2)]);
  });

  it('of one kind that two people made are two, and so are those with one number of another name', () => {
    const by = (created_by: string): object => ({
      type: 'approved',
      created_by,
      created_at: `2026-01-0${created_by.length}`,
    });
    expect(merged([], [by('ann')], [by('eve')]).list).toEqual(expect.arrayContaining([by('ann'), by('eve')]));
    const note = (text: string, done = false): object => ({ seq: 1, text, done });
    expect(merged([], [note('a')], [note('b')]).list).toEqual(inAnyOrder(note('a'), { ...note('b'), seq: 2 }));
    expect(merged([note('a')], [note('b')], [note('a', true)])).toEqual({ list: [note('b', true)], lost: none });
  });

  it('that stand in an object under one name are never mixed: the later record has its own', () => {
    const line = (by: object, at: number): string => `${JSON.stringify({ id: 'x', by, updated_at: at })}\n`;
    const [one, two] = [{ n: { v: 1, created_at: '2026-01-02' } }, { n: { w: 2, created_at: '2026-01-03' } }];
    for (const base of [{}, { n: { v: 0, created_at: '2026-01-01' } }]) {
      const { text, losses } = mergeBothWays({ base: line(base, 1), ours: line(one, 2), theirs: line(two, 3) });
      expect(text).toBe(line(two, 3));
      expect(losses.map(({ loss }) => [loss.field, loss.lost])).toEqual([['by.n', JSON.stringify(one.n)]]);
    }
    expect(
      mergeBothWays({ base: line({}, 1), ours: line({ n: { v: 1 } }, 2), theirs: line({ n: { w: 2 } }, 3) }).text,
    ).toBe(line({ n: { v: 1, w: 2 } }, 4));
  });

  it('without a number that connect things are known by what they connect', () => {
    const edge = (to: string, type: string, by: string, at: string): object => ({
      issue_id: 'x',
      depends_on_id: to,
      type,
      created_by: by,
      created_at: at,
    });
    const [p, q] = [edge('p', 'blocks', 'ann', '2026-01-01'), edge('q', 'blocks', 'ann', '2026-01-01')];
    const later = edge('r', 'blocks', 'bob', '2026-01-03');
    const { list, lost } = merged([p, q], [p, edge('r', 'blocks', 'ann', '2026-01-02')], [p, q, later]);
    // One edge: as it was made first, with its author; a removed one stays away.
    expect(list).toEqual([p, edge('r', 'blocks', 'ann', '2026-01-02')]);
    expect(lost).toEqual(['list["x","r","blocks"].created_by "bob"']);
    expect(merged([], [edge('r', 'blocks', 'a', '1')], [edge('r', 'parent', 'a', '1')]).list).toHaveLength(2);
  });

  it('without a number that say other things with one reference are two', () => {
    const list = merged([], [{ author_id: 7, text: 'x' }], [{ author_id: 7, text: 'y' }]).list;
    expect(list).toEqual(
      expect.arrayContaining([
        { author_id: 7, text: 'x' },
        { author_id: 7, text: 'y' },
      ]),
    );
  });

  it('are known by the key that was named for them, also within another object', () => {
    const options = { elements: new Map([['list', 'at.x,at.y']]) };
    const cell = (v: object): object => ({ at: { x: 1, y: 2 }, ...v });
    expect(merged([cell({ v: 1, w: 1 })], [cell({ v: 2, w: 1 })], [cell({ v: 1, w: 2 })], options).list).toEqual([
      cell({ v: 2, w: 2 }),
    ]);
    const two = merged([], [cell({ v: 2 })], [cell({ v: 3 })], options);
    expect(two).toEqual({ list: [cell({ v: 3 })], lost: ['list[1,2].v 2'] });
    const within = { keys: ['id'], elements: new Map([['meta.list', 'n']]) };
    const line = (a: number, b: number): string => `{"id":1,"meta":{"list":[{"n":"k","a":${a},"b":${b}}]}}\n`;
    expect(mergeBothWays({ base: line(1, 1), ours: line(2, 1), theirs: line(1, 2) }, within).text).toBe(line(2, 2));
  });

  it('merge by value, and keep their text', () => {
    const line = (list: string): string => `{"id": 1, "list": ${list}}\n`;
    const sides = {
      base: line('["caf\\u00e9", "b"]'),
      ours: line('["café", "b", "\\u0063"]'),
      theirs: line('["caf\\u00e9", "d"]'),
    };
    const { text, losses } = mergeBothWays(sides);
    expect(losses).toEqual([]);
    expect(JSON.parse(text)).toEqual({ id: 1, list: expect.arrayContaining(['café', 'c', 'd']) as unknown });
    expect(text).toContain('"café", ');
    expect(text).toContain('"\\u0063"');
  });

  it('of other kinds, or that stand twice, are one value', () => {
    expect(merged([1], [1, 2], [3])).toEqual({ list: [3], lost: ['list [1,2]'] });
    expect(merged(['a'], ['a', 'a'], ['b']).lost).toEqual(['list ["a","a"]']);
  });
});
