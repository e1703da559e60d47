import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync } from 'node:fs';

import { OWNER_FILE, openPlain, plainStats, writeAll } from './file.js';
import { withIoErrors } from './io-error.js';
import { StretchHasher } from './stretches.js';
import type { FileDigest } from './stretches.js';

const NEWLINE = 0x0a;

/** One buffer for all files, which are read one after another: memory that the system hands out anew costs as much as small files do. */
const BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

const NOTHING = BUFFER.subarray(0, 0);

/** The number of lines that hold more than white space, 0 for a missing file. Throws SyncError `io`. */
export function countLines(path: string): number {
  const lines = { count: 0, lastIsFilled: false };
  readChunks(path, (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (lines.lastIsFilled || hasContent(chunk, start, end)) lines.count += 1;
      lines.lastIsFilled = false;
      start = end + 1;
    }
    lines.lastIsFilled ||= hasContent(chunk, start, chunk.length);
  });
  return lines.lastIsFilled ? lines.count + 1 : lines.count;
}

function hasContent(chunk: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const byte = chunk[index];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return true;
  }
  return false;
}

/**
 * What the file's bytes are, `null` if there is no such file. Of what is known of them before, each stretch that is still there is hashed as it
 * is, which is faster than to look where it ends. Throws SyncError `io`.
 */
export function digestFile(path: string, known?: FileDigest): FileDigest | null {
  return withPlainFile(path, (fd) => {
    const { size } = fstatSync(fd);
    const hasher = new StretchHasher();
    const stretches = known?.stretches ?? [];
    let places: ReadonlyMap<string, number> | undefined;
    let from = 0;
    // What was read of the bytes from here on.
    let chunk = NOTHING;
    for (let place = 0; ;) {
      const stretch = stretches[place];
      // The last one ended with the file, so that it is another one where more follows.
      if (stretch !== undefined && (place < stretches.length - 1 || from + stretch.bytes === size)) {
        chunk = NOTHING;
        if (hashRange(fd, from, stretch.bytes) === stretch.sha256) {
          hasher.addStretch(stretch);
          from += stretch.bytes;
          place++;
          continue;
        }
      }
      if (chunk.length === 0) chunk = BUFFER.subarray(0, readAt(fd, from));
      if (chunk.length === 0) return hasher.end();
      const added = hasher.addUntilEnd(chunk);
      chunk = chunk.subarray(added);
      from += added;
      places ??= new Map(stretches.map(({ sha256 }, index) => [sha256, index + 1]));
      place = places.get(hasher.ended?.sha256 ?? '') ?? stretches.length;
    }
  });
}

function hashRange(fd: number, from: number, bytes: number): string {
  if (bytes <= BUFFER.length) return hash('sha256', BUFFER.subarray(0, readAt(fd, from, bytes)), 'hex');
  const sha256 = createHash('sha256');
  for (let done = 0; done < bytes;) {
    const read = readAt(fd, from + done, bytes - done);
    if (read === 0) break;
    sha256.update(BUFFER.subarray(0, read));
    done += read;
  }
  return sha256.digest('hex');
}

function readAt(fd: number, from: number, most = BUFFER.length): number {
  return readSync(fd, BUFFER, 0, Math.min(most, BUFFER.length), from);
}

/** Hands the file's bytes on piece by piece, each valid during the call only, which reads no other file. Does nothing where there is no such file. */
function readChunks(path: string, onChunk: (chunk: Buffer) => void): void {
  withPlainFile(path, (fd) => {
    for (let read = readSync(fd, BUFFER); read > 0; read = readSync(fd, BUFFER)) onChunk(BUFFER.subarray(0, read));
  });
}

/** Does something with an open file; `null` if there is no such file. */
function withPlainFile<T>(path: string, body: (fd: number) => T): T | null {
  return withIoErrors(path, 'read', () => {
    if (plainStats(path) === undefined) return null;
    const fd = openPlain(path);
    try {
      return body(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** Makes a copy of a file for its owner alone, where none is, so that the copy would survive a power cut but for its name. Throws `refused`, `io`. */
export function copyPlain(path: string, copy: string): void {
  withIoErrors(copy, 'write', () => {
    const fd = openSync(copy, 'wx', OWNER_FILE);
    try {
      readChunks(path, (chunk) => {
        writeAll(fd, chunk);
      });
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}
