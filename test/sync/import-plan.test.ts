import { describe, expect, it } from 'vitest';

import { keepsNaturalKey } from '../../src/sync/import/plan.js';
import { compareUtf8 } from '../../src/record/order.js';
import { lineOf, sample } from '../record/samples.js';
import { B, deleted, line, lost, lostWhole, plan, row } from './import-input.js';

describe('three-way, by the rows of the table', () => {
  it('takes any version where the database has neither row nor tombstone', () => {
    for (const isSeen of [true, false]) {
      for (const file of [line('a', 5), deleted(5), line('a', 2000)]) {
        const result = 'content' in file ? file.content : file;
        expect(plan({ file, isSeen, state: undefined })).toEqual({ result, losses: [] });
        expect(plan({ file, isSeen, state: undefined, base: undefined })).toEqual({ result, losses: [] });
      }
    }
  });

  it('keeps the database where the file has the base', () => {
    for (const state of [B.content, row('mine'), deleted(1)]) {
      expect(plan({ file: B, isSeen: true, state })).toEqual({ result: state, losses: [] });
    }
    const tombstone = deleted(1000);
    const again = row('again');
    expect(plan({ file: tombstone, isSeen: true, base: deleted(1000), state: again })).toEqual({
      result: again,
      losses: [],
    });
  });

  it('takes the very deletion that the database has for no old version, wherever it stands', () => {
    const state = deleted(2000);
    expect(plan({ file: deleted(2000), isSeen: true, state, base: undefined })).toEqual({ result: state, losses: [] });
  });

  it('keeps the database where the file has an old version, and says so', () => {
    for (const file of [line('old', 500), deleted(500), line('old', 3000)]) {
      for (const state of [B.content, row('mine'), deleted(2000)]) {
        expect(plan({ file, isSeen: true, state })).toEqual({ result: state, losses: [], rolledBack: true });
      }
    }
  });

  it('has nothing to do where the file says what the row does', () => {
    for (const stamp of [500, 1000, 2000]) {
      const state = row('same');
      expect(plan({ file: line('same', stamp), state })).toEqual({ result: state, losses: [] });
    }
  });

  it('takes news where the database did not change', () => {
    const news = line('news', 1001);
    expect(plan({ file: news })).toEqual({ result: news.content, losses: [] });
    expect(plan({ file: deleted(1001) })).toEqual({ result: deleted(1001), losses: [] });
    const back = line('back', 1001);
    expect(plan({ file: back, base: deleted(1000), state: deleted(1000) })).toEqual({
      result: back.content,
      losses: [],
    });
  });

  it('merges news field by field where both changed', () => {
    const mine = sample('issue', { title: 'mine', updated_at: 300 });
    const file = lineOf(sample('issue', { title: 'base', details: 'theirs', updated_at: 400 }), 1001);
    expect(plan({ file, state: mine })).toEqual({
      result: sample('issue', { title: 'mine', details: 'theirs', updated_at: 400 }),
      losses: [],
    });
    expect(plan({ file: line('theirs', 1001, 400), state: mine })).toEqual({
      result: row('theirs', 400),
      losses: [lost('merge', 'theirs', 'mine', 'base')],
    });
  });

  it('lets the later of a deletion and an edit count, equal: deleted', () => {
    const mine = row('mine', 1500);
    expect(plan({ file: deleted(1499), state: mine })).toEqual({ result: mine, losses: [] });
    for (const stamp of [1500, 1501]) {
      const file = deleted(stamp);
      expect(plan({ file, state: mine })).toEqual({ result: file, losses: [lostWhole('deleted', mine)] });
    }
    const state = deleted(1500);
    const late = line('late', 1501);
    expect(plan({ file: late, state })).toEqual({ result: late.content, losses: [] });
    for (const stamp of [1499, 1500]) {
      const file = line('early', stamp);
      expect(plan({ file, state })).toEqual({ result: state, losses: [lostWhole('deleted', file.content)] });
    }
  });

  it('keeps the database against an unseen version that does not come after the base', () => {
    for (const stamp of [999, 1000]) {
      const file = line('other', stamp);
      expect(plan({ file })).toEqual({ result: B.content, losses: [lost('older version', 'base', 'other')] });
      const mine = row('mine');
      expect(plan({ file, state: mine })).toEqual({ result: mine, losses: [lost('older version', 'mine', 'other')] });
      const state = deleted(1);
      expect(plan({ file, state })).toEqual({ result: state, losses: [lostWhole('older version', file.content)] });
    }
    expect(plan({ file: deleted(999) })).toEqual({ result: B.content, losses: [] });
  });

  it('takes an unseen tombstone of the time of the base as later', () => {
    const file = deleted(1000);
    expect(plan({ file })).toEqual({ result: file, losses: [] });
    const mine = row('mine', 900);
    expect(plan({ file, state: mine })).toEqual({ result: file, losses: [lostWhole('deleted', mine)] });
  });

  it('takes the greater of two tombstones', () => {
    const [less, more] = [deleted(1500, 'ann'), deleted(1500, 'bob')];
    for (const base of [B, undefined, deleted(1000)]) {
      expect(plan({ file: less, state: more, base })).toEqual({ result: more, losses: [] });
      expect(plan({ file: more, state: less, base })).toEqual({ result: more, losses: [] });
    }
  });

  it('takes the later whole where there is no base: a row that was never exported by its `updated_at`', () => {
    const [early, late] = [row('early', 300), row('late', 400)];
    const kept = lost('later version', 'late', 'early');
    expect(plan({ file: lineOf(early, 1), base: undefined, state: late })).toEqual({ result: late, losses: [kept] });
    expect(plan({ file: lineOf(late, 1), base: undefined, state: early })).toEqual({ result: late, losses: [kept] });
    const [a, b] = [row('a'), row('b')];
    expect(plan({ file: lineOf(a, 9000), base: undefined, state: b }).result).toEqual(b);
    expect(plan({ file: lineOf(b, 1), base: undefined, state: a }).result).toEqual(b);
    expect(plan({ file: deleted(399), base: undefined, state: late })).toEqual({ result: late, losses: [] });
    const gone = { result: deleted(400), losses: [lostWhole('deleted', late)] };
    expect(plan({ file: deleted(400), base: undefined, state: late })).toEqual(gone);
    expect(plan({ file: lineOf(late, 401), base: undefined, state: deleted(400) })).toEqual({
      result: late,
      losses: [],
    });
    expect(plan({ file: lineOf(late, 400), base: undefined, state: deleted(400) })).toEqual(gone);
  });

  it('keeps a row that was made again after the deletion that is the base', () => {
    const again = row('again');
    const file = line('theirs', 2000, 900);
    expect(plan({ file, base: deleted(1000), state: again })).toEqual({
      result: again,
      losses: [lost('later version', 'again', 'theirs')],
    });
  });
});

describe('keepsNaturalKey', () => {
  it('is true for the record that was made first, then for the smaller id', () => {
    const item = (id: string, created: number) => sample('context_item', { id, created_at: created });
    expect(keepsNaturalKey(item('b', 1), item('a', 2), compareUtf8)).toBe(true);
    expect(keepsNaturalKey(item('a', 2), item('b', 1), compareUtf8)).toBe(false);
    expect(keepsNaturalKey(item('\uffff', 1), item('\u{1f680}', 1), compareUtf8)).toBe(true);
    expect(keepsNaturalKey(item('\u{1f680}', 1), item('\uffff', 1), compareUtf8)).toBe(false);
  });
});
