import type { GuardFinding } from '../export/guard.js';
import type { RefusedRecord } from '../export/stats.js';
import { count, recordName } from './describe.js';
import type { ErrorReport } from './outcome.js';

/** A value that looks like a secret, without the value. */
export function describeFinding({ field, what, ...key }: GuardFinding): string {
  return `${recordName(key)}: ${field}: ${what}`;
}

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
  const secret = refused.filter((record) => record.why === 'secret');
  if (secret.length > 0) {
    return {
      code: 'secret_found',
      message: `nothing was written: ${count(secret.length, 'value looks', 'values look')} like a secret`,
      details: [...new Set(secret.map(describeFinding))],
      hint: `change them, or keep the records in the database with private; --allow-secret ${secret[0]?.id ?? ''} lets one out`,
    };
  }
  const hidden = refused.filter(({ why }) => why === 'private');
  if (hidden.length === 0) return undefined;
  return {
    code: 'refused',
    message: `nothing was written: ${count(hidden.length, 'record is', 'records are')} private now, and in the files`,
    details: hidden.map(recordName),
    hint: 'export --unpublish writes their deletions; the database keeps them',
  };
}
