import { mapSides } from './field.js';
import type { Sides } from './field.js';
import type { FileLoss, FileSides, MergedFile } from './file.js';
import { PLAIN_TEXT } from './text-form.js';
import type { TextForm } from './text-form.js';

/** How the lines of a file merge. */
export interface LineMerge {
  /** What a line is known by, the same in every form of the text; undefined where that is not plain to see. */
  readonly keyOf: (raw: string) => string | undefined;
  /** True when lines stand in the order of their keys. */
  readonly isSorted: boolean;
  /** Merges three versions of the file, or of a part of it that has all lines of its keys. */
  readonly merge: (sides: FileSides) => MergedFile;
}

/**
 * Merges three versions of a file chunk by chunk where that is plainly the same as merging them whole: most lines of most files are alike in
 * all three, and are never looked at but for their keys.
 */
export function mergeChunks(sides: FileSides, lines: LineMerge, { decode, encode }: TextForm = PLAIN_TEXT): MergedFile {
  const merge = (part: FileSides): MergedFile => {
    const merged = lines.merge(mapSides(part, decode));
    return { ...merged, text: encode(merged.text) };
  };
  const chunks = hasPlainEnds(sides) ? chunksOf(sides) : [];
  if (chunks.length < 2 || !areApart(chunks, lines)) return merge(sides);
  const texts: string[] = [];
  const losses: FileLoss[] = [];
  for (const chunk of chunks) {
    const merged = chunk.same === undefined ? merge(chunk.sides) : { text: chunk.same, losses: [], problems: [] };
    // Problems say where in the whole file they are.
    if (merged.problems.length > 0) return merge(sides);
    texts.push(merged.text);
    for (const loss of merged.losses) losses.push(loss);
  }
  return { text: texts.join(''), losses, problems: [] };
}

function hasPlainEnds({ base, ours, theirs }: FileSides): boolean {
  return [base, ours, theirs].every((text) => text === '' || text.endsWith('\n'));
}

/** Says whether no key stands in two chunks, or twice on one side, and all lines are in order. */
function areApart(chunks: readonly Chunk[], { keyOf, isSorted }: LineMerge): boolean {
  return chunks.every(isSorted ? sortedChunks(keyOf) : distinctChunks(keyOf));
}

type Check = (chunk: Chunk) => boolean;

/** Checks chunks one after the other, each against those before it. */
function sortedChunks(keyOf: LineMerge['keyOf']): Check {
  let last = '';
  const goesOn = (text: string): string | undefined => {
    let before = last;
    const isInOrder = everyLine(text, (raw) => {
      const key = keyOf(raw);
      if (key === undefined || key <= before) return false;
      before = key;
      return true;
    });
    return isInOrder ? before : undefined;
  };
  return (chunk) => {
    const ends = textsOf(chunk).map(goesOn);
    for (const end of ends) if (end !== undefined && end > last) last = end;
    return !ends.includes(undefined);
  };
}

function distinctChunks(keyOf: LineMerge['keyOf']): Check {
  const seen = new Set<string>();
  const keysOf = (text: string): Set<string> | undefined => {
    const keys = new Set<string>();
    const isGood = everyLine(text, (raw) => {
      const key = keyOf(raw);
      if (key === undefined || keys.has(key) || seen.has(key)) return false;
      keys.add(key);
      return true;
    });
    return isGood ? keys : undefined;
  };
  return (chunk) => {
    const all = textsOf(chunk).map(keysOf);
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

function textsOf(chunk: Chunk): string[] {
  return chunk.same === undefined ? [chunk.sides.base, chunk.sides.ours, chunk.sides.theirs] : [chunk.same];
}

/** Says whether something holds for every line. None of those that may end otherwise is looked at. */
function everyLine(text: string, holds: (raw: string) => boolean): boolean {
  if (text.includes('\r')) return false;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    if (!holds(text.slice(at, end))) return false;
    at = end + 1;
  }
  return true;
}

// ---- cutting --------------------------------------------------------------------------------------------------------

/** A part of three versions of a text: lines that all have alike, or what each of them has between such lines. */
export type Chunk = { readonly same: string } | { readonly same?: undefined; readonly sides: FileSides };

/** A place in each of the three. */
type At = Sides<number>;

const SIDES = ['base', 'ours', 'theirs'] as const;

/** How many characters are compared first, and how many lines looked at first for one that all have again. */
const FIRST_STEP = 1024;
const FIRST_WINDOW = 8;

/**
 * Cuts three versions of a text, each with an end after its last line, into chunks, in their order. What they have alike is compared as
 * long texts, so that its lines cost next to nothing. Where they differ the chunks are right, but not always the smallest ones.
 */
export function chunksOf(sides: FileSides): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at: At = { base: 0, ours: 0, theirs: 0 }; SIDES.some((side) => at[side] < sides[side].length);) {
    const length = sameLength(sides, at);
    if (length > 0) chunks.push({ same: sides.base.slice(at.base, at.base + length) });
    const from = mapSides(at, (place) => place + length);
    at = nextSame(sides, from);
    const cut = (side: keyof At): string => sides[side].slice(from[side], at[side]);
    if (SIDES.some((side) => at[side] > from[side])) {
      chunks.push({ sides: { base: cut('base'), ours: cut('ours'), theirs: cut('theirs') } });
    }
  }
  return chunks;
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
