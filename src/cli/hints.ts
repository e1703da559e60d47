import { SyncError } from '../errors.js';
import type { ErrorReport } from './outcome.js';
import type { Session } from './session.js';
import { VERBS } from './verbs.js';

const NAMES_VERB = new RegExp(`\\b(${VERBS.map(({ name }) => name).join('|')})\\b`);

/** A hint that names a verb keeps the database that the user named, so that it can be followed as it stands. */
function completed(hint: string, session: Session): string {
  const { option } = session.database;
  if (option === '' || hint.includes(option) || !NAMES_VERB.test(hint)) return hint;
  const inPlace = hint.replaceAll(/\bsc-sync (?=[a-z])/g, `sc-sync ${option} `);
  return inPlace === hint ? `${hint} (with ${option})` : inPlace;
}

/** An error with its hint completed. */
export function completeError(error: unknown, session: Session): unknown {
  if (!(error instanceof SyncError) || error.hint === undefined) return error;
  const hint = completed(error.hint, session);
  if (hint === error.hint) return error;
  return new SyncError(error.code, error.message, { details: error.details, hint, cause: error });
}

/** The report of an error with its hint completed. */
export function completeReport(report: ErrorReport | undefined, session: Session): ErrorReport | undefined {
  if (report === undefined || report.hint === null) return report;
  return { ...report, hint: completed(report.hint, session) };
}
