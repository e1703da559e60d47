import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf, SyncError } from '../errors.js';
import type { Database } from './database.js';
import { openDriver } from './drivers/open-driver.js';
import { toSyncError } from './sqlite-error.js';
import { fileExists, plainStats } from '../files/file.js';
import { toIoError, withIoErrors } from '../files/io-error.js';

/** The lock database's name inside the folder. It stays there, empty; deleting it while it is held would break the lock. */
const LOCK_FILE = '.sync.lock';
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** How {@link withLock} waits. */
export interface LockOptions {
  /** How long to wait for another holder, in milliseconds; 0 does not wait. */
  readonly timeoutMs: number;
}

/**
 * Runs `body` while no other process, and no other call in this one, holds the folder's lock.
 *
 * The lock is an exclusive transaction on a database of its own, so it ends with its process, however that ends.
 * Never open the lock file by other means in the same process: on POSIX systems closing it would drop the lock.
 *
 * @throws SyncError `busy` if the lock is still held after `timeoutMs`, `io` if the folder cannot be written to,
 *   and whatever `body` throws.
 */
export function withLock<T>(dir: string, options: LockOptions, body: () => T): T {
  const release = acquire(dir, options.timeoutMs);
  try {
    return body();
  } finally {
    release();
  }
}

/** Says whether a folder was ever locked. */
export function hasLock(dir: string): boolean {
  return fileExists(join(dir, LOCK_FILE));
}

function acquire(dir: string, timeoutMs: number): () => void {
  requireWritable(dir);
  requireOurs(join(dir, LOCK_FILE));
  let connection: Database | undefined;
  try {
    connection = openDriver(join(dir, LOCK_FILE));
    const timeout = Math.min(Math.max(0, Math.trunc(timeoutMs)), LONGEST_TIMEOUT_MS);
    connection.exec(`PRAGMA busy_timeout = ${String(timeout)}`);
    // No journal may lie beside the exported files.
    connection.exec('PRAGMA journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
    // On a file that it may only read, SQLite takes a shared lock for BEGIN EXCLUSIVE and says nothing. A write, which is
    // never committed, tells.
    connection.exec('PRAGMA user_version = 1');
  } catch (error) {
    connection?.close();
    throw toLockError(error, dir, timeoutMs);
  }
  const held = connection;
  // Closing rolls the empty transaction back and frees the lock.
  return () => {
    held.close();
  };
}

function requireWritable(dir: string): void {
  try {
    if (!statSync(dir).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    accessSync(dir, constants.W_OK);
  } catch (error) {
    throw toIoError(error, dir, 'lock');
  }
}

/**
 * The lock holds nothing, ever. Anything else somebody put there: a link to a database of another program, or one whose journal
 * tells SQLite what to delete.
 */
function requireOurs(path: string): void {
  const size = withIoErrors(path, 'read', () => plainStats(path)?.size ?? 0);
  if (size === 0) return;
  throw new SyncError('refused', `Cannot lock: ${path} is not the lock of this program, which is an empty file`, {
    hint: 'see in git who wrote it, then delete it',
  });
}

function toLockError(error: unknown, dir: string, timeoutMs: number): SyncError {
  const { code } = toSyncError(error, 'Locking');
  if (code === 'busy') {
    const waited = timeoutMs > 0 ? ` (waited ${String(timeoutMs)} ms)` : '';
    return new SyncError('busy', `Another process is working in ${dir}${waited}`, {
      hint: 'wait until it is done, then run the command again',
      cause: error,
    });
  }
  // No driver at all: that error says itself what to do.
  if (error instanceof SyncError && code === 'database') return error;
  return new SyncError('io', `Cannot lock ${dir}: ${messageOf(error)}`, {
    hint: `check that ${join(dir, LOCK_FILE)} can be written; where nothing runs, delete it`,
    cause: error,
  });
}
