import { closeSync, readSync } from 'node:fs';

import { openPlain } from './file.js';
import { withIoErrors } from './io-error.js';

const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * The bytes of a file in pieces that end where a line ends; only the last may end without a newline. A piece is valid until the next
 * one is asked for.
 *
 * @throws SyncError at the first step: `refused` if it is no plain file, `io` if it is missing or unreadable
 */
export function* readBlocks(path: string, blockBytes = BLOCK_BYTES): Generator<Buffer, void, undefined> {
  const fd = withIoErrors(path, 'read', () => openPlain(path));
  try {
    let buffer = Buffer.allocUnsafe(blockBytes);
    let kept = 0;
    for (;;) {
      const size = withIoErrors(path, 'read', () => readSync(fd, buffer, kept, buffer.length - kept, null));
      if (size === 0) break;
      const read = buffer.subarray(0, kept + size);
      const complete = read.lastIndexOf(NEWLINE) + 1;
      if (complete > 0) yield read.subarray(0, complete);
      kept = read.length - complete;
      // A line that fills the buffer needs a larger one.
      const next = kept === buffer.length ? Buffer.allocUnsafe(2 * kept) : buffer;
      read.copy(next, 0, complete);
      buffer = next;
    }
    if (kept > 0) yield buffer.subarray(0, kept);
  } finally {
    closeSync(fd);
  }
}
