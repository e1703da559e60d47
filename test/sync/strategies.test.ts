import { describe, expect, it } from 'vitest';

import { MergeStrategy } from '../../src/sync/import/plan.js';
import { B, deleted, line, lost, lostWhole, plan, row } from './import-input.js';

describe('prefer-newer', () => {
  const strategy = MergeStrategy.PreferNewer;

  it('takes the greater `updated_at` whole, then the greater bytes', () => {
    const mine = row('mine', 300);
    expect(plan({ strategy, file: line('news', 2000, 299), state: mine })).toEqual({
      result: mine,
      losses: [lost('prefer-newer', 'mine', 'news')],
    });
    const newer = line('news', 2000, 301);
    expect(plan({ strategy, file: newer, state: mine })).toEqual({
      result: newer.content,
      losses: [lost('prefer-newer', 'news', 'mine')],
    });
    expect(plan({ strategy, file: line('a', 2000, 300), state: mine }).result).toEqual(mine);
    expect(plan({ strategy, file: line('z', 2000, 300), state: mine }).result).toEqual(row('z', 300));
  });

  it('looks at versions that were seen elsewhere too, and keeps the database against ones older than the base', () => {
    const mine = row('mine', 300);
    const other = line('other', 1500, 301);
    expect(plan({ strategy, file: other, isSeen: true, state: mine }).result).toEqual(other.content);
    expect(plan({ strategy, file: line('old', 500, 301), isSeen: true, state: mine })).toEqual({
      result: mine,
      losses: [lost('older version', 'mine', 'old')],
    });
  });

  it('decides about deletions as three-way does', () => {
    expect(plan({ strategy, file: deleted(1500) }).result).toEqual(deleted(1500));
    expect(plan({ strategy, file: deleted(1500), state: row('mine', 1600) }).result).toEqual(row('mine', 1600));
  });
});

describe('prefer-local', () => {
  const strategy = MergeStrategy.PreferLocal;

  it("keeps the database's, and the file's values go to the journal", () => {
    const file = line('news', 2000, 900);
    expect(plan({ strategy, file })).toEqual({ result: B.content, losses: [lost('prefer-local', 'base', 'news')] });
    expect(plan({ strategy, file: deleted(2000) })).toEqual({ result: B.content, losses: [] });
    const state = deleted(1);
    expect(plan({ strategy, file, state })).toEqual({
      result: state,
      losses: [lostWhole('prefer-local', file.content)],
    });
  });

  it('takes what the database lacks', () => {
    const file = line('news', 2000);
    expect(plan({ strategy, file, state: undefined })).toEqual({ result: file.content, losses: [] });
  });
});

describe('prefer-external', () => {
  const strategy = MergeStrategy.PreferExternal;

  it("takes the file's, and the database's values go to the journal", () => {
    for (const [file, isSeen] of [
      [line('news', 2000), false],
      [line('other', 1), false],
      [B, true],
    ] as const) {
      const title = file === B ? 'base' : file.stamp === 1 ? 'other' : 'news';
      expect(plan({ strategy, file, isSeen, state: row('mine', 900) })).toEqual({
        result: file.content,
        losses: [lost('prefer-external', title, 'mine')],
      });
    }
    expect(plan({ strategy, file: deleted(1) })).toEqual({
      result: deleted(1),
      losses: [lostWhole('prefer-external', B.content)],
    });
    const news = line('news', 1);
    expect(plan({ strategy, file: news, state: deleted(9000) })).toEqual({ result: news.content, losses: [] });
    expect(plan({ strategy, file: news, state: undefined })).toEqual({ result: news.content, losses: [] });
  });

  it('gives an old version that it takes a new stamp', () => {
    const old = line('old', 500);
    expect(plan({ strategy, file: old, isSeen: true })).toMatchObject({ result: old.content, restamp: true });
    expect(plan({ strategy, file: old, isSeen: false })).not.toHaveProperty('restamp');
    expect(plan({ strategy, file: B, isSeen: true })).not.toHaveProperty('restamp');
  });
});
