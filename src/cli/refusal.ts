import type { RefusedRecord } from '../export/stats.js';
import { count, recordName } from './describe.js';
import { failure } from './outcome.js';
import type { Line } from './outcome.js';

/** An export that was refused, as an error for programs and as text. */
export interface Refusal {
  readonly error: {
    readonly code: 'unseen_overwrite' | 'refused';
    readonly message: string;
    readonly details: readonly string[];
    readonly hint: string;
  };
  readonly text: readonly Line[];
}

/** Says why an export wrote nothing; undefined when it was not refused. */
export function describeRefusal(refused: readonly RefusedRecord[]): Refusal | undefined {
  if (refused.length === 0) return undefined;
  const unseen = refused.filter(({ why }) => why === 'unseen');
  const isUnseen = unseen.length > 0;
  const named = isUnseen ? unseen : refused;
  const what = isUnseen
    ? `the files have a version that was never imported, of ${count(named.length, 'record')}`
    : `${count(named.length, 'record')} ${named.length === 1 ? 'is' : 'are'} private now, and stand in the files`;
  const error = {
    code: isUnseen ? ('unseen_overwrite' as const) : ('refused' as const),
    message: `nothing was written: ${what}`,
    details: named.map(recordName),
    hint: isUnseen
      ? 'run import or sync first; export --force overwrites them'
      : 'export --unpublish writes their deletions',
  };
  return {
    error,
    text: [
      failure(error.message),
      ...error.details.map((detail) => failure(`  ${detail}`)),
      failure(`hint: ${error.hint}`),
    ],
  };
}
