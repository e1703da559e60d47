import { noteLoss } from '../../store/knowledge/journal.js';
import { hasLost } from '../../merge/has-lost.js';
import type { Loss, ReasonedLoss } from '../../merge/loss.js';
import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { isDeleted } from '../../record/version.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Deleted } from '../../record/version.js';
import type { Outcome } from '../../store/knowledge/outcomes.js';
import type { ImportContext } from './context.js';
import type { RecordPlan } from './plan-record.js';
import { applyTombstone } from './deletions.js';
import { isRefusal } from '../../store/sqlite-error.js';
import { deleting } from './foreign-keys.js';
import type { LoadedRecord } from './load-record.js';
import { withFreeNaturalKeys } from './natural-keys.js';
import type { Clash } from './natural-keys.js';
import { markPrivate } from './keep-private.js';
import { outcomeOf } from './outcome.js';
import { derivedFromLines } from './derived-version.js';

/**
 * Makes the database say what was decided, or adds it to what is to be written. What becomes of other records with it is written at once.
 *
 * @param clashes the rows that have the record's natural keys
 */
export function writeRecord(context: ImportContext, decision: RecordPlan, clashes: readonly Clash[] = []): void {
  const { record, plan } = decision;
  const { key } = record;
  if (isDeleted(plan.result) || clashes.length > 0) context.flushPresent();
  const losses = [...record.losses, ...plan.losses];
  for (const { loss, why, isOnlyHere } of losses) {
    noteLoss(context.sql, context.target.project, {
      ...{ key, loss, why, at: context.now },
      wasExported: isOnlyHere !== true && wasExported(record, loss),
    });
  }
  if (losses.length > 0) context.report.noticeLoss(key, conflictMessage(losses, context.isDryRun));
  if (plan.rolledBack === true) {
    context.report.notice(
      'rolledBack',
      key.type,
      key.id,
      `${context.isDryRun ? 'would keep' : 'kept'} the newer version from the database; to take the old one: sc-sync import --force ${key.id}`,
    );
  }
  const isGone = isDeleted(plan.result);
  const outcome = isDeleted(plan.result)
    ? deleteRow(context, decision, plan.result)
    : addRow(context, decision, plan.result, clashes);
  if (outcome !== undefined) context.note(outcome, !isGone);
}

/** A row that a table which is not synced refers to may have to stay: its tombstone waits in the file. */
function deleteRow(context: ImportContext, decision: RecordPlan, result: Deleted): Outcome | undefined {
  // What is taken back with a deletion that fails must not be what was done for all.
  context.beforeWrite();
  let children: readonly RecordKey[];
  try {
    children = deleting(context, () => applyTombstone(context, decision.record, result));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    context.waits(decision.record.key, context.registry.deletionsFile, error);
    return undefined;
  }
  if (decision.record.row !== undefined) context.report.tally.add(decision.record.key.type, 'deleted');
  for (const child of children) {
    context.report.tally.add(child.type, 'deleted');
    context.report.noticeLoss(child, `${context.isDryRun ? 'would go' : 'went'} with its parent, which is deleted`);
  }
  return outcomeOf(context, decision, { result, isWritten: false, derived: undefined });
}

function addRow(context: ImportContext, decision: RecordPlan, planned: Content, clashes: readonly Clash[]): Outcome {
  const { record, plan } = decision;
  if (decision.staysPrivate) markPrivate(context, planned);
  const { content: result, derived } = withFreeNaturalKeys(context, record, planned, clashes);
  const ofLines = derivedFromLines(context, record, result);
  const isWritten = record.row === undefined || !sameContent(record.row, result);
  if (isWritten) context.add(result, record.row);
  return outcomeOf(context, decision, {
    ...{ result, isWritten },
    derived: plan.restamp === true ? { stamp: 0, content: undefined } : (derived ?? ofLines),
  });
}

/** A value that no file ever had is nothing that others could miss. */
function wasExported({ lines, base }: LoadedRecord, loss: Loss): boolean {
  const exported = [...lines, ...(base?.kind === 'present' ? [base] : [])];
  return exported.some(({ content }) => hasLost(content, loss));
}

function conflictMessage(losses: readonly ReasonedLoss[], isDryRun: boolean): string {
  const fields = [...new Set(losses.map(({ loss }) => loss.field ?? 'the whole record'))];
  return `${isDryRun ? 'would lose' : 'lost'} a value of ${fields.join(', ')} (${losses[0]?.why ?? 'merge'})`;
}
