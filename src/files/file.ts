import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { SyncError } from '../errors.js';
import { errorCode, withIoErrors } from './io-error.js';

/** A name for a temporary file that will become `name`, used by no other process and no other call. */
export function temporaryName(name: string): string {
  return `.${name}.${String(process.pid)}.${randomBytes(6).toString('hex')}.tmp`;
}

/** The mode of files that nobody but their owner is to read. */
export const OWNER_FILE = 0o600;

/** Node writes at most 2 GiB in one call. */
const MOST_AT_ONCE = 1024 * 1024 * 1024;

/** Writes all of `bytes` at the file's current position: one `write` may stop halfway. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE));
  }
}

/**
 * Gives an open file, which was made for its owner alone, the permissions of the file that it is about to replace; where there is
 * none, those that a new file has. Throws as {@link plainStats} does: a link would be replaced by a file, and what it leads to would
 * stay as it was.
 */
export function keepMode(fd: number, target: string): void {
  const old = plainStats(target);
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
  writeParts(path, [typeof data === 'string' ? Buffer.from(data) : data]);
}

/** Does the same with bytes in parts that follow each other. */
export function writeParts(path: string, parts: readonly Uint8Array[]): void {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  withIoErrors(path, 'write', () => {
    try {
      writeSynced(temporary, path, parts);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(dirname(path));
  });
}

function writeSynced(temporary: string, target: string, parts: readonly Uint8Array[]): void {
  const fd = openSync(temporary, 'wx', OWNER_FILE);
  try {
    for (const part of parts) writeAll(fd, part);
    keepMode(fd, target);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether anything, file, folder or link, has this path. Throws SyncError `io` if that cannot be told. */
export function fileExists(path: string): boolean {
  return withIoErrors(path, 'read', () => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
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
  const found = withIoErrors(path, 'read', () => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  return found === undefined ? 'missing' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

/** No file that is read piece by piece may be larger, and no file that is read as a whole, in bytes. */
const MOST_BYTES = 2 ** 32;
const MOST_BYTES_AT_ONCE = 2 ** 28;

/**
 * Opens a file of an export directory, which somebody else may have committed. It must be a plain file: a link could lead to what is for
 * nobody else, a pipe or a device never ends. Throws `refused` for anything else, and the errors of Node.
 */
export function openPlain(path: string, flags: number = constants.O_RDONLY, most: number = MOST_BYTES): number {
  plainStats(path);
  // It may be another one by now: no link is followed, and a pipe is not waited for. Windows has neither flag.
  const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = requirePlain(path, fstatSync(fd));
    if (size > most) throw tooLarge(path, size, most);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** What is known of a plain file; undefined where there is none. Throws `refused` for anything else, and the errors of Node. */
export function plainStats(path: string): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : requirePlain(path, found);
}

/** The bytes of a file of an export directory, undefined where there is none. Throws `refused`, `io`. */
export function readPlain(path: string): Buffer | undefined {
  return withIoErrors(path, 'read', () => {
    if (plainStats(path) === undefined) return undefined;
    const fd = openPlain(path, constants.O_RDONLY, MOST_BYTES_AT_ONCE);
    try {
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** The names of what an export directory holds, none where it is missing. Throws `refused` for a link, `io`. */
export function namesIn(dir: string): string[] {
  refuseLinkedFolder(dir);
  return withIoErrors(dir, 'read', () => (fileExists(dir) ? readdirSync(dir) : []));
}

/** Throws `refused` where a path is no folder itself but a link to one. */
export function refuseLinkedFolder(path: string): void {
  const found = withIoErrors(path, 'read', () => lstatSync(path, { throwIfNoEntry: false }));
  if (found?.isSymbolicLink() !== true) return;
  throw new SyncError('refused', `${path} must be a folder, and is a symbolic link`, {
    hint: 'put the folder itself in its place, or remove the link',
  });
}

function requirePlain(path: string, found: Stats): Stats {
  if (found.isFile()) return found;
  if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'a pipe, a socket or a device';
  throw new SyncError('refused', `${path} must be a plain file, and is ${what}`, {
    hint: 'put the file itself in its place, or remove it; the next export then writes the records of the database',
  });
}

function tooLarge(path: string, size: number, most: number): SyncError {
  return new SyncError('refused', `${path} must have at most ${most} bytes, and has ${size}`, {
    hint: 'see in git who wrote it; put a smaller one in its place, or remove it',
  });
}
