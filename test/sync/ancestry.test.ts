import { describe, expect, it } from 'vitest';
import { sample } from '../record/samples.js';
import { B, deleted, line, lost, lostWhole, plan, row } from './import-input.js';
import { lineOf } from '../record/samples.js';

const file = line('theirs', 2000, 300);
const before = line('before', 500);

describe('a newer version, where the base is in a commit that only this clone has', () => {
  const onlyHere = [B.content];

  it('is taken; what the base says that the history did not have is lost, and nothing else', () => {
    expect(plan({ file, ancestry: { hasBase: true, onlyHere, before } })).toEqual({
      result: file.content,
      losses: [{ ...lost('later version', 'theirs', 'base'), isOnlyHere: true }],
    });
    const same = line('base', 500);
    expect(plan({ file, ancestry: { hasBase: true, onlyHere, before: same } }).losses).toEqual([]);
    const labelled = sample('issue', { title: 'base', updated_at: 200, labels: ['x'] });
    const { losses } = plan({
      file,
      base: lineOf(labelled, 1000),
      state: labelled,
      ancestry: { hasBase: true, onlyHere: [labelled], before: same },
    });
    expect(losses.map(({ loss }) => loss.field)).toEqual(['labels']);
  });

  it('loses nothing that is not an own value there', () => {
    for (const own of [[], [row('another')]]) {
      expect(plan({ file, ancestry: { hasBase: true, onlyHere: own, before } }).losses).toEqual([]);
    }
  });

  it('keeps a later edit, and says once what that lost', () => {
    const state = row('mine', 100);
    const merged = plan({ file, state, ancestry: { hasBase: true, onlyHere: [state, B.content], before } });
    expect(merged).toEqual({ result: file.content, losses: [lost('merge', 'theirs', 'mine', 'base')] });
  });

  it('deletes, and the record that had such values goes to the journal whole', () => {
    const gone = deleted(2000);
    for (const version of [before, undefined]) {
      expect(plan({ file: gone, ancestry: { hasBase: true, onlyHere, before: version } })).toEqual({
        result: gone,
        losses: [{ ...lostWhole('deleted', B.content), isOnlyHere: true }],
      });
    }
    expect(plan({ file: gone, ancestry: { hasBase: true, onlyHere, before: line('base', 500) } }).losses).toEqual([]);
    expect(plan({ file: gone, ancestry: { hasBase: true } })).toEqual({ result: gone, losses: [] });
  });
});
