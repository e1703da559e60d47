import { isConflictMarker, markerIn } from './conflict-marker.js';
import type { Marker } from './conflict-marker.js';
import { linesOf } from './data-groups.js';
import type { FileSides } from './file.js';

/** Says whether a text has lines that git or jj leaves where a merge found a conflict. */
export function hasMarkers(text: string): boolean {
  // The expression is quick, but takes U+2028 inside of a string for the end of a line.
  return /^[<|=>]{7}/m.test(text) && linesOf(text).some(isConflictMarker);
}

/** The versions that a text with markers was made of, or why nobody can tell. */
export type ReadMarkers =
  { readonly sides: FileSides } | { readonly problem: { readonly line: number; readonly what: string } };

/**
 * Reads a text with conflict markers as git writes them (styles `merge`, `diff3`, `zdiff3`) or jj (`diff`, `snapshot`, `git`). What stands
 * outside of conflicts is in all versions; a conflict without a part for the base has none.
 */
export function readMarkers(text: string): ReadMarkers {
  const sides = { base: [] as string[], ours: [] as string[], theirs: [] as string[] };
  let conflict: Conflict | undefined;
  for (const [index, ended] of text.split('\n').entries()) {
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    const number = index + 1;
    if (line === '') continue;
    if (conflict !== undefined) {
      if (!conflict.read(line)) return fail(number, 'git and jj write no such line into a conflict');
      if (!conflict.isOver) continue;
      const [[ours, theirs, ...others], [base = [], ...more]] = [conflict.sides, conflict.bases];
      if (ours === undefined || theirs === undefined || others.length + more.length > 0) {
        return fail(number, 'a conflict must have two sides and at most one base');
      }
      for (const [part, lines] of [
        [sides.base, base],
        [sides.ours, ours],
        [sides.theirs, theirs],
      ] as const) {
        for (const each of lines) part.push(each);
      }
      conflict = undefined;
    } else if (!isConflictMarker(line)) {
      for (const side of Object.values(sides)) side.push(line);
    } else if (line.startsWith('<')) {
      conflict = new Conflict(number, markerIn(line)?.length ?? 0);
    } else return fail(number, 'the conflict marker here belongs to no conflict');
  }
  if (conflict !== undefined) return fail(conflict.line, 'the conflict that begins here has no end');
  return { sides: { base: sides.base.join('\n'), ours: sides.ours.join('\n'), theirs: sides.theirs.join('\n') } };
}

function fail(line: number, what: string): ReadMarkers {
  return { problem: { line, what } };
}

/** A conflict, read line by line after its first one. */
class Conflict {
  readonly line: number;
  readonly #length: number;
  readonly sides: string[][] = [[]];
  readonly bases: string[][] = [];
  isOver = false;
  /** jj names each part above it, git begins with the first side at once. */
  #isNamed = false;
  /** Where lines go: to a side, to the base, or as in a patch to both. */
  #part: 'side' | 'base' | 'patch' = 'side';
  /** How many conflicts are open that a base has in itself: git merges several bases to one first. */
  #depth = 0;

  constructor(line: number, length: number) {
    this.line = line;
    this.#length = length;
  }

  /** Takes a line; false where that cannot be understood. */
  read(line: string): boolean {
    const marker = markerIn(line);
    const { char, length } = marker ?? { char: '', length: 0 };
    if (this.#part === 'base' && (this.#depth > 0 || char === '<')) {
      if (char === '<') this.#depth++;
      if (char === '>') this.#depth--;
      return this.#take(line);
    }
    if (marker === undefined) return this.#take(line);
    return length === this.#length && this.#begin(marker);
  }

  #take(line: string): boolean {
    const [side, base] = [this.sides.at(-1), this.bases.at(-1)];
    if (this.#part !== 'patch') {
      (this.#part === 'base' ? base : side)?.push(line);
      return true;
    }
    if (!/^[ +-]/.test(line)) return false;
    if (!line.startsWith('-')) side?.push(line.slice(1));
    if (!line.startsWith('+')) base?.push(line.slice(1));
    return true;
  }

  /** Begins the part that a marker names. */
  #begin({ char }: Marker): boolean {
    if (char === '>') return (this.isOver = true);
    if (char === '|' || char === '=') {
      if (this.#isNamed || this.sides.length > 1 || (char === '|' && this.bases.length > 0)) return false;
      this.#open(char === '|' ? 'base' : 'side');
      return true;
    }
    // The second line of a name.
    if (char === '\\') return this.#isNamed;
    if (char === '<' || (!this.#isNamed && !this.#isEmpty())) return false;
    if (!this.#isNamed) this.sides.pop();
    this.#isNamed = true;
    this.#open(char === '%' ? 'patch' : char === '-' ? 'base' : 'side');
    return true;
  }

  #open(part: 'side' | 'base' | 'patch'): void {
    this.#part = part;
    if (part !== 'base') this.sides.push([]);
    if (part !== 'side') this.bases.push([]);
  }

  #isEmpty(): boolean {
    return this.sides.length === 1 && this.sides[0]?.length === 0 && this.bases.length === 0;
  }
}
