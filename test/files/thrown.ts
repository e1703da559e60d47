import { SyncError } from '../../src/errors.js';

/** The SyncError that `body` throws. */
export function thrownBy(body: () => unknown): SyncError {
  try {
    body();
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('Expected a SyncError, but nothing was thrown.');
}

/** The SyncError that a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('Expected a SyncError, but nothing was thrown.');
}
