/**
 * Every code that a {@link SyncError} can carry, with the exit status that the command line gives it.
 *
 * 2 database, 4 bad input or usage, 6 refused to protect data, 8 I/O, 9 busy.
 */
export const ERROR_EXIT_STATUS = {
  /** Called in a way that cannot work: a wrong option, a missing argument, an unknown verb or type. */
  usage: 4,
  /** A line, a settings file or a value that does not have the form it must have. */
  bad_input: 4,
  /** A file holds git's conflict markers. */
  conflict_markers: 4,
  /** A file or line was written by a newer version of the format. */
  newer_format: 4,
  /** A record that was asked for does not exist. */
  not_found: 4,
  /** The write would replace or drop a version that the database has never seen. */
  unseen_overwrite: 6,
  /** The operation was refused because it could lose data. */
  refused: 6,
  /** A value looks like a secret. */
  secret_found: 6,
  /** The database cannot be opened, is no SQLite database, or is damaged. */
  database: 2,
  /** The database is another program's, or lacks tables that the registry names. */
  schema: 2,
  /** A row holds a value that its column's declared type does not allow. */
  bad_row: 2,
  /** Reading or writing a file failed. */
  io: 8,
  /** Somebody else holds the database or the export directory. */
  busy: 9,
} as const;

/** Stable identifier of a kind of failure; see {@link ERROR_EXIT_STATUS}. */
export type SyncErrorCode = keyof typeof ERROR_EXIT_STATUS;

/** What a {@link SyncError} is made of. */
export interface SyncErrorOptions {
  /** What to do next, as one sentence to the user. */
  readonly hint?: string;
  /** Everything that was found wrong, one entry a problem, for example `file.jsonl:12: ...`. */
  readonly details?: readonly string[];
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The one error class of the package. The message says what was found and what was expected,
 * `hint` what to do next; `code` is stable and meant for programs.
 */
export class SyncError extends Error {
  readonly code: SyncErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly string[];

  constructor(code: SyncErrorCode, message: string, options: SyncErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SyncError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
