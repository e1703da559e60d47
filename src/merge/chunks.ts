import type { FileSides } from './file.js';

/** A part of three versions of a text: lines that all have alike, or what each of them has between such lines. */
export type Piece = { readonly same: string } | { readonly same?: undefined; readonly sides: FileSides };

/** A place in each of the three. */
interface At {
  readonly base: number;
  readonly ours: number;
  readonly theirs: number;
}

const SIDES = ['base', 'ours', 'theirs'] as const;

/** How many characters are compared first, and how many lines looked at first for one that all have again. */
const FIRST_STEP = 1024;
const FIRST_WINDOW = 8;

/**
 * Cuts three versions of a text, each with an end after its last line, into pieces, in their order. What they have alike is compared as
 * long texts, so that its lines cost next to nothing. Where they differ the pieces are right, but not always the smallest ones.
 */
export function piecesOf(sides: FileSides): Piece[] {
  const pieces: Piece[] = [];
  for (let at: At = { base: 0, ours: 0, theirs: 0 }; SIDES.some((side) => at[side] < sides[side].length);) {
    const length = sameLength(sides, at);
    if (length > 0) pieces.push({ same: sides.base.slice(at.base, at.base + length) });
    const from = { base: at.base + length, ours: at.ours + length, theirs: at.theirs + length };
    at = nextSame(sides, from);
    const cut = (side: keyof At): string => sides[side].slice(from[side], at[side]);
    if (SIDES.some((side) => at[side] > from[side])) {
      pieces.push({ sides: { base: cut('base'), ours: cut('ours'), theirs: cut('theirs') } });
    }
  }
  return pieces;
}

/** How long the same whole lines are that begin at a place. */
function sameLength(sides: FileSides, at: At): number {
  const most = Math.min(...SIDES.map((side) => sides[side].length - at[side]));
  const isSame = (from: number, to: number): boolean => {
    const part = sides.base.slice(at.base + from, at.base + to);
    return (
      part === sides.ours.slice(at.ours + from, at.ours + to) &&
      part === sides.theirs.slice(at.theirs + from, at.theirs + to)
    );
  };
  let [same, step] = [0, FIRST_STEP];
  while (same < most && isSame(same, Math.min(most, same + step))) {
    same = Math.min(most, same + step);
    step *= 2;
  }
  // Half by half to the first difference.
  for (let end = Math.min(most, same + step); same < end;) {
    const middle = Math.ceil((same + end) / 2);
    if (isSame(same, middle)) same = middle;
    else end = middle - 1;
  }
  return same === 0 ? 0 : sides.base.lastIndexOf('\n', at.base + same - 1) + 1 - at.base;
}

/** The next place from which on all have a line alike; the ends where there is none. */
function nextSame(sides: FileSides, from: At): At {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const [base, ours, theirs] = SIDES.map((side) => linesFrom(sides[side], from[side], window)) as [
      Lines,
      Lines,
      Lines,
    ];
    for (const [line, at] of theirs.starts) {
      const [inBase, inOurs] = [base.starts.get(line), ours.starts.get(line)];
      if (inBase !== undefined && inOurs !== undefined) return { base: inBase, ours: inOurs, theirs: at };
    }
    if (base.isAll && ours.isAll && theirs.isAll) {
      return { base: sides.base.length, ours: sides.ours.length, theirs: sides.theirs.length };
    }
  }
}

/** Lines with the places where they begin. */
interface Lines {
  readonly starts: ReadonlyMap<string, number>;
  /** True when the text ends with them. */
  readonly isAll: boolean;
}

function linesFrom(text: string, from: number, most: number): Lines {
  const starts = new Map<string, number>();
  let at = from;
  for (let count = 0; count < most && at < text.length; count++) {
    const end = text.indexOf('\n', at) + 1;
    const line = text.slice(at, end);
    if (!starts.has(line)) starts.set(line, at);
    at = end;
  }
  return { starts, isAll: at >= text.length };
}
