import { noteLoss } from '../journal.js';
import type { ReasonedLoss } from '../merge/conflict.js';
import { isDeleted } from '../merge/file-state.js';
import { sameContent } from '../record/content.js';
import type { Content } from '../record/content.js';
import { isTombstone } from '../record/version.js';
import { writeDerived } from '../store/derived.js';
import type { ImportContext } from './context.js';
import type { Decision } from './decide.js';
import { applyTombstone } from './deletions.js';
import type { Gathered } from './gather.js';
import { withFreeNaturalKey } from './natural-keys.js';
import { settle } from './settle.js';

/** Writes a decided record, and what the target now knows of it. `holder` is the row that has its natural key by now. */
export function applyDecision(
  context: ImportContext,
  { gathered, plan, wasSeen }: Decision,
  holder: string | undefined,
): void {
  const { key, row, state } = gathered;
  const losses = [...gathered.losses, ...plan.losses];
  for (const { loss, why } of losses) noteLoss(context.sql, context.target.project, key, loss, why, context.now);
  if (losses.length > 0) context.noticeLoss(key, conflictMessage(losses, context.rehearses));
  let result = plan.result;
  if (isTombstone(result)) {
    applyTombstone(context, gathered, result);
  } else {
    noteDerivedVersion(context, gathered, result);
    result = withFreeNaturalKey(context, gathered, result, holder);
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
  settle(context, gathered, plan, result, wasSeen, state);
}

function conflictMessage(losses: readonly ReasonedLoss[], rehearses: boolean): string {
  const fields = [...new Set(losses.map(({ loss }) => loss.field ?? 'the whole record'))];
  return `${fields.join(', ')}: a value ${rehearses ? 'would lose' : 'lost'} (${losses[0]?.why ?? 'merge'})`;
}

/** A version that follows from lines alone keeps the stamp that every replica computes. */
function noteDerivedVersion({ sql }: ImportContext, { key, version }: Gathered, result: Content): void {
  if (version === undefined || isDeleted(version) || 'raw' in version) return;
  if (sameContent(version.content, result)) writeDerived(sql, key, version.stamp, result);
}
