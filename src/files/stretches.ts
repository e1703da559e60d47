import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

import { sha256 } from '../record/json.js';

const NEWLINE = 0x0a;
/** Some bytes at the beginning of a line say whether a stretch ends with it: an id is among them, and stays where the rest of its record changes. */
const HEAD = { bytes: 80, step: 4 };
/** One line in so many ends a stretch. */
const MEAN_LINES = 128;
/** A stretch that has fewer goes on, and one that has more ends, whatever its lines are: they may be all alike. */
const LEAST_BYTES = 16 * 1024;
const MOST_BYTES = 1024 * 1024;
/** As a signed number, like those that `Math.imul` gives: V8 compiles the loop for one kind. */
const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
/** A hash of 32 bits is one of the first this many so often as a line ends a stretch. */
const ENDING_HASHES = 2 ** 32 / MEAN_LINES;

/** Lines of a file that follow each other. */
export interface Stretch {
  readonly bytes: number;
  readonly lines: number;
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string;
}

/** What a file's bytes are. */
export interface FileDigest {
  /** SHA-256 of the hashes of all stretches: equal for files of equal bytes, and for no others. */
  readonly hash: string;
  readonly stretches: readonly Stretch[];
}

/**
 * Hashes a file stretch by stretch. Where a stretch ends its own lines alone say, so that all others stay what they are when some lines
 * change, come or go: an import looks into those alone that are new, and an export hashes no other.
 */
export class StretchHasher {
  readonly #stretches: Stretch[] = [];
  #sha256: Hash | undefined;
  #bytes = 0;
  #lines = 0;
  /** How many bytes of the line were seen, and the FNV-1a hash of what they have of its head. */
  #column = 0;
  #head = FNV_BASIS;

  /** Adds the next bytes, as far as a stretch goes, and says how many these were; the caller may reuse them. */
  addUntilEnd(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline === -1 ? bytes.length : newline;
      this.#look(bytes, at, end);
      if (newline === -1) break;
      at = newline + 1;
      this.#lines++;
      const size = this.#bytes + at;
      const isLast = size >= (this.#head >>> 0 < ENDING_HASHES ? LEAST_BYTES : MOST_BYTES);
      this.#column = 0;
      this.#head = FNV_BASIS;
      if (!isLast) continue;
      this.#update(bytes.subarray(0, at));
      this.#endStretch();
      return at;
    }
    this.#update(bytes);
    return bytes.length;
  }

  /** Adds the next bytes; the caller may reuse them. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.addUntilEnd(bytes.subarray(at));
  }

  /** Adds a whole stretch of another file without its bytes; says false, and adds nothing, where none may begin. */
  addStretch(stretch: Stretch): boolean {
    if (this.#bytes > 0) return false;
    this.#stretches.push(stretch);
    return true;
  }

  /** The stretch that ended with the last byte. */
  get ended(): Stretch | undefined {
    return this.#bytes > 0 ? undefined : this.#stretches.at(-1);
  }

  /** Ends the file. */
  end(): FileDigest {
    if (this.#bytes > 0) this.#endStretch();
    const stretches = this.#stretches;
    return { hash: sha256(stretches.map((stretch) => stretch.sha256).join('')), stretches };
  }

  /** Takes in what the head of a line has of some bytes. */
  #look(bytes: Uint8Array, from: number, to: number): void {
    const start = from - this.#column;
    const column = Math.ceil(this.#column / HEAD.step) * HEAD.step;
    const end = Math.min(to, start + HEAD.bytes);
    let hash = this.#head;
    for (let at = start + column; at < end; at += HEAD.step) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
    this.#head = hash;
    this.#column += to - from;
  }

  #update(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#sha256 ??= createHash('sha256');
    this.#sha256.update(bytes);
    this.#bytes += bytes.length;
  }

  #endStretch(): void {
    const digest = this.#sha256?.digest('hex') ?? '';
    this.#stretches.push({ bytes: this.#bytes, lines: this.#lines, sha256: digest });
    this.#sha256 = undefined;
    this.#bytes = 0;
    this.#lines = 0;
  }
}

/** A part of a file that is not as it was: whole lines. */
export interface Gap {
  /** The byte at which it begins. */
  readonly from: number;
  /** The byte at which the next stretch begins that is as it was; `Infinity` where the file ends before. */
  readonly to: number;
  /** How many lines stand before it. */
  readonly lines: number;
}

/** The parts of a file that are not as it was, in its order: all others are the lines that stood there, and none is missing between. */
export function gapsOf(before: FileDigest | undefined, now: FileDigest): readonly Gap[] {
  if (before === undefined) return [{ from: 0, to: Infinity, lines: 0 }];
  const places = new Map(before.stretches.map(({ sha256 }, index) => [sha256, index]));
  const gaps: Gap[] = [];
  /** Where the last stretch ended that is as it was, and which one comes next if nothing changed. */
  let last = { from: 0, lines: 0, next: 0 };
  let { from, lines } = last;
  for (const stretch of now.stretches) {
    const place = places.get(stretch.sha256) ?? -1;
    const [start, end] = [from, from + stretch.bytes];
    from = end;
    lines += stretch.lines;
    if (place < last.next) continue;
    if (start > last.from || place > last.next) gaps.push({ from: last.from, to: start, lines: last.lines });
    last = { from: end, lines, next: place + 1 };
  }
  const isWhole = from === last.from && last.next === before.stretches.length;
  return isWhole ? gaps : [...gaps, { from: last.from, to: Infinity, lines: last.lines }];
}
