import { wholeRecord } from '../../merge/record.js';
import { tokenOf } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { unquote } from '../../record/json.js';
import { deleted, isDeleted, sameVersion } from '../../record/version.js';
import type { Deleted, Version } from '../../record/version.js';
import { digestOf } from '../../record/json.js';
import { findDigest, findSeen } from '../../store/knowledge/seen.js';
import type { Seen } from '../../store/knowledge/seen.js';
import { readTombstone } from '../../store/knowledge/tombstones.js';
import type { ImportContext } from './context.js';
import { clearDead } from './load-record.js';
import type { LoadedRecord } from './load-record.js';
import { isLetOut } from './keep-private.js';
import { MergeStrategy, planImport } from './plan.js';
import type { ImportPlan } from './plan.js';
import { isRawReference } from '../../store/identity.js';

/** A record whose outcome is known, before its natural key and its row are written. */
export interface RecordPlan {
  readonly record: LoadedRecord;
  readonly plan: ImportPlan;
  /** Whether the files' version was taken into account before, and whose it was then. */
  readonly seen: Seen | undefined;
  /** The files' version is news that no commit brought: it was made in this work tree. */
  readonly isUncommitted: boolean;
  /** It was private, and would not be any more by what others made of the fields that a rule goes by: it is to be marked. */
  readonly staysPrivate: boolean;
}

/** A record of which nothing is written now. */
export interface WaitingRecord {
  readonly what: 'skipped' | 'orphaned';
  readonly message: string;
}

/** Decides a record that the files state something of; what waits for its parent, or belongs to another project, says so. */
export function planRecord(context: ImportContext, record: LoadedRecord, version: Version): RecordPlan | WaitingRecord {
  const { key, versionLine, state, base, row } = record;
  if (record.isElsewhere && !isDeleted(version)) {
    return { what: 'skipped', message: 'belongs to another project of this database; its line stays in the file' };
  }
  // Of a record that is new in every way it does not matter.
  const isKnown = state !== undefined || base !== undefined;
  const seen = isKnown && versionLine !== undefined ? seenBefore(context, record, versionLine) : undefined;
  const wasSeen = seen !== undefined;
  // What others delete of a private record they once had, or derive from its parent's deletion, is no news here.
  if (isDeleted(version) && row !== undefined && context.isPrivate(row)) {
    return { record, plan: { result: row, losses: [] }, seen, isUncommitted: false, staysPrivate: false };
  }
  const strategy = context.strategyFor(key.id);
  const asksHistory =
    strategy === MergeStrategy.ThreeWay && !wasSeen && base !== undefined && !sameVersion(version, base);
  const ancestry = asksHistory ? context.history?.ancestryOf(record) : undefined;
  const file = record.besideRow ?? version;
  // A clone beside another has no base yet, and neither has a folder that was moved and edited.
  const common = base ?? (state === undefined || wasSeen ? undefined : context.history?.commonOf(record));
  const plan = planImport({ strategy, file, isSeen: wasSeen, base: common, state, ancestry });
  const isUncommitted = asksHistory && context.history !== undefined && ancestry === undefined;
  const decision = { record, plan, seen, isUncommitted, staysPrivate: false };
  if (isDeleted(plan.result)) return decision;
  const result = clearDead(context, plan.result);
  const parent = missingParent(context, result);
  if (parent === 'here') {
    const sides = [...(row === undefined ? [] : [row]), ...(wasSeen ? [] : record.lines.map(({ content }) => content))];
    return {
      ...decision,
      plan: { ...plan, result },
      staysPrivate: sides.some((side) => isLetOut(context, side, result)),
    };
  }
  if (parent === 'unknown') return { what: 'orphaned', message: 'waits in the file until its parent is here' };
  return { ...decision, plan: deletedWithParent(record, plan, result, parent) };
}

function seenBefore(
  { sql }: ImportContext,
  { key, baseEntry, hasOtherBases }: LoadedRecord,
  line: string,
): RecordPlan['seen'] {
  if (line === baseEntry?.line) return baseEntry;
  return hasOtherBases ? findSeen(sql, key, line) : findDigest(sql, digestOf(line));
}

/** Whether all required parents are here, or else the tombstone of one, or that one is neither. */
export function missingParent(context: ImportContext, content: Content): 'here' | 'unknown' | Deleted {
  const { sql, target } = context;
  for (const [field, type] of Object.entries(content.entity.parents)) {
    const id = unquote(tokenOf(content, field));
    if (isRawReference(id) || context.projectOf(type, id) === target.project || isToCome(context, content, type, id))
      continue;
    return (
      context.deferredDeletes.get(`${type}/${id}`) ?? readTombstone(sql, target.project, { type, id }) ?? 'unknown'
    );
  }
  return 'here';
}

/** A parent that comes later, since records refer to each other in a circle, is here where the files have it. */
function isToCome({ sql, registry }: ImportContext, { entity }: Content, type: string, id: string): boolean {
  const place = (each: string): number => registry.entities.findIndex((known) => known.type === each);
  if (place(type) < place(entity.type)) return false;
  const line = `SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ? AND raw IS NOT NULL AND file <> ?`;
  return sql.get(line, type, id, registry.deletionsFile) !== undefined;
}

/** A record whose parent is deleted is deleted with it; every replica derives the same tombstone. */
function deletedWithParent(record: LoadedRecord, plan: ImportPlan, content: Content, parent: Deleted): ImportPlan {
  const { key, lines, tombstones, baseEntry } = record;
  const own = [...lines.map((line) => line.stamp + 1), ...tombstones.map((tombstone) => tombstone.stamp)];
  if (baseEntry !== undefined) own.push(baseEntry.deleted ? baseEntry.stamp : baseEntry.stamp + 1);
  const result = deleted(key, Math.max(parent.stamp, ...own), parent.by);
  return { result, losses: [...plan.losses, { loss: wholeRecord(content), why: 'parent deleted' }] };
}
