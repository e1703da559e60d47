import { SyncError } from '../errors.js';
import type { GuardFinding } from '../sync/export/guard.js';
import type { RefusedRecord } from '../sync/export/stats.js';
import { count, recordName } from './describe.js';
import type { Call } from './describe.js';

/** A value that looks like a secret, without the value: the name of a record may be one itself. */
export function describeFinding({ field, what, type, id }: GuardFinding): string {
  const isName = field === 'id' || field === 'entity_id';
  return `${recordName({ type, id: isName ? `${id.slice(0, 4)}...` : id })}: ${field}: ${what}`;
}

/** Why an export must not write a record. */
export function describeRefused(record: RefusedRecord, called: Call): string {
  switch (record.why) {
    case 'secret':
      return describeFinding(record);
    case 'unseen':
      return `${called(record)}: its version in the files was never imported`;
    case 'private':
      return `${called(record)}: it is private now, and still in the files`;
  }
}

/** Says why an export wrote nothing; undefined when it was not refused. */
export function refusalOf(refused: readonly RefusedRecord[], called: Call): SyncError | undefined {
  const unseen = refused.filter(({ why }) => why === 'unseen');
  if (unseen.length > 0) {
    const records = count(unseen.length, 'record');
    return new SyncError(
      'unseen_overwrite',
      `Nothing was exported: the files have versions of ${records} that were never imported`,
      { details: unseen.map(called), hint: 'run sc-sync sync first; sc-sync export --force overwrites them' },
    );
  }
  const secret = refused.filter((record) => record.why === 'secret');
  if (secret.length > 0) {
    const values = count(secret.length, 'value looks', 'values look');
    return new SyncError('secret_found', `Nothing was exported: ${values} like a secret`, {
      details: [...new Set(secret.map(describeFinding))],
      hint: 'change them, or keep the records here with sc-sync private; --allow-secret <record> lets those of a record out',
    });
  }
  const hidden = refused.filter(({ why }) => why === 'private');
  if (hidden.length === 0) return undefined;
  const records = count(hidden.length, 'record is', 'records are');
  return new SyncError('refused', `Nothing was exported: ${records} private now, and still in the files`, {
    details: hidden.map(called),
    hint: `sc-sync export --unpublish deletes them in the files alone; sc-sync private ${hidden[0]?.type ?? ''} ${hidden[0]?.id ?? ''} --undo lets one out`,
  });
}
