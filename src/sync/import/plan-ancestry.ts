import type { Loss, ReasonedLoss } from '../../merge/loss.js';
import { differingValues, wholeRecord } from '../../merge/record.js';
import type { Content } from '../../record/content.js';
import { isDeleted } from '../../record/version.js';
import type { Deleted, Version } from '../../record/version.js';

/** What the history of the files says of a record whose version came with it. */
export interface Ancestry {
  /** False where this target's base was thrown away before it was a part of any history. */
  readonly hasBase: boolean;
  /** The newest of its versions that was ever taken into account. */
  readonly newestSeen?: Version | undefined;
  /** The database's own versions that only commits of this clone have. */
  readonly onlyHere?: readonly Content[];
  /** The newest of its versions that those can come from. */
  readonly before?: Version | undefined;
}

/**
 * What a row loses to a newer version though only this clone has it, on a branch that was never published or in a commit that was taken
 * back: values of the database's own versions there, which the history of the files does not have.
 *
 * @param losses what is known to be lost already.
 */
export function lostOnlyHere(
  row: Content,
  result: Content | Deleted,
  losses: readonly ReasonedLoss[],
  { before, onlyHere = [] }: Ancestry,
): ReasonedLoss[] {
  if (onlyHere.length === 0) return [];
  const changed = before === undefined || isDeleted(before) ? undefined : differingValues(before.content, row);
  const others = onlyHere.map((version) => differingValues(version, row));
  const isOnlyHere = (value: Loss): boolean =>
    (changed === undefined || has(changed, value)) && others.some((values) => !has(values, value));
  if (isDeleted(result)) {
    const isLost = losses.length === 0 && (changed === undefined || changed.some(isOnlyHere));
    return isLost ? [{ loss: wholeRecord(row), why: 'deleted', isOnlyHere: true }] : [];
  }
  const known = losses.map(({ loss }) => loss);
  return differingValues(result, row)
    .filter((value) => isOnlyHere(value) && !has(known, value))
    .map((loss) => ({ loss, why: 'later version', isOnlyHere: true }));
}

function has(values: readonly Loss[], { field, lost }: Loss): boolean {
  return values.some((value) => value.field === field && value.lost === lost);
}
