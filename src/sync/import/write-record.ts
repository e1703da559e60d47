import { noteLoss } from '../../store/knowledge/journal.js';
import type { ReasonedLoss } from '../../merge/loss.js';
import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { isDeleted } from '../../record/version.js';
import { writeDerived } from '../../store/knowledge/derived.js';
import type { ImportContext } from './context.js';
import type { RecordPlan } from './plan-record.js';
import { applyTombstone } from './deletions.js';
import type { LoadedRecord } from './load-record.js';
import { withFreeNaturalKey } from './natural-keys.js';
import { recordBase } from './record-base.js';

/** Writes a decided record, and what the target now knows of it. `conflicting` is the row that has its natural key by now. */
export function writeRecord(context: ImportContext, decision: RecordPlan, conflicting: string | undefined): void {
  const { record, plan } = decision;
  const { key, row } = record;
  const losses = [...record.losses, ...plan.losses];
  for (const { loss, why } of losses) noteLoss(context.sql, context.target.project, key, loss, why, context.now);
  if (losses.length > 0) context.noticeLoss(key, conflictMessage(losses, context.isDryRun));
  let result = plan.result;
  if (isDeleted(result)) {
    applyTombstone(context, record, result);
  } else {
    noteDerivedVersion(context, record, result);
    result = withFreeNaturalKey(context, record, result, conflicting);
    if (row === undefined || !sameContent(row, result)) {
      context.write(result, row);
      if (row === undefined) context.rememberRow(key.type, key.id);
      context.tally.add(key.type, row === undefined ? 'created' : 'updated');
    }
  }
  if (plan.restamp === true) writeDerived(context.sql, key, 0, undefined);
  if (plan.rolledBack === true) {
    context.notice(
      'rolledBack',
      key.type,
      key.id,
      `the file holds an old version; the database's was kept (import --force ${key.id} takes the file's)`,
    );
  }
  recordBase(context, decision, result);
}

function conflictMessage(losses: readonly ReasonedLoss[], isDryRun: boolean): string {
  const fields = [...new Set(losses.map(({ loss }) => loss.field ?? 'the whole record'))];
  return `${fields.join(', ')}: a value ${isDryRun ? 'would lose' : 'lost'} (${losses[0]?.why ?? 'merge'})`;
}

/** A version that follows from lines alone keeps the stamp that every replica computes. */
function noteDerivedVersion({ sql }: ImportContext, { key, version }: LoadedRecord, result: Content): void {
  if (version === undefined || isDeleted(version) || version.raw !== undefined) return;
  if (sameContent(version.content, result)) writeDerived(sql, key, version.stamp, result);
}
