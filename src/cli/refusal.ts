import type { RefusedRecord } from '../export/stats.js';
import { count, recordName } from './describe.js';
import type { ErrorReport } from './outcome.js';

/** Says why an export wrote nothing; undefined when it was not refused. */
export function describeRefusal(refused: readonly RefusedRecord[]): ErrorReport | undefined {
  const unseen = refused.filter(({ why }) => why === 'unseen');
  if (unseen.length > 0) {
    return {
      code: 'unseen_overwrite',
      message: `nothing was written: the files have a version that was never imported, of ${count(unseen.length, 'record')}`,
      details: unseen.map(recordName),
      hint: 'run import or sync first; export --force overwrites them',
    };
  }
  if (refused.length === 0) return undefined;
  return {
    code: 'refused',
    message: `nothing was written: ${count(refused.length, 'record is', 'records are')} private now, and in the files`,
    details: refused.map(recordName),
    hint: 'export --unpublish writes their deletions; the database keeps them',
  };
}
