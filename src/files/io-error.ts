import { messageOf, SyncError } from '../errors.js';

interface IoReason {
  readonly reason: string;
  readonly hint: string;
}

const PERMISSION: IoReason = {
  reason: 'permission denied',
  hint: 'check who owns the file and its folder, and that you may write there',
};
const NO_SPACE: IoReason = {
  reason: 'no space left',
  hint: 'free some space on that disk, then run the command again',
};

const IO_REASONS: Readonly<Record<string, IoReason>> = {
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: { reason: 'the file system is read-only', hint: 'mount it writable, or name a folder on another disk' },
  ENOENT: { reason: 'no such file or folder', hint: 'check the path; the folder that holds the file must exist' },
  ENOTDIR: {
    reason: 'a part of the path is not a folder',
    hint: 'check the path; a file stands where a folder must be',
  },
  EEXIST: { reason: 'a file stands there already', hint: 'move that file away, or name another path' },
  EISDIR: { reason: 'it is a folder, and must be a file', hint: 'move that folder away, or name another path' },
  EMFILE: { reason: 'too many open files', hint: 'raise the limit of open files (ulimit -n), then try again' },
};

/**
 * Turns whatever a file operation threw into a {@link SyncError} of code `io`, whose message names the path and
 * the reason. A `SyncError` comes back as it is.
 *
 * @param doing what was tried, as a verb that fits between "Cannot" and the path: `read`, `write`, `rename`.
 */
export function toIoError(error: unknown, path: string, doing: string): SyncError {
  if (error instanceof SyncError) return error;
  const code = errorCode(error) ?? '';
  const known = IO_REASONS[code];
  if (known === undefined) return new SyncError('io', `Cannot ${doing} ${path}: ${messageOf(error)}`, { cause: error });
  return new SyncError('io', `Cannot ${doing} ${path}: ${known.reason} (${code})`, { hint: known.hint, cause: error });
}

/** Runs `body`; what it throws leaves as {@link toIoError} makes it. */
export function withIoErrors<T>(path: string, doing: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw toIoError(error, path, doing);
  }
}

/** The `code` of an error of Node (`ENOENT`, ...), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
