import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';

import { OWNER_FILE, openPlain, plainStats, writeAll } from './file.js';
import { withIoErrors } from './io-error.js';

const NEWLINE = 0x0a;

/** One buffer for all files, which are read one after another: memory that the system hands out anew costs as much as small files do. */
const BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

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

/** The SHA-256 of the file's bytes as lower-case hex, `null` if there is no such file. Throws SyncError `io`. */
export function hashFile(path: string): string | null {
  const sha256 = createHash('sha256');
  return readChunks(path, (chunk) => sha256.update(chunk)) ? sha256.digest('hex') : null;
}

/** Hands the file's bytes on piece by piece, each valid during the call only, which reads no other file; `false` if there is no such file. */
function readChunks(path: string, onChunk: (chunk: Buffer) => void): boolean {
  return withIoErrors(path, 'read', () => {
    if (plainStats(path) === undefined) return false;
    const fd = openPlain(path);
    try {
      for (let read = readSync(fd, BUFFER); read > 0; read = readSync(fd, BUFFER)) onChunk(BUFFER.subarray(0, read));
      return true;
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
