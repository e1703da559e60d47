import { sameContent, tokenOf } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { isDeleted, laterTombstone, sameVersion, saySame } from '../../record/version.js';
import type { Deleted, Present, Version } from '../../record/version.js';
import { differingValues, mergeContents, wholeRecord, winsTie } from '../../merge/record.js';
import type { LossReason, ReasonedLoss } from '../../merge/loss.js';
import { lostOnlyHere } from './plan-ancestry.js';
import type { Ancestry } from './plan-ancestry.js';
import { compareMoments, momentOf } from '../../record/edit-time.js';

/** How an import decides between two versions that are both present and differ. */
export const MergeStrategy = {
  /** Field by field against what both sides had in common. */
  ThreeWay: 'three-way',
  /** The version with the greater `updated_at`, whole. */
  PreferNewer: 'prefer-newer',
  /** The database's. */
  PreferLocal: 'prefer-local',
  /** The file's. */
  PreferExternal: 'prefer-external',
} as const;
/** One of the {@link MergeStrategy} values. */
export type MergeStrategy = (typeof MergeStrategy)[keyof typeof MergeStrategy];

/** What the decision on one record is made from. Everything is completed and in portable form. */
export interface ImportInput {
  readonly strategy: MergeStrategy;
  /** What the files state. */
  readonly file: Version;
  /** True when that very version was taken into account before, in any target. */
  readonly isSeen: boolean;
  /** This target's base; for an unseen version without one, what its history has that was ever taken into account. */
  readonly base: Version | undefined;
  /** The row, or else the tombstone, in the database. */
  readonly state: Content | Deleted | undefined;
  /** Where there is no history, or the version did not come with it: undefined. */
  readonly ancestry?: Ancestry | undefined;
}

/** The record's new state in the database, and what was lost on the way. */
export interface ImportPlan {
  readonly result: Content | Deleted;
  readonly losses: readonly ReasonedLoss[];
  /** The files hold an old version; the database's is kept. */
  readonly rolledBack?: true;
  /** An old version was taken by force: its next export gets a new stamp. */
  readonly restamp?: true;
}

/** Decides what an import does with one record that the files state something of (the table of imports). */
export function planImport(input: ImportInput): ImportPlan {
  const { strategy, file, base, state, isSeen } = input;
  const taken = isDeleted(file) ? file : file.content;
  const isBase = base !== undefined && sameVersion(file, base);
  if (strategy === MergeStrategy.PreferExternal) {
    const restamp = isSeen && !isBase && !isDeleted(file) ? { restamp: true as const } : {};
    return { result: taken, losses: state === undefined ? [] : lostTo(state, taken, 'prefer-external'), ...restamp };
  }
  if (state === undefined) return { result: taken, losses: [] };
  if (saySame(state, file)) return { result: state, losses: [] };
  if (strategy === MergeStrategy.PreferLocal) return keep(state, taken, 'prefer-local');
  if (isBase) return { result: state, losses: [] };
  if (isSeen && strategy === MergeStrategy.ThreeWay) {
    // Where this target never had another version nothing went back: a new clone begins with what the remote has.
    return { result: state, losses: [], ...(base !== undefined && { rolledBack: true as const }) };
  }
  const isDiscarded = base !== undefined && input.ancestry?.hasBase === false;
  if (isDiscarded) {
    const plan = planOverDiscarded(state, file, base, input.ancestry.newestSeen);
    if (plan !== undefined) return plan;
  }
  if (isDeleted(state) && isDeleted(file)) return { result: laterTombstone<Deleted>(state, file), losses: [] };
  if (base !== undefined && isOlder(file, base)) return keep(state, taken, 'older version');
  if (isDeleted(state)) return isDeleted(file) ? { result: state, losses: [] } : deletedHere(state, file);
  if (isDiscarded) return planWithoutCommon(state, file, base);
  const plan = isDeleted(file)
    ? deletedThere(state, file, base)
    : bothPresent(input.strategy, state, file.content, base);
  if (input.ancestry === undefined) return plan;
  return { ...plan, losses: [...plan.losses, ...lostOnlyHere(state, plan.result, plan.losses, input.ancestry)] };
}

/**
 * The version of the files came with a history that the base is no part of: what was exported was thrown away before it was
 * committed. So the newest version that both have seen is what they have in common, and the row counts as changed.
 */
function planOverDiscarded(
  state: Content | Deleted,
  file: Version,
  base: Version,
  seen: Version | undefined,
): ImportPlan | undefined {
  if (seen === undefined || isDeleted(seen) || isDeleted(state)) return undefined;
  const common = isMergedInto(seen.content, base, file) ? base.content : seen.content;
  if (sameContent(state, common)) return { result: isDeleted(file) ? file : file.content, losses: [] };
  if (isDeleted(file)) return againstTombstone(state, file, base);
  const merged = mergeContents(common, state, file.content);
  return { result: merged.content, losses: merged.losses.map((loss) => ({ loss, why: 'merge' })) };
}

/** After a rebase the base is in no commit as it was, but all that it says is in the version of the files. */
function isMergedInto(common: Content, base: Version, file: Version): base is Present {
  if (base.kind !== 'present' || isDeleted(file)) return false;
  const { content, losses } = mergeContents(common, base.content, file.content);
  return losses.length === 0 && sameContent(content, file.content);
}

/** A row of which nothing is known that the files' version has in common with it. */
function planWithoutCommon(row: Content, file: Version, base: Version): ImportPlan {
  if (isDeleted(file)) return againstTombstone(row, file, base);
  const isBase = base.kind === 'present' && sameContent(row, base.content);
  return isBase
    ? { result: file.content, losses: lostTo(row, file.content, 'later version') }
    : keep(row, file.content, 'later version');
}

/** A row that counts as changed: its last stamp against the tombstone's, or its `updated_at` when it was edited since. */
function againstTombstone(row: Content, tombstone: Deleted, base: Version): ImportPlan {
  const isBase = base.kind === 'present' && sameContent(row, base.content);
  if (!isBase) return deletedThere(row, tombstone, undefined);
  if (base.stamp > tombstone.stamp) return { result: row, losses: [] };
  return { result: tombstone, losses: [{ loss: wholeRecord(row), why: 'deleted' }] };
}

function keep(state: Content | Deleted, taken: Content | Deleted, why: LossReason): ImportPlan {
  return { result: state, losses: isDeleted(taken) ? [] : lostTo(taken, state, why) };
}

/** A version that does not come after the base cannot descend from it. An unseen tombstone of the base's time counts as later. */
export function isOlder(file: Version, base: Version): boolean {
  return isDeleted(file) ? file.stamp < base.stamp : file.stamp <= base.stamp;
}

function bothPresent(strategy: MergeStrategy, row: Content, line: Content, base: Version | undefined): ImportPlan {
  if (strategy === MergeStrategy.PreferNewer) {
    return winsTie(row, line)
      ? keep(row, line, 'prefer-newer')
      : { result: line, losses: lostTo(row, line, 'prefer-newer') };
  }
  // Nothing says what they had in common. A row that was never exported has no stamp but its `updated_at`.
  if (base === undefined) {
    return winsTie(row, line)
      ? keep(row, line, 'later version')
      : { result: line, losses: lostTo(row, line, 'later version') };
  }
  // A row made again after a deletion that the target has is later than any line from before it.
  if (base.kind === 'deleted') return keep(row, line, 'later version');
  if (sameContent(row, base.content)) return { result: line, losses: [] };
  const merged = mergeContents(base.content, row, line);
  return { result: merged.content, losses: merged.losses.map((loss) => ({ loss, why: 'merge' })) };
}

function deletedThere(row: Content, tombstone: Deleted, base: Version | undefined): ImportPlan {
  if (base?.kind === 'present' && sameContent(row, base.content)) return { result: tombstone, losses: [] };
  // An edit that was not exported yet counts by its `updated_at`.
  if ((momentOf(row, 'updated') ?? -Infinity) > tombstone.stamp) return { result: row, losses: [] };
  return { result: tombstone, losses: [{ loss: wholeRecord(row), why: 'deleted' }] };
}

/** Where the tombstone is the base, the line is later than it: an older one never comes here. */
function deletedHere(tombstone: Deleted, line: Present): ImportPlan {
  if (line.stamp > tombstone.stamp) return { result: line.content, losses: [] };
  return { result: tombstone, losses: [{ loss: wholeRecord(line.content), why: 'deleted' }] };
}

/** What is lost of a state when another one takes its place. */
function lostTo(lost: Content | Deleted, kept: Content | Deleted, why: LossReason): ReasonedLoss[] {
  if (isDeleted(lost)) return [];
  if (isDeleted(kept)) return [{ loss: wholeRecord(lost), why }];
  return differingValues(kept, lost).map((loss) => ({ loss, why }));
}

/** The order in which two records with one natural key keep it: the one made first, then the one with the smaller id. */
export function keepsNaturalKey(a: Content, b: Content, compareIds: (a: string, b: string) => number): boolean {
  const { entity } = a;
  const order = compareMoments(entity, 'created', tokenOf(a, entity.created), tokenOf(b, entity.created));
  return order === 0 ? compareIds(a.id, b.id) < 0 : order < 0;
}
