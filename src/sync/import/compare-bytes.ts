import { compareKeys } from '../../format/line-key.js';
import type { LineKey } from '../../format/line-key.js';
import type { LineCursor, PlainLine } from '../../files/line-cursor.js';
import type { Gap } from '../../files/stretches.js';
import type { BaseCursor, BytesOfBase } from '../../store/knowledge/base.js';

/** A record of which a file has another line than the base, or none. */
export interface Difference {
  readonly key: LineKey;
  readonly line: PlainLine | undefined;
  /** False where there is no base. */
  readonly hadBase: boolean;
}

/** So many lines are compared at once, and where they differ one by one: more of them save nothing, and of fewer the calls cost more. */
const MOST_LINES = 100;

/**
 * Compares what changed of a file with its bases, in the order of their keys, without reading the lines that are one of them: most are. Says
 * false where the file has a line that is no record's or not in its place, so that somebody must look at each; what it gave then counts for
 * nothing.
 *
 * @param gaps the parts of the file that may differ from the bases: all other lines are just these
 */
export function compareBytes(
  cursor: LineCursor,
  bases: BaseCursor,
  keyOf: (raw: string) => LineKey | undefined,
  gaps: readonly Gap[],
  give: (difference: Difference) => void,
): boolean {
  const keyAt = (from: number): LineKey | undefined => {
    cursor.goTo({ from, to: Infinity, lines: 0 });
    const line = cursor.peek();
    return line === undefined || line === 'irregular' ? undefined : keyOf(line.text);
  };
  return gaps.every((gap) => {
    const before = gap.from === 0 ? undefined : keyOf(cursor.lineBefore(gap.from) ?? '');
    const next = gap.to === Infinity ? undefined : keyAt(gap.to);
    if ((gap.from > 0 && before === undefined) || (gap.to < Infinity && next === undefined)) return false;
    cursor.goTo(gap);
    bases.goTo(before, next);
    const last = compareLines(cursor, bases, keyOf, before, give);
    return last !== 'irregular' && (next === undefined || last === undefined || compareKeys(last, next) < 0);
  });
}

/** Compares the lines of one part, which come after `before`, and gives the key of the last one. */
function compareLines(
  cursor: LineCursor,
  bases: BaseCursor,
  keyOf: (raw: string) => LineKey | undefined,
  before: LineKey | undefined,
  give: (difference: Difference) => void,
): LineKey | 'irregular' | undefined {
  let last = before;
  /** Takes the lines before a base, and the one in its place; all lines without a base. */
  const takeThrough = (base: BytesOfBase | undefined): 'here' | 'gone' | 'irregular' => {
    for (;;) {
      if (base !== undefined && cursor.take(base.bytes)) {
        last = base.key;
        return 'here';
      }
      const line = cursor.peek();
      if (line === undefined) return 'gone';
      const key = line === 'irregular' ? undefined : keyOf(line.text);
      if (line === 'irregular' || key === undefined) return 'irregular';
      if (last !== undefined && compareKeys(last, key) >= 0) return 'irregular';
      const order = base === undefined ? -1 : compareKeys(key, base.key);
      if (order > 0) return 'gone';
      give({ key, line, hadBase: order === 0 });
      cursor.skip();
      last = key;
      if (order === 0) return 'here';
    }
  };
  for (;;) {
    const lines = cursor.lines(MOST_LINES);
    const taken = lines && bases.take(lines.bytes, lines.count);
    if (lines !== undefined && taken !== undefined) {
      cursor.pass(lines);
      last = taken;
      continue;
    }
    const page = bases.next(MOST_LINES);
    if (page.length === 0) break;
    for (const base of page) {
      const found = takeThrough(base);
      if (found === 'irregular') return found;
      if (found === 'gone') give({ key: base.key, line: undefined, hadBase: true });
    }
  }
  return takeThrough(undefined) === 'irregular' ? 'irregular' : last;
}
