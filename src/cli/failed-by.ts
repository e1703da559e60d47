import type { SyncError } from '../errors.js';
import { statusOfError } from './exit-codes.js';
import type { ErrorReport, Outcome } from './outcome.js';

/** What an error is told with. */
export function reportOf({ code, message, details, hint }: SyncError): ErrorReport {
  return { code, message, details, hint: hint ?? null };
}

/** What an error makes of an outcome: its exit status, and the report beside what was done before. */
export function failedBy(error: SyncError): Pick<Outcome, 'status' | 'error'> {
  return { status: statusOfError(error), error: reportOf(error) };
}
