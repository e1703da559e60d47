import { noteLoss } from '../../store/knowledge/journal.js';
import type { LostValues } from '../../files/lost-values.js';
import type { LostValue } from '../../files/parse-lost-value.js';
import { hasLost } from '../../merge/has-lost.js';
import { entityOfType } from '../../registry/entity.js';
import type { ImportContext } from './context.js';

/** A merge that is on its way ends within that time, in milliseconds. */
const PATIENCE = 24 * 60 * 60 * 1000;

/** What decides about a value that a merge driver left. */
type Present = Pick<ImportContext, 'registry' | 'rows' | 'now'>;

/**
 * Takes into the journal what merge drivers left. A driver also runs for virtual bases, stashes and merges that are given up, so
 * what it says is lost may be the record's value now. That is dropped, but not while the merge may be on its way: what won comes into the
 * files after what lost was left. Gives the files that are to change, with what stays in them.
 */
export function takeLostValues(context: ImportContext, left: readonly LostValues[]): LostValues[] {
  return left.flatMap(({ losses, ...file }) => {
    // One that cannot be read stays as it is, whatever else an import takes.
    if (file.problems.length > 0) return [];
    const rest = losses.filter((value) => isWaiting(context, value));
    for (const value of losses) if (!isCurrent(context, value)) take(context, value);
    // A driver that was stopped before it wrote anything leaves an empty file.
    const isAsBefore = rest.length === losses.length && losses.length > 0;
    return isAsBefore ? [] : [{ ...file, losses: rest }];
  });
}

function take(context: ImportContext, { type, id, loss, why, at }: LostValue): void {
  // A driver merges what was committed, so others had it.
  if (!noteLoss(context.sql, context.target.project, { key: { type, id }, loss, why, at, wasExported: true })) return;
  context.report.noticeLoss({ type, id }, `lost a value of ${loss.field ?? 'the whole record'} in a merge of files`);
}

/** Says whether a value may still lose: it is the record's, and was left not long ago. */
export function isWaiting(present: Present, value: LostValue): boolean {
  return Math.abs(present.now - value.at) < PATIENCE && isCurrent(present, value);
}

function isCurrent({ registry, rows }: Present, value: LostValue): boolean {
  const entity = entityOfType(registry, value.type);
  const row = entity === undefined ? undefined : rows.read(entity, value.id);
  return row !== undefined && hasLost(row, value.loss);
}
