import { toSyncError } from './sqlite-error.js';

/** How long to wait for a locked database, in milliseconds. */
export const BUSY_TIMEOUT = 5000;

/** How long to wait before a refused attempt is repeated, in milliseconds. */
const PAUSE = 10;

/**
 * Does what needs a database for itself, again and again until nobody else is in the way. Where two might wait for each other
 * SQLite tells one at once that the database is busy, whatever `busy_timeout` says, and that one has only to try again.
 *
 * @throws SyncError `busy` where somebody holds it for longer than 5 seconds
 */
export function withLockRetry(file: string, attempt: () => void): void {
  const deadline = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      attempt();
      return;
    } catch (error) {
      const mapped = toSyncError(error, 'Taking it', file);
      if (mapped.code !== 'busy' || performance.now() > deadline) throw mapped;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}
