import { describe, expect, it } from 'vitest';

import { asVersion, fileState } from '../../src/merge/file-state.js';
import { canonicalBytes } from '../../src/merge/record.js';
import { sameContent } from '../../src/record/content.js';
import { laterTombstone, present, sameVersion, saySame } from '../../src/record/version.js';
import { editedLineOf, lineOf, sample, tombstoneOf } from '../record/samples.js';

const title = (value: string, updated = 200) => sample('issue', { title: value, updated_at: updated });
const tombstone = (stamp: number, by?: string) => tombstoneOf('issue', 'issue_1', stamp, by);

describe('fileState', () => {
  it('is nothing where there are no lines', () => {
    expect(fileState([], [], 'portable')).toEqual({ version: undefined, losses: [] });
  });

  it('is the one line itself', () => {
    const line = lineOf(title('a'), 5);
    expect(fileState([line], [], 'portable')).toEqual({ version: line, losses: [] });
  });

  it('is the next version of a line that was edited by hand, or stands in the other form', () => {
    for (const [line, form] of [
      [editedLineOf(title('a'), 5), 'portable'],
      [lineOf(title('a'), 5, 'absolute'), 'portable'],
      [lineOf(title('a'), 5), 'absolute'],
    ] as const) {
      expect(fileState([line], [], form)).toEqual({ version: present(line.content, 6), losses: [] });
      expect(asVersion(line, form)).toEqual(present(line.content, 6));
    }
    const absolute = lineOf(title('a'), 5, 'absolute');
    expect(asVersion(absolute, 'absolute')).toBe(absolute);
  });

  it('is the later of two lines, the other one named as lost', () => {
    const [early, late] = [lineOf(title('early', 900), 5), lineOf(title('late'), 6)];
    for (const lines of [
      [early, late],
      [late, early],
    ]) {
      const { version, losses } = fileState(lines, [], 'portable');
      expect(version).toBe(late);
      expect(losses).toEqual([
        { why: 'duplicate', loss: { field: 'title', base: null, kept: '"late"', lost: '"early"' } },
      ]);
    }
  });

  it('is a line that stands twice, without a word', () => {
    const line = lineOf(title('a'), 5);
    expect(fileState([line, lineOf(title('a'), 5)], [], 'portable')).toEqual({ version: line, losses: [] });
  });

  it('is the same for any order of three lines', () => {
    const lines = [lineOf(title('a', 3), 5), lineOf(title('b', 2), 5), lineOf(title('c', 1), 9)];
    const [a, b, c] = lines as [(typeof lines)[0], (typeof lines)[0], (typeof lines)[0]];
    for (const order of [lines, [c, b, a], [b, c, a]]) {
      const { version, losses } = fileState(order, [], 'portable');
      expect(version).toBe(c);
      expect(losses.map(({ loss }) => loss.lost).sort()).toEqual(['"a"', '"b"']);
    }
  });

  it('is the greater tombstone', () => {
    expect(fileState([], [tombstone(5, 'bob'), tombstone(6, 'ann')], 'portable').version).toMatchObject({ stamp: 6 });
    expect(fileState([], [tombstone(5, 'bob'), tombstone(5, 'ann')], 'portable').version).toMatchObject({ by: 'bob' });
  });

  it('is a tombstone where that stands beside an earlier line or one of its time; the line is lost whole', () => {
    for (const stamp of [5, 6]) {
      const line = lineOf(title('a'), stamp);
      const deleted = tombstone(6);
      expect(fileState([line], [deleted], 'portable')).toEqual({
        version: deleted,
        losses: [{ why: 'deleted', loss: { field: null, base: null, kept: null, lost: canonicalBytes(line.content) } }],
      });
    }
  });

  it('is a line that is later than the tombstone beside it, an edit by hand counted', () => {
    const line = lineOf(title('a'), 7);
    expect(fileState([line], [tombstone(6)], 'portable')).toEqual({ version: line, losses: [] });
    const edited = editedLineOf(title('a'), 6);
    expect(fileState([edited], [tombstone(6)], 'portable').version).toMatchObject({ stamp: 7 });
  });
});

describe('sameVersion', () => {
  const line = lineOf(title('a'), 5);

  it('compares what lines say, and when', () => {
    expect(sameVersion(line, lineOf(title('a'), 5))).toBe(true);
    expect(sameVersion(present(line.content, 5), line)).toBe(true);
    expect(sameVersion(line, lineOf(title('a'), 6))).toBe(false);
    expect(sameVersion(line, lineOf(title('b'), 5))).toBe(false);
    expect(sameVersion(line, tombstone(5))).toBe(false);
    expect(sameVersion(tombstone(5), line)).toBe(false);
    expect(sameVersion(tombstone(5), tombstone(5))).toBe(true);
    expect(sameVersion(tombstone(5), tombstone(5, 'bob'))).toBe(false);
  });
});

describe('tombstones', () => {
  it('are ordered by stamp, author by bytes, then what else they say', () => {
    const plain = tombstone(5, '\uffff');
    for (const [less, more] of [
      [tombstone(4, 'z'), tombstone(5, 'a')],
      [plain, tombstone(5, '\u{1f680}')],
      [plain, { ...plain, unknown: [['x', '1']] as const }],
    ] as const) {
      expect(laterTombstone(less, more)).toBe(more);
      expect(laterTombstone(more, less)).toBe(more);
      expect(saySame(less, more)).toBe(false);
    }
    expect(saySame(plain, tombstone(5, '\uffff'))).toBe(true);
  });

  it('say of contents no more than their values', () => {
    expect(sameContent(title('a'), title('a'))).toBe(true);
    expect(sameContent(title('a'), { ...title('a'), unknown: [['x', '1']] })).toBe(false);
    expect(sameContent(title('a'), { ...title('a'), id: 'other' })).toBe(false);
  });
});
