import { messageOf, SyncError, type SyncErrorCode } from '../errors.js';

interface ErrorKind {
  readonly code: SyncErrorCode;
  readonly hint?: string;
  /** What it means, said of the file. */
  readonly says?: string;
}

const BUSY: ErrorKind = {
  code: 'busy',
  says: 'is locked by another program',
  hint: 'try again when the other program is done',
};
const IO: ErrorKind = { code: 'io', says: 'cannot be read or written' };
const READ_ONLY: ErrorKind = {
  code: 'io',
  says: 'cannot be written: the file or its folder is read-only',
  hint: 'make both writable, or name another database with --db',
};
const FULL: ErrorKind = { code: 'io', says: 'cannot be written: the disk is full', hint: 'make room, then try again' };
const DATABASE: ErrorKind = { code: 'database' };
const NOT_A_DATABASE: ErrorKind = {
  code: 'database',
  says: 'is no SQLite database, or is damaged',
  hint: 'check the path; where the file is damaged, restore a backup: sc-sync restore <file>',
};

/** SQLite's primary result code for a failed constraint. */
const CONSTRAINT = 19;

/** The primary result codes that mean something other than `database`; https://sqlite.org/rescode.html */
const KINDS: ReadonlyMap<number, ErrorKind> = new Map([
  [3, IO], // PERM
  [5, BUSY], // BUSY
  [8, READ_ONLY], // READONLY
  [10, IO], // IOERR
  [11, NOT_A_DATABASE], // CORRUPT
  [13, FULL], // FULL
  [14, IO], // CANTOPEN
  [15, BUSY], // PROTOCOL: two processes raced for the write-ahead log
  [26, NOT_A_DATABASE], // NOTADB
]);

/** The names under which `better-sqlite3` gives the same codes, as in `SQLITE_IOERR_READ`. */
const CODE_OF_NAME: ReadonlyMap<string, number> = new Map([
  ['PERM', 3],
  ['BUSY', 5],
  ['READONLY', 8],
  ['IOERR', 10],
  ['CORRUPT', 11],
  ['FULL', 13],
  ['CANTOPEN', 14],
  ['PROTOCOL', 15],
  ['CONSTRAINT', CONSTRAINT],
  ['NOTADB', 26],
]);

/** SQLite's own words, for a driver that gives no code. */
const CODE_OF_MESSAGE: readonly (readonly [RegExp, number])[] = [
  [/database is locked/, 5],
  [/attempt to write a readonly database/, 8],
  [/disk I\/O error/, 10],
  [/database disk image is malformed/, 11],
  [/database or disk is full/, 13],
  [/unable to open database file/, 14],
  [/constraint failed/, CONSTRAINT],
  [/file is not a database/, 26],
];

/**
 * The {@link SyncError} for an error that a driver threw while `what` was done, for example
 * `Opening /home/ann/.savecontext/data/savecontext.db`.
 *
 * A database held by somebody else is `busy`; a full disk, a failed read or write, a file that
 * cannot be opened or written is `io`; anything else, a failed constraint included, is `database`.
 * The driver's error is the cause. A {@link SyncError} comes back unchanged.
 *
 * @param file the database; with it the message says what the error means for it, and SQLite's words are a detail
 */
export function toSyncError(error: unknown, what: string, file?: string): SyncError {
  if (error instanceof SyncError) return error;
  const { code, hint, says } = KINDS.get(primaryCode(error) ?? 0) ?? DATABASE;
  const words = `${what}: ${messageOf(error)}`;
  const isPlain = says === undefined || file === undefined;
  return new SyncError(code, isPlain ? words : `${file} ${says}`, {
    cause: error,
    ...(isPlain ? {} : { details: [words] }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The primary result codes of a file that is damaged, or no database. */
const DAMAGED: ReadonlySet<number | undefined> = new Set([11, 26]);

/** Whether the tables refused what was to be written, by a constraint or a trigger; a damaged file refuses nothing. */
export function isRefusal(error: unknown): error is SyncError {
  return error instanceof SyncError && error.code === 'database' && !DAMAGED.has(primaryCode(error.cause));
}

/** SQLite's primary result code, where the error carries one or tells it. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  // node:sqlite and @photostructure/sqlite: the extended code, whose low byte is the primary one.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  const name = 'code' in error && typeof error.code === 'string' ? /^SQLITE_([A-Z]+)/.exec(error.code)?.[1] : undefined;
  if (name !== undefined) return CODE_OF_NAME.get(name);
  return CODE_OF_MESSAGE.find(([words]) => words.test(error.message))?.[1];
}
