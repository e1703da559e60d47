import { isUtf8 } from 'node:buffer';
import { closeSync, readSync } from 'node:fs';

import { LIMITS } from '../record/limits.js';
import { openPlain } from './file.js';
import { withIoErrors } from './io-error.js';
import type { Gap } from './stretches.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line as files of this package have them: UTF-8, not empty, not too long, with LF at its end. */
export interface PlainLine {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** Lines that follow each other, with LF between them; valid until something else is read. */
export interface PlainLines {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Goes through a file, or parts of it, line by line, and reads as text only the lines that it is asked for. */
export class LineCursor {
  readonly #path: string;
  readonly #fd: number;
  /** What was read; the line begins at `#at`, and nothing is read behind `#end`. */
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #at = 0;
  #end = 0;
  #number = 1;
  /** The byte of the file that is to be read next, and the one that is not any more. */
  #next = 0;
  #to = Infinity;
  /** How many bytes the line has that was looked at. */
  #size = 0;

  /** Throws `refused` if it is no plain file, `io` if it cannot be read. */
  constructor(path: string) {
    this.#path = path;
    this.#fd = withIoErrors(path, 'read', () => openPlain(path));
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Goes to a part of the file, as if it were all of it. */
  goTo({ from, to, lines }: Gap): void {
    [this.#at, this.#end] = [0, 0];
    [this.#next, this.#to, this.#number] = [from, to, lines + 1];
  }

  /** The line that ends right before a byte of the file; undefined where that is longer than any may be. */
  lineBefore(end: number): string | undefined {
    for (let size = 4096; ; size *= 8) {
      const start = Math.max(0, end - 1 - size);
      const bytes = Buffer.allocUnsafe(end - 1 - start);
      withIoErrors(this.#path, 'read', () => readSync(this.#fd, bytes, 0, bytes.length, start));
      const newline = bytes.lastIndexOf(NEWLINE);
      if (newline >= 0 || start === 0) return bytes.toString('utf8', newline + 1);
      if (size > LIMITS.lineBytes) return undefined;
    }
  }

  /** Goes on to the next line, if this one has these bytes. */
  take(bytes: Uint8Array): boolean {
    const size = bytes.length;
    if (!this.#has(size + 1) || this.#buffer[this.#at + size] !== NEWLINE) return false;
    if (this.#buffer.compare(bytes, 0, size, this.#at, this.#at + size) !== 0) return false;
    this.#skip(size);
    return true;
  }

  /** The next lines, at most so many, and those that are at hand; undefined where that is none. */
  lines(most: number): PlainLines | undefined {
    // Where the file has no more it ends there.
    this.#has(this.#buffer.length / 2);
    const read = this.#buffer.subarray(0, this.#end);
    let [count, end] = [0, this.#at];
    for (; count < most; count++) {
      const newline = read.indexOf(NEWLINE, end);
      if (newline < 0) break;
      end = newline + 1;
    }
    return count === 0 ? undefined : { bytes: read.subarray(this.#at, end - 1), count };
  }

  /** Goes on to the line after those that {@link lines} gave last. */
  pass({ bytes, count }: PlainLines): void {
    this.#skip(bytes.length, count);
  }

  /** The line here: undefined at the end of the file. */
  peek(): PlainLine | 'irregular' | undefined {
    if (!this.#has(1)) return undefined;
    const size = this.#sizeOfLine();
    const bytes = this.#buffer.subarray(this.#at, this.#at + (size ?? 0));
    if (size === undefined || size === 0 || bytes.at(-1) === CARRIAGE_RETURN || !isUtf8(bytes)) return 'irregular';
    this.#size = size;
    return { text: bytes.toString('utf8'), number: this.#number };
  }

  /** Goes on to the line after the one that {@link peek} gave last. */
  skip(): void {
    this.#skip(this.#size);
  }

  #skip(size: number, lines = 1): void {
    this.#at += size + 1;
    this.#number += lines;
  }

  #sizeOfLine(): number | undefined {
    for (let from = this.#at; ;) {
      const newline = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, from);
      if (newline >= 0) return newline - this.#at <= LIMITS.lineBytes ? newline - this.#at : undefined;
      const size = this.#end - this.#at;
      if (size > LIMITS.lineBytes || !this.#has(size + 1)) return undefined;
      from = this.#at + size;
    }
  }

  /** Reads until there are so many bytes from here on; says whether the file has them. */
  #has(size: number): boolean {
    if (this.#at + size > this.#buffer.length) {
      const rest = this.#buffer.subarray(this.#at, this.#end);
      const larger =
        size > this.#buffer.length ? Buffer.allocUnsafe(Math.max(size, 2 * this.#buffer.length)) : this.#buffer;
      rest.copy(larger);
      [this.#buffer, this.#at, this.#end] = [larger, 0, rest.length];
    }
    while (this.#end - this.#at < size) {
      const most = Math.min(this.#buffer.length - this.#end, this.#to - this.#next);
      const read = withIoErrors(this.#path, 'read', () =>
        readSync(this.#fd, this.#buffer, this.#end, most, this.#next),
      );
      if (read === 0) return false;
      this.#end += read;
      this.#next += read;
    }
    return true;
  }
}
