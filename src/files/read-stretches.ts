import { closeSync, readSync } from 'node:fs';

import { openPlain } from './file.js';
import { withIoErrors } from './io-error.js';
import type { FileDigest, Stretch } from './stretches.js';

/** A stretch of a file with its bytes, which are valid until the next one is asked for. */
export interface StretchBytes {
  /** Undefined for the last one, which ends with its file: where more follows it is another one. */
  readonly stretch: Stretch | undefined;
  readonly bytes: Buffer;
}

/**
 * The stretches of a file, if it is still as it was when it was hashed: whoever uses them must look whether it is, and gets none after a place
 * where the file ends by now.
 *
 * @throws SyncError at the first step: `refused` if it is no plain file, `io` if it is missing or unreadable
 */
export function* readStretches(path: string, { stretches }: FileDigest): Generator<StretchBytes, void, undefined> {
  const fd = withIoErrors(path, 'read', () => openPlain(path));
  try {
    const buffer = Buffer.allocUnsafe(stretches.reduce((most, { bytes }) => Math.max(most, bytes), 0));
    for (const stretch of stretches) {
      const bytes = buffer.subarray(0, stretch.bytes);
      const read = withIoErrors(path, 'read', () => readSync(fd, bytes));
      if (read < bytes.length) return;
      yield { stretch: stretch === stretches.at(-1) ? undefined : stretch, bytes };
    }
  } finally {
    closeSync(fd);
  }
}
