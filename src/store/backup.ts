import { closeSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { SyncError } from '../errors.js';
import { fileExists, fileSize, OWNER_FILE, syncFolder } from '../files/file.js';
import { errorCode, withIoErrors } from '../files/io-error.js';
import { makeEmptyFile, syncFile } from '../files/owner-file.js';
import { requireSound } from './check-damage.js';
import { openDriver } from './drivers/open-driver.js';
import { Sql } from './sql.js';
import { BUSY_TIMEOUT } from './lock-retry.js';

/** A copy of a database that was checked after it was written. */
export interface BackupInfo {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Writes a consistent copy of a database while others use it, for its owner alone, and checks both. A copy and its original fork
 * what they have seen, so back up after a sync, and go on with only one of the two.
 *
 * @throws SyncError `refused` when there is a file already, `io` when the copy cannot be written, `database` when the database is
 * damaged; no copy is left then.
 */
export function backup(databasePath: string, backupPath: string): BackupInfo {
  if (!fileExists(databasePath))
    throw new SyncError('database', `There is no database at ${databasePath} to back up`, {
      hint: 'name it with --db',
    });
  reserve(backupPath);
  try {
    withFolderBeside(backupPath, (folder) => {
      const copy = join(folder, 'copy.db');
      makeEmptyFile(copy);
      copyDatabase(databasePath, copy);
      withIoErrors(backupPath, 'write', () => {
        syncFile(copy);
        renameSync(copy, backupPath);
      });
    });
    withIoErrors(dirname(backupPath), 'fsync', () => {
      syncFolder(dirname(backupPath));
    });
  } catch (error) {
    rmSync(backupPath, { force: true });
    throw error;
  }
  return { path: backupPath, size: fileSize(backupPath) };
}

/** Takes the name with an empty file, so that nothing which comes up meanwhile is overwritten. */
function reserve(path: string): void {
  withIoErrors(path, 'write', () => {
    try {
      closeSync(openSync(path, 'wx', OWNER_FILE));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      throw new SyncError('refused', `Cannot write the backup: ${path} is there already`, {
        hint: 'give another name, or move it away',
      });
    }
  });
}

/** Gives the body a folder that is its owner's alone, on the disk of the file. */
function withFolderBeside(path: string, body: (folder: string) => void): void {
  const folder = withIoErrors(path, 'write', () => mkdtempSync(join(dirname(path), '.sc-sync-backup-')));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyDatabase(from: string, to: string): void {
  withSql(from, from, (sql) => {
    sql.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    // A copy would hide what is wrong with an index: it makes each anew from the rows.
    requireSound(sql, from);
    sql.exec(`VACUUM INTO '${to.replaceAll("'", "''")}'`);
  });
  withSql(to, 'the copy', (sql) => {
    requireSound(sql, 'the copy');
  });
}

function withSql(path: string, name: string, body: (sql: Sql) => void): void {
  const sql = new Sql(openDriver(path), name);
  try {
    body(sql);
  } finally {
    sql.close();
  }
}
