import { TEXT_BYTES, TEXT_TOO_LONG } from '../record/limits.js';
import { bytesOfText, textOfBytes } from './byte-text.js';
import { mapSides } from './field.js';
import type { Sides } from './field.js';
import type { FileLoss, FileSides, MergedFile } from './file.js';

const SIDES = ['base', 'ours', 'theirs'] as const;

/** Three versions of one file as bytes, some of which may be no UTF-8. */
export type ByteSides = Sides<Buffer>;

/** What became of them: the same as {@link MergedFile}, in parts that follow each other; in none where they are too large to merge. */
export interface MergedBytes extends Omit<MergedFile, 'text'> {
  readonly parts: readonly Buffer[];
}

/** How the lines of a file merge. */
export interface LineMerge {
  /** What a line is known by, each of whose bytes is given as a character; undefined where that is not plain to see. */
  readonly keyOf: (raw: string) => string | undefined;
  /** True when lines stand in the order of their keys. */
  readonly isSorted: boolean;
  /** Merges three versions of the file, or of a part of it that has all lines of its keys. */
  readonly merge: (sides: FileSides) => MergedFile;
}

/**
 * Merges three versions of a file chunk by chunk where that is plainly the same as merging them whole: most lines of most files are alike in
 * all three. They stay bytes, and are never looked at but for their keys.
 */
export function mergeChunks(sides: ByteSides, lines: LineMerge): MergedBytes {
  const merge = (part: ByteSides): MergedBytes => {
    const large = SIDES.filter((side) => part[side].length > TEXT_BYTES);
    if (large.length > 0) return { parts: [], losses: [], problems: large.map((side) => `${side}: ${TEXT_TOO_LONG}`) };
    const { text, ...rest } = lines.merge(mapSides(part, textOfBytes));
    return { parts: [bytesOfText(text)], ...rest };
  };
  const chunks = hasPlainEnds(sides) ? chunksOf(sides) : [];
  if (chunks.length < 2 || !areApart(chunks, lines)) return merge(sides);
  const parts: Buffer[] = [];
  const losses: FileLoss[] = [];
  for (const chunk of chunks) {
    const merged = chunk.same === undefined ? merge(chunk.sides) : { parts: [chunk.same], losses: [], problems: [] };
    // Problems say where in the whole file they are.
    if (merged.problems.length > 0) return merge(sides);
    parts.push(...merged.parts);
    for (const loss of merged.losses) losses.push(loss);
  }
  return { parts, losses, problems: [] };
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function hasPlainEnds({ base, ours, theirs }: ByteSides): boolean {
  return [base, ours, theirs].every((bytes) => bytes.length === 0 || bytes.at(-1) === NEWLINE);
}

/** Says whether no key stands in two chunks, or twice on one side, and all lines are in order. */
function areApart(chunks: readonly Chunk[], { keyOf, isSorted }: LineMerge): boolean {
  return chunks.every(isSorted ? sortedChunks(keyOf) : distinctChunks(keyOf));
}

type Check = (chunk: Chunk) => boolean;

/** Checks chunks one after the other, each against those before it. */
function sortedChunks(keyOf: LineMerge['keyOf']): Check {
  let last = '';
  const goesOn = (bytes: Buffer): string | undefined => {
    let before = last;
    const isInOrder = everyLine(bytes, (raw) => {
      const key = keyOf(raw);
      if (key === undefined || key <= before) return false;
      before = key;
      return true;
    });
    return isInOrder ? before : undefined;
  };
  return (chunk) => {
    const ends = bytesOf(chunk).map(goesOn);
    for (const end of ends) if (end !== undefined && end > last) last = end;
    return !ends.includes(undefined);
  };
}

function distinctChunks(keyOf: LineMerge['keyOf']): Check {
  const seen = new Set<string>();
  const keysOf = (bytes: Buffer): Set<string> | undefined => {
    const keys = new Set<string>();
    const isGood = everyLine(bytes, (raw) => {
      const key = keyOf(raw);
      if (key === undefined || keys.has(key) || seen.has(key)) return false;
      keys.add(key);
      return true;
    });
    return isGood ? keys : undefined;
  };
  return (chunk) => {
    const all = bytesOf(chunk).map(keysOf);
    const [, ours, theirs] = all;
    if (all.includes(undefined)) return false;
    for (const keys of all) for (const key of keys ?? []) seen.add(key);
    return ours === undefined || theirs === undefined || haveOneOrder(ours, theirs);
  };
}

/** Which order counts is decided for the whole file. */
function haveOneOrder(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean {
  const common = [...theirs].filter((key) => ours.has(key));
  return [...ours].filter((key) => theirs.has(key)).every((key, index) => key === common[index]);
}

function bytesOf(chunk: Chunk): Buffer[] {
  return chunk.same === undefined ? [chunk.sides.base, chunk.sides.ours, chunk.sides.theirs] : [chunk.same];
}

/** About so many bytes become a text at once. */
const PIECE = 64 * 1024;

/** Says whether something holds for every line. None of those that may end otherwise is looked at. */
function everyLine(bytes: Buffer, holds: (raw: string) => boolean): boolean {
  if (bytes.includes(CARRIAGE_RETURN)) return false;
  for (let from = 0; from < bytes.length;) {
    const end = lastEnd(bytes, from, from + PIECE) ?? endOfLine(bytes, from);
    const piece = bytes.toString('latin1', from, end);
    for (let at = 0; at < piece.length;) {
      const newline = piece.indexOf('\n', at);
      if (!holds(piece.slice(at, newline))) return false;
      at = newline + 1;
    }
    from = end;
  }
  return true;
}

/** Where the last line ends that ends within a range; undefined where none does. */
function lastEnd(bytes: Buffer, from: number, to: number): number | undefined {
  // A place before the first byte would count from the end.
  const newline = to > from ? bytes.lastIndexOf(NEWLINE, to - 1) : -1;
  return newline >= from ? newline + 1 : undefined;
}

function endOfLine(bytes: Buffer, from: number): number {
  return bytes.indexOf(NEWLINE, from) + 1;
}

// ---- cutting --------------------------------------------------------------------------------------------------------

/** A part of three versions of a file: lines that all have alike, or what each of them has between such lines. */
export type Chunk = { readonly same: Buffer } | { readonly same?: undefined; readonly sides: ByteSides };

/** A place in each of the three. */
type At = Sides<number>;

/** How many bytes are compared first, and how many lines looked at first for one that all have again. */
const FIRST_STEP = 1024;
const FIRST_WINDOW = 8;

/**
 * Cuts three versions of a file, each with an end after its last line, into chunks, in their order. What they have alike is compared in
 * long parts, so that its lines cost next to nothing. Where they differ the chunks are right, but not always the smallest ones.
 */
export function chunksOf(sides: ByteSides): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at: At = { base: 0, ours: 0, theirs: 0 }; SIDES.some((side) => at[side] < sides[side].length);) {
    const length = sameLength(sides, at);
    if (length > 0) chunks.push({ same: sides.base.subarray(at.base, at.base + length) });
    const from = mapSides(at, (place) => place + length);
    at = nextSame(sides, from);
    const cut = (side: keyof At): Buffer => sides[side].subarray(from[side], at[side]);
    if (SIDES.some((side) => at[side] > from[side])) {
      chunks.push({ sides: { base: cut('base'), ours: cut('ours'), theirs: cut('theirs') } });
    }
  }
  return chunks;
}

/** How long the same whole lines are that begin at a place. */
function sameLength({ base, ours, theirs }: ByteSides, at: At): number {
  const most = Math.min(base.length - at.base, ours.length - at.ours, theirs.length - at.theirs);
  const isSame = (from: number, to: number): boolean => {
    const isAs = (other: Buffer, place: number): boolean =>
      base.compare(other, place + from, place + to, at.base + from, at.base + to) === 0;
    return isAs(ours, at.ours) && isAs(theirs, at.theirs);
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
  return (lastEnd(base, at.base, at.base + same) ?? at.base) - at.base;
}

/** The next place from which on all have a line alike; the ends where there is none. */
function nextSame(sides: ByteSides, from: At): At {
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

/** Lines, each byte as a character, with the places where they begin. */
interface Lines {
  readonly starts: ReadonlyMap<string, number>;
  /** True when the file ends with them. */
  readonly isAll: boolean;
}

function linesFrom(bytes: Buffer, from: number, most: number): Lines {
  const starts = new Map<string, number>();
  let at = from;
  for (let count = 0; count < most && at < bytes.length; count++) {
    const end = endOfLine(bytes, at);
    const line = bytes.toString('latin1', at, end);
    if (!starts.has(line)) starts.set(line, at);
    at = end;
  }
  return { starts, isAll: at >= bytes.length };
}
