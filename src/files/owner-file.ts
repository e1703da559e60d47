import { closeSync, fsyncSync, openSync, readSync, rmSync } from 'node:fs';

import { OWNER_FILE, writeAll } from './file.js';
import { withIoErrors } from './io-error.js';

const CHUNK_BYTES = 256 * 1024;

/** Makes an empty file for its owner alone, unless there is one. Throws SyncError `io`. */
export function makeEmptyFile(path: string): void {
  withIoErrors(path, 'create', () => {
    closeSync(openSync(path, 'a', OWNER_FILE));
  });
}

/** Makes a copy of a file for its owner alone, which would survive a power cut. Throws where something stands there. */
export function copyForOwner(from: string, to: string): void {
  const fd = openSync(from, 'r');
  try {
    copyOpenFile(fd, to);
  } finally {
    closeSync(fd);
  }
}

/** Does as {@link copyForOwner}, and leaves the file open that is copied. */
export function copyOpenFile(from: number, to: string): void {
  const fd = openSync(to, 'wx', OWNER_FILE);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = 0, read = -1; read !== 0; at += read) {
      read = readSync(from, buffer, 0, CHUNK_BYTES, at);
      writeAll(fd, buffer.subarray(0, read));
    }
    fsyncSync(fd);
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Makes the content of a file survive a power cut. */
export function syncFile(path: string): void {
  // Windows syncs only what is open for writing; elsewhere a read-only file can be synced as it is.
  const fd = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
