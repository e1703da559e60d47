import { CommanderError } from 'commander';

import { ERROR_EXIT_STATUS, SyncError } from '../errors.js';
import type { ImportStats } from '../sync/import/stats.js';
import type { SyncOutcome } from '../sync/sync.js';

/** What the command line exits with when nothing was thrown; errors have theirs in `ERROR_EXIT_STATUS`. */
export const EXIT = {
  done: 0,
  /** Something was rolled back, orphaned or skipped, or both sides differ. */
  attention: 1,
} as const;

/** What each exit status means to people. */
export const EXIT_STATUSES: readonly (readonly [status: number, says: string])[] = [
  [EXIT.done, 'done, and in sync'],
  [EXIT.attention, 'something was rolled back, orphaned or skipped, both sides differ, or a check found something'],
  [ERROR_EXIT_STATUS.database, 'the database cannot be used'],
  [ERROR_EXIT_STATUS.usage, 'bad input or usage'],
  [ERROR_EXIT_STATUS.refused, 'refused, since data could be lost'],
  [ERROR_EXIT_STATUS.io, 'a file cannot be read or written'],
  [ERROR_EXIT_STATUS.busy, 'somebody else holds the database or the directory'],
];

/** The exit status of an import. */
export function statusOfImport({ total: { rolledBack, orphaned, skipped } }: ImportStats): number {
  return rolledBack + orphaned + skipped > 0 ? EXIT.attention : EXIT.done;
}

/** The exit status of a sync: what was rolled back is to be looked at, even where both sides agree in the end. */
export function statusOfSync(outcome: SyncOutcome): number {
  return outcome.inSync ? statusOfImport(outcome.import) : EXIT.attention;
}

/** An error of this program itself (EX_SOFTWARE of sysexits.h). */
const UNEXPECTED = 70;

/** The exit status that an error gives. */
export function statusOfError(error: unknown): number {
  if (error instanceof SyncError) return ERROR_EXIT_STATUS[error.code];
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : ERROR_EXIT_STATUS.usage;
  return UNEXPECTED;
}
