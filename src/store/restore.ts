import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { makeFolder, OWNER_ONLY } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { fileExists, fileSize, syncFolder } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { copyOpenFile, makeEmptyFile } from '../files/owner-file.js';
import { requireSound } from './check-damage.js';
import type { OwnDatabase } from './database.js';
import { openDriver } from './drivers/open-driver.js';
import { Sql } from './sql.js';
import { toSyncError } from './sqlite-error.js';
import { BUSY_TIMEOUT, withLockRetry } from './lock-retry.js';

/** What a restore did. */
export interface RestoreInfo {
  readonly path: string;
  /** Where what it replaced lies now; null when there was nothing. */
  readonly replaced: string | null;
}

/**
 * Writes a backup into a database. The backup is checked first; what the database held is kept beside it under another name.
 *
 * The file stays the same one, with its mode and its owner: programs that have it open without using it see the backup from then
 * on. From the copy to the end the database is locked, so a write of another program stands in the copy, or is made afterwards.
 *
 * @throws SyncError `busy` when somebody uses the database, `database` when the backup or the database is damaged or no database;
 * the database is as it was then.
 */
export async function restore(
  databasePath: string,
  backupPath: string,
  now: number = Date.now(),
): Promise<RestoreInfo> {
  requireOther(databasePath, backupPath);
  const aside = `${databasePath}.${new Date(now).toISOString().replaceAll(/[-:.]/g, '')}.old`;
  if (fileExists(aside))
    throw new SyncError('refused', `Cannot move the database away: ${aside} is there already`, {
      hint: 'move it away, or try again',
    });
  const source = openBackup(backupPath);
  try {
    const log = fileSize(databasePath) > 0 ? undefined : makePlace(databasePath, aside);
    const isKept = await overwrite(source, resolve(databasePath), aside);
    return { path: databasePath, replaced: isKept ? aside : (log ?? null) };
  } finally {
    // What the check has read may be collected only later; the backup is not to be held until then.
    source.exec('ROLLBACK');
    source.close();
  }
}

function requireOther(databasePath: string, backupPath: string): void {
  const identity = (path: string): string | undefined =>
    withIoErrors(path, 'read', () => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found === undefined ? undefined : `${found.dev} ${found.ino}`;
    });
  const backup = identity(backupPath);
  if (backup === undefined) throw new SyncError('io', `There is no backup ${backupPath}`, { hint: 'check the path' });
  if (backup === identity(databasePath))
    throw new SyncError('refused', `Cannot restore ${backupPath}: it is the database itself`, {
      hint: 'name a backup of it',
    });
}

/** Opens a backup and checks it, in a transaction: what is read later is what was checked. */
function openBackup(path: string): OwnDatabase {
  if (withIoErrors(path, 'read', () => statSync(path).size) === 0)
    throw new SyncError('database', `The backup ${path} is damaged: it is empty`, { hint: 'restore another one' });
  const database = openDriver(resolve(path), { readOnly: true });
  try {
    database.exec('BEGIN');
    requireSound(new Sql(database, path), path);
    return database;
  } catch (error) {
    database.close();
    throw toSyncError(error, 'Checking it', path);
  }
}

/**
 * Makes an empty file where there is no database. A log that a former one has left would be taken for its own: it is kept under
 * another name, which is given.
 */
function makePlace(path: string, aside: string): string | undefined {
  makeFolder(dirname(path), OWNER_ONLY);
  const logs = ['-journal', '-wal'].filter((suffix) => fileExists(`${path}${suffix}`));
  withIoErrors(path, 'move away the log of', () => {
    for (const suffix of logs) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    rmSync(`${path}-shm`, { force: true });
  });
  makeEmptyFile(path);
  return logs.map((suffix) => `${aside}${suffix}`)[0];
}

/** Puts the source in the place of what a database holds, which is copied aside; says whether there was anything. */
async function overwrite(source: OwnDatabase, path: string, aside: string): Promise<boolean> {
  // On POSIX systems whoever closes a file loses all locks on it, so this one is closed last.
  const fd = withIoErrors(path, 'write', () => openSync(path, 'r'));
  const isEmpty = fstatSync(fd).size === 0;
  const isLogged = isEmpty || hasLog(fd);
  try {
    const database = openDriver(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      withLockRetry(path, () => {
        takeAlone(database, path, fd);
      });
      if (!isEmpty) copyAside(fd, aside);
      // The lock is ours already, and a second connection must not wait for it.
      await source.copyOver(`${pathToFileURL(path).href}?nolock=1`);
    } finally {
      database.close();
    }
  } catch (error) {
    throw unreadable(toSyncError(error, 'Restoring it', path));
  } finally {
    closeSync(fd);
    keepJournalMode(path, isLogged);
  }
  return !isEmpty;
}

/** Locks a database so that nobody else reads or writes it. Throws where somebody does, in any way that SQLite knows of. */
function takeAlone(database: OwnDatabase, path: string, fd: number): void {
  // Leaving the log takes what it holds into the file, and is refused while anybody else uses it.
  database.exec('PRAGMA journal_mode = DELETE');
  // An empty file gets its first page only with a transaction, and the lock must leave nothing to be written.
  database.exec('BEGIN IMMEDIATE; COMMIT; BEGIN EXCLUSIVE');
  if (!hasLog(fd) && !fileExists(`${path}-wal`)) return;
  // A program that opens the log just then leaves an empty one, and nothing can be copied beside it. SQLite takes it away when it leaves the
  // log once more; nobody else may, since that program may have it open.
  database.exec('ROLLBACK; PRAGMA journal_mode = WAL');
  throw new SyncError('busy', 'Another program turned the log of the database on');
}

/** Whether a database is in write-ahead log mode, by its header: https://sqlite.org/fileformat.html, 1.3.3. */
function hasLog(fd: number): boolean {
  const version = new Uint8Array(1);
  return readSync(fd, version, 0, 1, 18) === 1 && version[0] === 2;
}

function copyAside(fd: number, aside: string): void {
  withIoErrors(aside, 'write', () => {
    copyOpenFile(fd, aside);
    syncFolder(dirname(aside));
  });
}

/** A database has the journal mode of its owner, whatever the backup had. */
function keepJournalMode(path: string, isLogged: boolean): void {
  let database: OwnDatabase | undefined;
  try {
    const opened = (database = openDriver(path));
    withLockRetry(path, () => {
      opened.exec(`PRAGMA journal_mode = ${isLogged ? 'WAL' : 'DELETE'}`);
    });
  } catch {
    // Somebody uses it all the time: it works in either mode, and what led here is what is to be told.
  } finally {
    database?.close();
  }
}

/** What cannot be read cannot be locked either, so others might go on writing to it: that is for its owner to know. */
function unreadable(error: SyncError): SyncError {
  if (error.code !== 'database') return error;
  const hint = 'stop the programs that use it, move it and its -wal file away, and restore again';
  return new SyncError(error.code, error.message, { details: error.details, hint, cause: error });
}
