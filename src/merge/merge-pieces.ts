import type { FileLoss, FileSides, MergedFile } from './file.js';
import { piecesOf } from './chunks.js';
import type { Piece } from './chunks.js';

/** How the lines of a file merge. */
export interface LineMerge {
  /** What a line is known by, the same in every form of the text; undefined where that is not plain to see. */
  readonly keyOf: (raw: string) => string | undefined;
  /** True when lines stand in the order of their keys. */
  readonly isSorted: boolean;
  /** Merges three versions of the file, or of a part of it that has all lines of its keys. */
  readonly merge: (sides: FileSides) => MergedFile;
}

/** How texts are given: as they are, or each byte for a character. Then what no side changed need not be decoded. */
export interface TextForm {
  readonly decode: (text: string) => string;
  readonly encode: (text: string) => string;
}

const PLAIN_TEXT: TextForm = { decode: (text) => text, encode: (text) => text };

export const BYTES: TextForm = {
  decode: (text) => Buffer.from(text, 'latin1').toString('utf8'),
  encode: (text) => Buffer.from(text, 'utf8').toString('latin1'),
};

/**
 * Merges three versions of a file piece by piece where that is plainly the same as merging them whole: most lines of most files are alike in
 * all three, and are never looked at but for their keys.
 */
export function mergePieces(sides: FileSides, lines: LineMerge, { decode, encode }: TextForm = PLAIN_TEXT): MergedFile {
  const merge = ({ base, ours, theirs }: FileSides): MergedFile => {
    const merged = lines.merge({ base: decode(base), ours: decode(ours), theirs: decode(theirs) });
    return { ...merged, text: encode(merged.text) };
  };
  const pieces = hasPlainEnds(sides) ? piecesOf(sides) : [];
  if (pieces.length < 2 || !areApart(pieces, lines)) return merge(sides);
  const texts: string[] = [];
  const losses: FileLoss[] = [];
  for (const piece of pieces) {
    const merged = piece.same === undefined ? merge(piece.sides) : { text: piece.same, losses: [], problems: [] };
    // Problems say where in the whole file they are.
    if (merged.problems.length > 0) return merge(sides);
    texts.push(merged.text);
    losses.push(...merged.losses);
  }
  return { text: texts.join(''), losses, problems: [] };
}

function hasPlainEnds({ base, ours, theirs }: FileSides): boolean {
  return [base, ours, theirs].every((text) => text === '' || text.endsWith('\n'));
}

/** Says whether no key stands in two pieces, or twice on one side, and all lines are in order. */
function areApart(pieces: readonly Piece[], { keyOf, isSorted }: LineMerge): boolean {
  return pieces.every(isSorted ? sortedPieces(keyOf) : distinctPieces(keyOf));
}

type Check = (piece: Piece) => boolean;

/** Checks pieces one after the other, each against those before it. */
function sortedPieces(keyOf: LineMerge['keyOf']): Check {
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
  return (piece) => {
    const ends = textsOf(piece).map(goesOn);
    for (const end of ends) if (end !== undefined && end > last) last = end;
    return !ends.includes(undefined);
  };
}

function distinctPieces(keyOf: LineMerge['keyOf']): Check {
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
  return (piece) => {
    const all = textsOf(piece).map(keysOf);
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

function textsOf(piece: Piece): string[] {
  return piece.same === undefined ? [piece.sides.base, piece.sides.ours, piece.sides.theirs] : [piece.same];
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
