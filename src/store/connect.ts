import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, SyncError } from '../errors.js';
import type { Database } from './database.js';
import { openDriver } from './drivers/open-driver.js';
import { isEmpty, isSaveContext, readFoundSchema } from './schema/found-schema.js';
import { Sql } from './sql.js';
import { toSyncError } from './sqlite-error.js';

/** How long to wait for a locked database, in milliseconds. */
const BUSY_TIMEOUT = 5000;

/** How long to wait before a refused attempt is repeated, in milliseconds. */
const RETRY_PAUSE = 10;

/**
 * Opens the database at `path` as the engine needs it: write-ahead log, foreign keys on, synchronous normal, and 5 seconds of
 * patience with a locked database.
 *
 * The write-ahead log is a property of the file, so it is set only on a database of SaveContext, and on an empty one that is to be
 * created; another program's file stays as it is, byte for byte.
 *
 * @param path the file; with `create` it and its folder are made where they are missing
 * @throws SyncError `database` where there is no file, or one that is no database; `io` where it cannot be read or made;
 * `busy` where another program holds it
 */
export function connect(path: string, options: { readonly create: boolean }): Database {
  // Absolute, because SQLite reads a name that begins with `file:` as a URI.
  const file = resolve(path);
  checkFile(file, options.create);
  const database = openDriver(file);
  try {
    configure(database, file, options.create);
    return database;
  } catch (error) {
    database.close();
    throw toSyncError(error, 'Opening it', file);
  }
}

function configure(database: Database, file: string, create: boolean): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL`);
  // KiB: with SQLite's own 2 MB an import of 30,000 records writes many pages several times.
  database.exec(`PRAGMA cache_size = -16000`);
  const found = readFoundSchema(new Sql(database, file));
  if (isSaveContext(found) || (create && isEmpty(found))) setWriteAheadLog(database, file);
}

/**
 * Two processes that turn the log on at the same time would wait for each other, so SQLite tells one that the database is busy
 * at once, whatever `busy_timeout` says. That one has only to try again.
 */
function setWriteAheadLog(database: Database, file: string): void {
  const deadline = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const mapped = toSyncError(error, 'Turning the write-ahead log on', file);
      if (mapped.code !== 'busy' || performance.now() > deadline) throw mapped;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_PAUSE);
    }
  }
}

/** SQLite says no more than "unable to open database file", so the causes that can be told apart are found here. */
function checkFile(file: string, create: boolean): void {
  const found = describe(file);
  if (found === 'a file') {
    try {
      accessSync(file, constants.R_OK);
    } catch (error) {
      throw new SyncError('io', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  } else if (found !== undefined) {
    throw new SyncError('database', `${file} is ${found}, and not a database file.`, {
      hint: 'Name the database file with --db.',
    });
  } else if (create) {
    makeFolder(dirname(file));
  } else {
    throw new SyncError('database', `There is no database at ${file}.`, {
      hint: 'Run `sc-sync init` to create it, or name another one with --db.',
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
    throw new SyncError('io', `${file} cannot be reached: ${messageOf(error)}`, { cause: error });
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new SyncError('io', `The folder ${folder} cannot be created: ${messageOf(error)}`, { cause: error });
  }
}
