import { isUtf8 } from 'node:buffer';
import { closeSync, readSync } from 'node:fs';

import { SyncError } from '../errors.js';
import { LIMITS, LINE_TOO_LONG } from '../record/limits.js';
import { openPlain } from './file.js';
import { withIoErrors } from './io-error.js';

const DEFAULT_CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** How a line ends: `''` for a last line without a newline. */
export type LineEnding = '\n' | '\r\n' | '';

/** One line of a text file. `text + ending` of all lines is the file, unless one of them is `invalidUtf8`. */
export interface TextLine {
  /** The line without its ending. A byte order mark stays in it as U+FEFF. */
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  readonly ending: LineEnding;
  /** Present if the bytes are no UTF-8: `text` then has U+FFFD in their place, and is fit for messages only. */
  readonly invalidUtf8?: true;
  /** The line's own bytes without its ending; present together with {@link TextLine.invalidUtf8}. */
  readonly bytes?: Uint8Array;
}

/** How a file is read; for tests, or where its lines are nobody's to mend. */
export interface ReadOptions {
  /** How much is read at once. */
  readonly chunkBytes?: number | undefined;
  /** The most bytes of a line. */
  readonly lineBytes?: number;
  /** Gives the beginning of a line that is too long, in place of an error. */
  readonly cutsLongLines?: boolean;
}

/**
 * Reads a file line by line in memory that does not grow with it. Only LF and CRLF end a line: U+2028 or a lone CR is part of the text.
 *
 * @param onBytes sees every piece of the file in order, for hashing in the same pass, before the lines that end in
 *   it; a piece is valid only during the call. If the caller stops early, the rest is never read.
 * @throws SyncError at the first step of the iteration: `refused` if it is no plain file, `io` if it is missing or unreadable;
 * `bad_input` at a line that is longer than any may be.
 */
export function* readLines(
  path: string,
  onBytes?: (chunk: Uint8Array) => void,
  options: ReadOptions = {},
): Generator<TextLine, void, undefined> {
  const fd = withIoErrors(path, 'read', () => openPlain(path));
  try {
    yield* linesFrom(fd, path, onBytes, options);
  } finally {
    closeSync(fd);
  }
}

/** The lines of an open file from its position on; `path` is what errors name. */
export function* linesFrom(
  fd: number,
  path: string,
  onBytes?: (chunk: Uint8Array) => void,
  { chunkBytes = DEFAULT_CHUNK_BYTES, lineBytes = LIMITS.lineBytes, cutsLongLines = false }: ReadOptions = {},
): Generator<TextLine, void, undefined> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const read = (): number => withIoErrors(path, 'read', () => readSync(fd, buffer));
  const check = (bytes: number, line: number): void => {
    if (bytes > lineBytes && !cutsLongLines) throw tooLong(path, line);
  };
  let pending: readonly Buffer[] = [];
  let pendingBytes = 0;
  let number = 1;
  for (let size = read(); size > 0; size = read()) {
    const chunk = buffer.subarray(0, size);
    onBytes?.(chunk);
    const complete = chunk.lastIndexOf(NEWLINE) + 1;
    if (complete > 0) {
      const head = chunk.subarray(0, complete);
      const lines = splitBlock(pending.length === 0 ? head : Buffer.concat([...pending, head]), number, check);
      [pending, pendingBytes] = [[], 0];
      number += lines.length;
      for (const line of lines) yield line;
    }
    // Of a line that is too long no more is kept than it takes to know that, with a CR that may belong to its end. It must be copied:
    // the next read overwrites the buffer.
    const rest = Buffer.from(chunk.subarray(complete, complete + lineBytes + 2 - pendingBytes));
    if (rest.length > 0) pending = [...pending, rest];
    pendingBytes += rest.length;
    check(pendingBytes - 1, number);
  }
  check(pendingBytes, number);
  if (pending.length > 0) yield toLine(Buffer.concat(pending), number, '');
}

/** The lines of a block that ends with a newline. */
function splitBlock(
  block: Buffer,
  firstNumber: number,
  check: (bytes: number, line: number) => void,
): readonly TextLine[] {
  // One check for the whole block; which line is to blame is asked only if it fails.
  const isValid = isUtf8(block);
  const lines: TextLine[] = [];
  for (let start = 0; start < block.length;) {
    const newline = block.indexOf(NEWLINE, start);
    const isCrlf = newline > start && block[newline - 1] === CARRIAGE_RETURN;
    const end = isCrlf ? newline - 1 : newline;
    const number = firstNumber + lines.length;
    const ending = isCrlf ? '\r\n' : '\n';
    check(end - start, number);
    // Decoding line by line: most lines are ASCII, which V8 takes much faster than a block with one other character.
    if (isValid) lines.push({ text: block.toString('utf8', start, end), number, ending });
    else lines.push(toLine(block.subarray(start, end), number, ending));
    start = newline + 1;
  }
  return lines;
}

/** @param bytes the line without its ending. */
function toLine(bytes: Buffer, number: number, ending: LineEnding): TextLine {
  const line: TextLine = { text: bytes.toString('utf8'), number, ending };
  return isUtf8(bytes) ? line : { ...line, invalidUtf8: true, bytes: Uint8Array.from(bytes) };
}

function tooLong(path: string, line: number): SyncError {
  return new SyncError('bad_input', `Cannot read ${path}:${line}: ${LINE_TOO_LONG}`, {
    hint: 'nothing was changed; take the line out of the file, or take the file from git again',
  });
}
