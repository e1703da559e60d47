import { SyncError, messageOf } from '../errors.js';
import type { SyncErrorCode } from '../errors.js';
import { statusOfError } from './exit-codes.js';
import type { ErrorReport, Outcome } from './outcome.js';

/** Failures that pass by themselves: the same call may succeed a little later, though nobody mended anything. */
const PASSING: readonly string[] = ['busy'] satisfies SyncErrorCode[];

/** An error as people and programs are told of it. */
export function makeReport(error: Omit<ErrorReport, 'retryable'>): ErrorReport {
  const { code, message, details, hint, stack } = error;
  return { code, message, details, hint, retryable: PASSING.includes(code), stack };
}

function reportOf({ code, message, details, hint }: SyncError): ErrorReport {
  return makeReport({ code, message, details, hint: hint ?? null });
}

/** What anything that was thrown is told with; `isVerbose` says where it came from as well. */
export function reportOfAny(error: unknown, isVerbose = false): ErrorReport {
  const stack = isVerbose && error instanceof Error ? stackOf(error) : undefined;
  if (error instanceof SyncError) return { ...reportOf(error), stack };
  const message = messageOf(error).split('\n')[0] ?? '';
  const hint = 'this is a fault of sc-sync; --verbose shows where it happened';
  return makeReport({ code: 'unexpected', message, details: [], hint, stack });
}

function stackOf(error: Error): string {
  const { cause } = error;
  return `${error.stack ?? ''}${cause instanceof Error ? `\ncaused by ${stackOf(cause)}` : ''}`;
}

/** What an error makes of an outcome: its exit status, and the report beside what was done before. */
export function failedBy(error: SyncError): Pick<Outcome, 'status' | 'error'> {
  return { status: statusOfError(error), error: reportOf(error) };
}
