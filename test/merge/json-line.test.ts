import { describe, expect, it } from 'vitest';

import { mergeJsonFile } from '../../src/merge/json-file.js';
import { BY_ID, conflictOf, mergedLines } from './json-helpers.js';

const line = (record: object): string => JSON.stringify({ id: 'a', ...record });

describe('a record that both sides made with one key', () => {
  const ann = line({
    title: 'Fix login',
    by: 'ann',
    created_at: '2026-01-02T00:00:00Z',
    updated_at: '2026-01-02T00:00:00Z',
  });
  const bob = line({
    title: 'Write docs',
    notes: 'n',
    created_at: '2026-01-03T00:00:00Z',
    updated_at: '2026-01-03T00:00:00Z',
  });

  it('is two records where their creation differs: a conflict of their own, and the rest merges', () => {
    const other = line({ id: 'b' });
    const { text, losses, problems } = conflictOf({ base: '', ours: `${ann}\n`, theirs: `${bob}\n${other}\n` });
    expect(text).toBe(`<<<<<<< ours\n${ann}\n||||||| base\n=======\n${bob}\n>>>>>>> theirs\n${other}\n`);
    expect(losses).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^ours:1: .*created_at differs/)]);
    for (const [one, two] of [
      [
        { created_by: 'ann', created_at: 1 },
        { created_by: 'bob', created_at: 1 },
      ],
      [{ createdAt: '2026-01-01' }, { createdAt: '2026-01-02' }],
      [{ created: 'monday' }, { created: 'tuesday' }],
    ] as const) {
      conflictOf({ base: '', ours: line(one), theirs: line(two) });
    }
  });

  it('is else the later one whole, and what the other one says is noted', () => {
    const at = '2026-01-01T00:00:00Z';
    const one = line({ title: 'one', only: 1, created_at: at, updated_at: '2026-01-02T00:00:00Z' });
    const two = line({ title: 'two', created_at: '2026-01-01 00:00:00+0000', updated_at: '2026-01-03' });
    expect(mergedLines([], [one], [two])).toEqual([two]);
    const sides = { base: '', ours: `${one}\n`, theirs: `${two}\n` };
    const { losses } = mergeJsonFile(sides, BY_ID);
    expect(losses.map(({ id, loss }) => [id, loss.field, loss.kept, loss.lost])).toEqual([
      ['a', 'title', '"two"', '"one"'],
      ['a', 'only', null, '1'],
    ]);
  });
});

describe('a record that took the key of a deleted one', () => {
  const at = (day: number, more: object): string =>
    line({ ...more, created_at: `2026-01-0${day}`, updated_at: `2026-01-0${day + 1}` });
  const old = at(1, { title: 'Old', details: 'of the old one' });
  const made = at(4, { title: 'New', details: 'of the new one' });

  it('is never mixed with what the other side made of the old one', () => {
    const edited = at(1, { title: 'Old', details: 'of the old one, edited', done: true });
    const { text, losses, problems } = conflictOf({ base: `${old}\n`, ours: `${made}\n`, theirs: `${edited}\n` });
    expect(text).toBe(`<<<<<<< ours\n${made}\n||||||| base\n${old}\n=======\n${edited}\n>>>>>>> theirs\n`);
    expect(losses).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^ours:1: two records have this key, since created_at differs/)]);
    conflictOf({ base: `${old}\n`, ours: `${made}\n`, theirs: `${at(5, { title: 'Other' })}\n` });
  });

  it('is there where the other side left the old one alone, or deleted it', () => {
    expect(mergedLines([old], [made], [old])).toEqual([made]);
    expect(mergedLines([old], [made], [])).toEqual([made]);
    expect(mergedLines([old], [made], [made])).toEqual([made]);
  });

  it('is none where only the notation of its creation was changed', () => {
    const [one, other] = [
      { a: 2, b: 1, created_at: '2026-01-01' },
      { a: 1, b: 2, created_at: '2026-01-01T00:00:00Z' },
    ];
    expect(mergedLines([line({ a: 1, b: 1, created_at: '2026-01-01 00:00' })], [line(one)], [line(other)])).toEqual([
      line({ ...one, b: 2, created_at: other.created_at }),
    ]);
  });
});

describe('the time of a merged record', () => {
  const merge = (b: object, o: object, t: object, updated?: string): unknown =>
    JSON.parse(mergedLines([line(b)], [line(o)], [line(t)], { updated })[0] ?? '');

  it('is later than that of both sides, by the smallest step of its own notation', () => {
    for (const [base, ours, theirs, result] of [
      ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-03T00:00:01Z'],
      ['2026-01-01T00:00:00.5', '2026-01-02T00:00:00.123456', '2026-01-02T00:00:00', '2026-01-02T00:00:00.123457'],
      ['2026-01-01', '2026-01-02', '2026-01-02', '2026-01-03'],
      [1, 5, 4, 6],
      [1, 1767225600000, '2026-01-01T00:00:00Z', 1767225600001],
    ]) {
      expect(
        merge({ v: 1, w: 1, updated_at: base }, { v: 2, w: 1, updated_at: ours }, { v: 1, w: 2, updated_at: theirs }),
      ).toEqual({ id: 'a', v: 2, w: 2, updated_at: result });
    }
  });

  it('is that of a side where the record is', () => {
    expect(merge({ v: 1, updated_at: 1 }, { v: 2, updated_at: 2 }, { v: 2, updated_at: 3 })).toMatchObject({
      updated_at: 3,
    });
    const sums = { content_hash: 'o', updated_at: 5 };
    expect(
      merge({ v: 1, content_hash: 'b', updated_at: 1 }, { v: 2, ...sums }, { v: 1, content_hash: 't', updated_at: 4 }),
    ).toEqual({
      id: 'a',
      v: 2,
      ...sums,
    });
  });

  it('is later than that of a side that only set the time, which would else skip the change', () => {
    expect(
      merge(
        { v: 1, content_hash: 'b', updated_at: 1 },
        { v: 2, content_hash: 'o', updated_at: 2 },
        { v: 1, content_hash: 'b', updated_at: 9 },
      ),
    ).toEqual({ id: 'a', v: 2, content_hash: 'o', updated_at: 10 });
  });

  it('has the sum of the side that says the same, whatever field the time is in', () => {
    const sides = [
      { v: 1, stamp: 1, hash: 'b' },
      { v: 2, stamp: 2, hash: 'o' },
      { v: 1, stamp: 9, hash: 't' },
    ] as const;
    expect(merge(...sides, 'stamp')).toEqual({ id: 'a', v: 2, stamp: 10, hash: 'o' });
  });

  it('is in a field that is known whatever its case and the signs between its words', () => {
    for (const name of [
      'updatedAt',
      'UpdatedAt',
      'updated-at',
      'last_edited_time',
      'lastModifiedDate',
      'Last Update',
    ]) {
      expect(merge({ v: 1, w: 1, [name]: 1 }, { v: 2, w: 1, [name]: 5 }, { v: 3, w: 2, [name]: 4 })).toEqual({
        id: 'a',
        v: 2,
        w: 2,
        [name]: 6,
      });
    }
    expect(
      merge({ v: 1, mtime: 1, updated: 1 }, { v: 2, mtime: 5, updated: 2 }, { v: 3, mtime: 4, updated: 9 }),
    ).toEqual({ id: 'a', v: 2, mtime: 6, updated: 9 });
  });

  it('is in the field that was named, or the first known one that is a time', () => {
    const both = (field: string): unknown =>
      merge({ v: 1, w: 1, [field]: 1 }, { v: 2, w: 1, [field]: 2 }, { v: 1, w: 2, [field]: 3 }, field);
    expect(both('stamp')).toEqual({ id: 'a', v: 2, w: 2, stamp: 4 });
    expect(
      merge(
        { v: 1, w: 1, meta: { at: 1 } },
        { v: 2, w: 1, meta: { at: 2 } },
        { v: 1, w: 2, meta: { at: 3 } },
        'meta.at',
      ),
    ).toEqual({ id: 'a', v: 2, w: 2, meta: { at: 4 } });
    expect(
      merge({ v: 1, updated: true, mtime: 1 }, { v: 2, updated: true, mtime: 2 }, { v: 3, updated: true, mtime: 1 }),
    ).toEqual({ id: 'a', v: 2, updated: true, mtime: 2 });
    const named = { v: 8, updated_at: 1, stamp: 9 };
    expect(merge({ v: 7, updated_at: 1, stamp: 1 }, named, { v: 9, updated_at: 5, stamp: 3 }, 'stamp')).toMatchObject({
      v: 8,
    });
  });
});

describe('a line that says the same in another way', () => {
  it('has not changed: what the other side did to the record is done', () => {
    const base = '{"id":"é","v":1,"w":[1,2]}';
    const other = '{ "w": [1.0, 2], "id": "\\u00e9", "v": 1e0 }';
    expect(mergedLines([base], [other], ['{"id":"é","v":2,"w":[1,2]}'])).toEqual(['{"id":"é","v":2,"w":[1,2]}']);
    expect(mergedLines([base], [other], [base])).toEqual([other]);
    expect(mergedLines([base, '{"id":1}'], [other, '{"id":2}'], ['{"id":1}'])).toEqual(['{"id":2}']);
  });

  it('gives each value as its side wrote it, and numbers to the last digit', () => {
    expect(
      mergedLines(
        ['{"id":1,"a":"\\u00e9","n":12345678901234567890,"m":1}'],
        ['{"id":1,"a":"\\u00e9","n":12345678901234567891,"m":1}'],
        ['{"id":1,"a":"é","n":1234567890123456789e1,"m":2}'],
      ),
    ).toEqual(['{"id":1,"a":"é","n":12345678901234567891,"m":2}']);
  });
});
