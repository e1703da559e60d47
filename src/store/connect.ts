import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder, OWNER_ONLY } from '../files/directory.js';
import { messageOf, SyncError } from '../errors.js';
import { makeEmptyFile } from '../files/owner-file.js';
import type { Database } from './database.js';
import { openDriver } from './drivers/open-driver.js';
import { Sql } from './sql.js';
import { toSyncError } from './sqlite-error.js';
import { BUSY_TIMEOUT, withLockRetry } from './lock-retry.js';

/**
 * Opens the database at `path` as the engine needs it: foreign keys on, and 5 seconds of patience with a locked database.
 *
 * The journal mode is a property of the file, so it is the owner's: the write-ahead log is turned on in a database that is made
 * here, and in no other. Opening changes no byte of a file that is there.
 *
 * @param path the file; with `create` it and its folder are made where they are missing, for their owner alone
 * @param options `name` is what messages call it where that is not the file
 * @throws SyncError `database` where there is no file, or one that is no database; `io` where it cannot be read or made;
 * `busy` where another program holds it
 */
export function connect(path: string, options: { readonly create: boolean; readonly name?: string }): Database {
  // Absolute, because SQLite reads a name that begins with `file:` as a URI.
  const file = resolve(path);
  const { name = file } = options;
  checkFile(file, options.create);
  const database = openDriver(file);
  try {
    configure(database, name, options.create);
    return database;
  } catch (error) {
    database.close();
    throw toSyncError(error, 'Opening it', name);
  }
}

function configure(database: Database, name: string, create: boolean): void {
  // KiB of cache: with SQLite's own 2 MB an import of 30,000 records writes many pages several times.
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000`);
  const sql = new Sql(database, name);
  if (create && isNew(sql)) {
    withLockRetry(name, () => {
      database.exec('PRAGMA journal_mode = WAL');
    });
  }
  // Without the log this could damage the file when the power fails.
  if (sql.get('PRAGMA journal_mode')?.[0] === 'wal') database.exec('PRAGMA synchronous = NORMAL');
}

/** Whether a database holds nothing but, at most, our own tables. */
function isNew(sql: Sql): boolean {
  const others = `type IN ('table', 'view') AND substr(name, 1, 7) NOT IN ('sqlite_', 'scsync_')`;
  return sql.get(`SELECT 1 FROM sqlite_schema WHERE ${others} LIMIT 1`) === undefined;
}

/** SQLite says no more than "unable to open database file", so the causes that can be told apart are found here. */
function checkFile(file: string, create: boolean): void {
  const found = describe(file);
  if (found === 'a file') {
    try {
      accessSync(file, constants.R_OK);
    } catch (error) {
      throw new SyncError('io', `Cannot read ${file}: ${messageOf(error)}`, { cause: error });
    }
  } else if (found !== undefined) {
    throw new SyncError('database', `Cannot open ${file}: it is ${found}, and no database`, {
      hint: 'name the database with --db',
    });
  } else if (create) {
    makeFolder(dirname(file), OWNER_ONLY);
    makeEmptyFile(file);
  } else {
    throw new SyncError('database', `There is no database at ${file}`, {
      hint: 'sc-sync init makes it; or name another one with --db',
    });
  }
}

/** What stands at a path, undefined where nothing does. */
function describe(file: string): 'a file' | 'a folder' | 'a special file' | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return 'a folder';
    return stats.isFile() ? 'a file' : 'a special file';
  } catch (error) {
    throw new SyncError('io', `Cannot reach ${file}: ${messageOf(error)}`, { cause: error });
  }
}
