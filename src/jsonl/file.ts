import { createHash, hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { messageOf, SyncError } from '../errors.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

interface IoReason {
  readonly reason: string;
  readonly hint: string;
}

const PERMISSION: IoReason = {
  reason: 'permission denied',
  hint: 'Check who owns the file and its folder, and that you may write there.',
};
const NO_SPACE: IoReason = {
  reason: 'no space left',
  hint: 'Free some space on that disk, then run the command again.',
};

const IO_REASONS: Readonly<Record<string, IoReason>> = {
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: { reason: 'the file system is read-only', hint: 'Mount it writable, or name a folder on another disk.' },
  ENOENT: { reason: 'no such file or folder', hint: 'Check the path; the folder that holds the file must exist.' },
  ENOTDIR: {
    reason: 'a part of the path is not a folder',
    hint: 'Check the path; a file stands where a folder must be.',
  },
  EEXIST: { reason: 'a file stands there already', hint: 'Move that file away or name another path.' },
  EISDIR: { reason: 'it is a folder, expected a file', hint: 'Move that folder away or name another path.' },
  EMFILE: { reason: 'too many open files', hint: 'Raise the limit of open files (`ulimit -n`), then try again.' },
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
  return new SyncError('io', `Cannot ${doing} ${path}: ${known.reason} (${code}).`, { hint: known.hint, cause: error });
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

/** A name for a temporary file that will become `name`, used by no other process and no other call. */
export function temporaryName(name: string): string {
  return `.${name}.${String(process.pid)}.${randomBytes(6).toString('hex')}.tmp`;
}

/** The mode of files that nobody but their owner is to read. */
export const OWNER_FILE = 0o600;

/** Writes all of `bytes` at the file's current position: one `write` may stop halfway. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/**
 * Gives an open file, which was made for its owner alone, the permissions of the file that it is about to replace; where there is
 * none, those that a new file has. Throws the error of Node if `target` is a folder: a rename onto it could only fail, and later.
 */
export function keepMode(fd: number, target: string): void {
  const old = statSync(target, { throwIfNoEntry: false });
  if (old?.isDirectory() === true) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  const present = fstatSync(fd).mode & 0o7777;
  const mode = old === undefined ? findModeOfNew(target) : old.mode & 0o7777;
  // Only when they differ: some file systems refuse every chmod, and there they never do.
  if (present !== mode) fchmodSync(fd, mode);
}

/** Which permissions a new file gets beside another one, as the user and the file system have it. */
function findModeOfNew(path: string): number {
  const probe = join(dirname(path), temporaryName(basename(path)));
  const fd = openSync(probe, 'wx');
  try {
    return fstatSync(fd).mode & 0o7777;
  } finally {
    closeSync(fd);
    rmSync(probe, { force: true });
  }
}

/** Makes the renames and removals in a folder survive a power cut. */
export function syncFolder(dir: string): void {
  // Windows cannot open a folder, and writes its metadata in order by itself.
  if (process.platform === 'win32') return;
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some network file systems know no fsync of folders: nothing more can be done there.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces the file's content as a whole: at any moment, after a crash too, the file is the old or the new one. An
 * existing file's permissions are kept. For several files that belong together see `FileSet`.
 * @throws SyncError `io`; the file is then as it was, unless only the last step, the fsync of the folder, failed.
 */
export function atomicWrite(path: string, data: string | Uint8Array): void {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  withIoErrors(path, 'write', () => {
    try {
      writeSynced(temporary, path, typeof data === 'string' ? Buffer.from(data) : data);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(dirname(path));
  });
}

function writeSynced(temporary: string, target: string, bytes: Uint8Array): void {
  const fd = openSync(temporary, 'wx', OWNER_FILE);
  try {
    writeAll(fd, bytes);
    keepMode(fd, target);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether anything, file or folder, has this path. Throws SyncError `io` if that cannot be told. */
export function fileExists(path: string): boolean {
  return withIoErrors(path, 'read', () => statSync(path, { throwIfNoEntry: false }) !== undefined);
}

/** The file's size in bytes, 0 if there is none. Throws SyncError `io`. */
export function fileSize(path: string): number {
  return withIoErrors(path, 'read', () => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

/**
 * Which file this is, and in which state, as a text to compare: it differs once another file stands there or the bytes were written
 * again, and is the same for all that are missing. Throws SyncError `io`.
 */
export function fileIdentity(path: string): string {
  const found = withIoErrors(path, 'read', () => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return found === undefined ? 'missing' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

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
  // Small files in one go: a stream costs more than the hash. The size is only a hint, the file may grow meanwhile.
  if (fileSize(path) <= CHUNK_BYTES) return hashSmallFile(path);
  const sha256 = createHash('sha256');
  return readChunks(path, (chunk) => sha256.update(chunk)) ? sha256.digest('hex') : null;
}

function hashSmallFile(path: string): string | null {
  return withIoErrors(path, 'read', () => {
    try {
      return hash('sha256', readFileSync(path), 'hex');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  });
}

/** Hands the file's bytes on piece by piece, each valid during the call only; `false` if there is no such file. */
function readChunks(path: string, onChunk: (chunk: Buffer) => void): boolean {
  return withIoErrors(path, 'read', () => {
    const fd = openIfExists(path);
    if (fd === null) return false;
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) onChunk(buffer.subarray(0, read));
      return true;
    } finally {
      closeSync(fd);
    }
  });
}

function openIfExists(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
