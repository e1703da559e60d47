import { closeSync, copyFileSync, constants, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { SyncError } from './errors.js';
import { fileSize, syncFolder, withIoErrors } from './jsonl/file.js';
import type { Database } from './store/database.js';
import { openDriver } from './store/drivers/open-driver.js';
import { toSyncError } from './store/sqlite-error.js';
import { Sql } from './store/sql.js';

/** A copy of a database that was checked after it was written. */
export interface BackupInfo {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Writes a consistent copy of a database while others use it, and checks the copy. A copy and its original fork
 * what they have seen, so back up after a sync, and go on with only one of the two.
 *
 * @throws SyncError `refused` when there is a file already, `io` or `database` when the copy cannot be written or is
 * damaged; no copy is left then.
 */
export function backup(databasePath: string, backupPath: string): BackupInfo {
  requireFree(backupPath);
  const temporary = `${backupPath}.${process.pid}.tmp`;
  try {
    // SQLite takes an empty file, and would blame the database for a folder that is not there.
    withIoErrors(backupPath, 'write', () => {
      closeSync(openSync(temporary, 'wx'));
    });
    withDatabase(databasePath, 'backed up', (database) => {
      database.exec(`VACUUM INTO '${temporary.replaceAll("'", "''")}'`);
    });
    checkDatabase(temporary, 'the copy');
    putInPlace(temporary, backupPath);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { path: backupPath, size: fileSize(backupPath) };
}

/** What a restore did. */
export interface RestoreInfo {
  readonly path: string;
  /** Where the replaced database lies now; null when there was none. */
  readonly replaced: string | null;
}

/**
 * Replaces a database by a backup of it. The backup is copied and checked first; the old database keeps its place until
 * the new one can take it, and stays beside it under another name.
 *
 * @throws SyncError `busy` when somebody uses the database, `database` when the backup is damaged or no database; the
 * old database is as it was then.
 */
export function restore(databasePath: string, backupPath: string, now: number = Date.now()): RestoreInfo {
  if (!existsSync(backupPath))
    throw new SyncError('io', `${backupPath}: there is no such file`, { hint: 'check the path' });
  const temporary = `${databasePath}.${process.pid}.tmp`;
  try {
    withIoErrors(temporary, 'write', () => {
      copyFileSync(backupPath, temporary, constants.COPYFILE_EXCL);
    });
    checkDatabase(temporary, backupPath);
    const replaced = existsSync(databasePath) ? setAside(databasePath, now) : null;
    putInPlace(temporary, databasePath);
    return { path: databasePath, replaced };
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Folds the log into the database, so that one file is all of it, and keeps that file under another name. */
function setAside(databasePath: string, now: number): string {
  withDatabase(databasePath, 'replaced', (database) => {
    // Leaving the log needs the database for itself: SQLite says busy while anybody else has it open.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE');
  });
  const aside = `${databasePath}.${new Date(now).toISOString().replaceAll(/[-:.]/g, '')}.old`;
  requireFree(aside);
  withIoErrors(aside, 'write', () => {
    copyFileSync(databasePath, aside, constants.COPYFILE_EXCL);
    syncFile(aside);
  });
  return aside;
}

/** Prepares no statement: `@photostructure/sqlite` keeps a database open until the garbage collector has found those. */
function withDatabase(path: string, what: string, body: (database: Database) => void): void {
  if (!existsSync(path))
    throw new SyncError('database', `${path}: there is no database to be ${what}`, { hint: 'check --db' });
  let database: Database | undefined;
  try {
    database = openDriver(path);
    database.exec('PRAGMA busy_timeout = 5000');
    body(database);
  } catch (error) {
    throw toSyncError(error, `${path} cannot be ${what}`, path);
  } finally {
    database?.close();
  }
}

/** Throws unless the file is a SQLite database without damage; the message calls it by the name. */
function checkDatabase(path: string, name: string): void {
  let sql: Sql | undefined;
  try {
    if (fileSize(path) === 0) throw new SyncError('database', `${name} is damaged: it is empty`);
    sql = new Sql(openDriver(path, { readOnly: true }), name);
    const found = sql.all('PRAGMA integrity_check').map(([line]) => String(line));
    if (found.join() !== 'ok') {
      throw new SyncError('database', `${name} is damaged: ${found[0] ?? 'no answer'}`, { details: found });
    }
  } catch (error) {
    throw toSyncError(error, 'Checking it', name);
  } finally {
    sql?.close();
  }
}

function putInPlace(temporary: string, path: string): void {
  withIoErrors(path, 'write', () => {
    syncFile(temporary);
    renameSync(temporary, path);
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    syncFolder(dirname(path));
  });
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function requireFree(path: string): void {
  if (!existsSync(path)) return;
  throw new SyncError('refused', `${path} is there already`, { hint: 'give another name, or move it away' });
}
