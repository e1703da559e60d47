import { wholeRecord } from '../merge/merge-record.js';
import { isDeleted } from '../merge/file-state.js';
import { sameTombstone } from '../merge/merge-tombstone.js';
import type { ReasonedLoss } from '../merge/conflict.js';
import { noteLoss } from '../journal.js';
import { sameContent, tokenOf, withTokens } from '../record/content.js';
import type { Content } from '../record/content.js';
import { quote, sha256, unquote } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import { isTombstone } from '../record/version.js';
import type { Tombstone } from '../record/version.js';
import { dependentsOf, requireEntity } from '../registry/entity.js';
import type { Entity } from '../registry/entity.js';
import { addSeen, isSeen, readBase, writeBase, writeBaseAtLastChange } from '../store/base.js';
import { readDerived, writeDerived, derivedHash } from '../store/derived.js';
import type { RecordKey } from '../store/rows.js';
import { versionOf } from '../store/versions.js';
import { lastChange, markChanged } from '../tracking/marks.js';
import { readTombstone, writeTombstone } from '../tracking/tombstones.js';
import type { ImportContext } from './context.js';
import { clearDead } from './gather.js';
import type { Gathered } from './gather.js';
import { MergeStrategy, keepsNaturalKey, planImport } from './plan.js';
import type { ImportPlan } from './plan.js';

/** A record whose outcome is known, before its natural key and its row are written. */
export interface Decision {
  readonly gathered: Gathered;
  readonly plan: ImportPlan;
  readonly wasSeen: boolean;
}

/**
 * Decides a record. Gives undefined when there is nothing to write because it waits for its parent or
 * belongs to another project; that is counted and named here.
 */
export function decide(context: ImportContext, gathered: Gathered): Decision | undefined {
  const { key, version, versionLine, state, base } = gathered;
  if (version === undefined) return undefined;
  if (gathered.isElsewhere && !isDeleted(version)) {
    waits(context, gathered);
    context.notice(
      'skipped',
      key.type,
      key.id,
      'belongs to another project in this database; its line was left in the file',
    );
    return undefined;
  }
  // Of a record that is new in every way it does not matter.
  const isKnown = state !== undefined || base !== undefined;
  const wasSeen = isKnown && versionLine !== undefined && isSeen(context.sql, versionLine);
  const strategy = context.strategyFor(key.id);
  const plan = planImport({ strategy, file: version, isSeen: wasSeen, base, state });
  if (isTombstone(plan.result)) return { gathered, plan, wasSeen };
  const result = clearDead(context, plan.result);
  const parent = missingParent(context, result);
  if (parent === 'here') return { gathered, plan: { ...plan, result }, wasSeen };
  if (parent === 'unknown') {
    waits(context, gathered);
    context.notice('orphaned', key.type, key.id, 'its parent is not here; the line waits in the file');
    return undefined;
  }
  return { gathered, plan: buried(gathered, plan, result, parent), wasSeen };
}

function waits(context: ImportContext, { found }: Gathered): void {
  for (const { file } of found) context.unsettled.add(file);
}

/** Whether all required parents are here, or else the tombstone of one, or that one is neither. */
function missingParent(context: ImportContext, content: Content): 'here' | 'unknown' | Tombstone {
  const { sql, target } = context;
  for (const [field, type] of Object.entries(content.entity.parents)) {
    const id = unquote(tokenOf(content, field));
    if (context.isHere(type, id)) continue;
    const tombstone = readTombstone(sql, target.project, { type, id });
    if (tombstone === undefined) return 'unknown';
    return { ...tombstone, by: tombstone.by ?? '' };
  }
  return 'here';
}

/** A record whose parent is deleted is deleted with it; every replica derives the same tombstone. */
function buried(gathered: Gathered, plan: ImportPlan, content: Content, parent: Tombstone): ImportPlan {
  const { key, lines, tombstones, baseEntry } = gathered;
  const own = [...lines.map((line) => line.stamp + 1), ...tombstones.map((tombstone) => tombstone.stamp)];
  if (baseEntry !== undefined) own.push(baseEntry.deleted ? baseEntry.stamp : baseEntry.stamp + 1);
  const result: Tombstone = {
    kind: 'tombstone',
    ...key,
    stamp: Math.max(parent.stamp, ...own),
    by: parent.by,
    unknown: [],
  };
  return { result, losses: [...plan.losses, { loss: wholeRecord(content), why: 'parent deleted' }] };
}

/** Writes a decided record, and what the target now knows of it. */
export function applyDecision(context: ImportContext, { gathered, plan, wasSeen }: Decision): void {
  const { key, row, state } = gathered;
  const losses = [...gathered.losses, ...plan.losses];
  for (const { loss, why } of losses) noteLoss(context.sql, context.target.project, key, loss, why, context.now);
  if (losses.length > 0) context.notice('conflicts', key.type, key.id, conflictMessage(losses));
  let result = plan.result;
  if (isTombstone(result)) {
    applyTombstone(context, gathered, result);
  } else {
    noteDerivedVersion(context, gathered, result);
    result = withFreeNaturalKey(context, gathered, result);
    if (row === undefined || !sameContent(row, result)) {
      context.beforeWrite();
      context.rows.write(result, row, context.now);
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

function conflictMessage(losses: readonly ReasonedLoss[]): string {
  const fields = [...new Set(losses.map(({ loss }) => loss.field ?? 'the whole record'))];
  return `${fields.join(', ')}: a value lost (${losses[0]?.why ?? 'merge'}); see conflicts`;
}

/** A version that follows from lines alone keeps the stamp that every replica computes. */
function noteDerivedVersion({ sql }: ImportContext, { key, version }: Gathered, result: Content): void {
  if (version === undefined || isDeleted(version) || 'raw' in version) return;
  if (sameContent(version.content, result)) writeDerived(sql, key, version.stamp, result);
}

// ---- deletions ------------------------------------------------------------------------------------------------------

function applyTombstone(context: ImportContext, { key, entity, row, state }: Gathered, tombstone: Tombstone): void {
  if (row !== undefined) {
    context.beforeWrite();
    removeRow(context, entity, row, tombstone);
    context.tally.add(key.type, 'deleted');
    return;
  }
  if (state !== undefined && isTombstone(state) && sameTombstone(state, tombstone)) {
    // The author may have been filled in just now.
    writeTombstone(context.sql, context.target.project, tombstone);
    return;
  }
  const referrers = referringRows(context, key);
  writeTombstone(context.sql, context.target.project, tombstone);
  markChanged(context.sql, key, context.target.project);
  context.sql.run(
    `DELETE FROM scsync_aside WHERE ref = ? AND type || '/' || field IN (${fieldsTo(context, key.type)})`,
    key.id,
  );
  noteClearedReferences(context, referrers);
  if (state === undefined) context.tally.add(key.type, 'deleted');
}

/** The fields that refer to a type, as SQL texts `type/field`. */
function fieldsTo({ registry }: ImportContext, type: string): string {
  return registry.entities
    .flatMap((entity) =>
      entity.referring.filter(({ target }) => target === type).map(({ name }) => `'${entity.type}/${name}'`),
    )
    .join(', ');
}

/** Deletes a row, first the records that cannot be without it. */
function removeRow(context: ImportContext, entity: Entity, row: Content, tombstone: Tombstone): void {
  const { sql, rows, registry, target } = context;
  for (const child of dependentsOf(registry, entity)) {
    const ids = sql.all(
      `SELECT ${child.entity.key} FROM ${child.entity.table} WHERE ${child.field} = ? ORDER BY ${child.entity.key}`,
      row.id,
    );
    for (const [id] of ids) {
      const content = rows.read(child.entity, String(id));
      if (content !== undefined) removeChild(context, child.entity, content, tombstone);
    }
  }
  const referrers = referringRows(context, { type: entity.type, id: row.id });
  rows.remove(entity, row.id);
  context.forgetRows();
  writeTombstone(sql, target.project, tombstone);
  noteClearedReferences(context, referrers);
}

function removeChild(context: ImportContext, entity: Entity, content: Content, parent: Tombstone): void {
  const key = { type: entity.type, id: content.id };
  const base = readBase(context.sql, context.target, key);
  const own = base === undefined ? [] : [base.deleted ? base.stamp : base.stamp + 1];
  const tombstone: Tombstone = {
    kind: 'tombstone',
    ...key,
    stamp: Math.max(parent.stamp, ...own),
    by: parent.by,
    unknown: [],
  };
  noteLoss(context.sql, context.target.project, key, wholeRecord(content), 'parent deleted', context.now);
  context.notice('conflicts', key.type, key.id, 'deleted with its parent; see conflicts');
  removeRow(context, entity, content, tombstone);
  context.tally.add(key.type, 'deleted');
}

interface Referrer {
  readonly key: RecordKey;
  readonly entity: Entity;
  readonly before: Content;
}

function referringRows({ rows, registry }: ImportContext, key: RecordKey): Referrer[] {
  return rows.referrers(key).flatMap((referrer) => {
    const entity = requireEntity(registry, referrer.type);
    const before = rows.read(entity, referrer.id);
    const isItself = referrer.type === key.type && referrer.id === key.id;
    return before === undefined || isItself ? [] : [{ key: referrer, entity, before }];
  });
}

/** A row that lost a reference to a deleted record, and nothing else, is a version that every replica derives from its line. */
function noteClearedReferences(context: ImportContext, referrers: readonly Referrer[]): void {
  for (const { key, entity, before } of referrers) {
    const after = context.rows.read(entity, key.id);
    if (after === undefined || sameContent(before, after)) continue;
    // What was only kept aside is in no table that a trigger watches.
    markChanged(context.sql, key, context.target.project);
    const stamp = stampOfContent(context, key, before);
    if (stamp !== undefined) writeDerived(context.sql, key, stamp + 1, after);
  }
}

/** The stamp of the version that has exactly this content: the base, or one that was derived. */
function stampOfContent(
  { sql, registry, target }: ImportContext,
  key: RecordKey,
  content: Content,
): number | undefined {
  const base = readBase(sql, target, key);
  const version = base === undefined ? undefined : versionOf(registry, base.line);
  if (version?.kind === 'line' && sameContent(version.content, content)) return version.stamp;
  const derived = readDerived(sql, key);
  return derived?.hash === derivedHash(content) ? derived.stamp : undefined;
}

// ---- natural keys ---------------------------------------------------------------------------------------------------

/** The content with a natural key that no other row holds; the record made later gets another one. */
function withFreeNaturalKey(context: ImportContext, gathered: Gathered, content: Content): Content {
  const holderId = context.rows.naturalKeyHolder(content);
  if (holderId === undefined) return content;
  const { entity } = content;
  const holder = context.rows.read(entity, holderId);
  if (holder === undefined) return content;
  if (!keepsNaturalKey(content, holder, compareUtf8)) {
    const renamed = withOtherKey(content);
    const { version } = gathered;
    if (version !== undefined && !isDeleted(version) && sameContent(version.content, content)) {
      writeDerived(context.sql, gathered.key, version.stamp + 1, renamed);
    }
    nameRenamed(context, content, holderId);
    return renamed;
  }
  const key = { type: entity.type, id: holderId };
  const renamed = withOtherKey(holder);
  const stamp = stampOfContent(context, key, holder);
  if (stamp !== undefined) writeDerived(context.sql, key, stamp + 1, renamed);
  context.beforeWrite();
  context.rows.write(renamed, holder, context.now);
  nameRenamed(context, holder, content.id);
  return content;
}

function nameRenamed(context: ImportContext, { entity, id }: Content, other: string): void {
  const column = entity.naturalKey.at(-1) ?? entity.key;
  context.notice('renamed', entity.type, id, `got another ${column}: ${other} was made first and has the same`);
}

function withOtherKey(content: Content): Content {
  const index = content.entity.indexOf.get(content.entity.naturalKey.at(-1) ?? '') ?? -1;
  const value = unquote(content.tokens[index] ?? '""');
  return withTokens(content, new Map([[index, quote(`${value}~${sha256(content.id).slice(0, 8)}`)]]));
}

// ---- what the target knows ------------------------------------------------------------------------------------------

/** Remembers versions and base; a record that is not the same in the files and the database is left dirty. */
function settle(
  context: ImportContext,
  { key, found, lines, tombstones, version, versionLine, baseEntry }: Gathered,
  plan: ImportPlan,
  result: Content | Tombstone,
  wasSeen: boolean,
  before: Content | Tombstone | undefined,
): void {
  const { sql, target } = context;
  for (const { raw } of found) addSeen(sql, raw);
  if (version === undefined || versionLine === undefined) return;
  if (!found.some(({ raw }) => raw === versionLine)) addSeen(sql, versionLine);
  const isAgreed = isTombstone(result)
    ? found.length === 1 && tombstones[0] !== undefined && sameTombstone(tombstones[0], result)
    : found.length === 1 &&
      lines.length === 1 &&
      'raw' in version &&
      !isDeleted(version) &&
      sameContent(version.content, result) &&
      plan.restamp !== true;
  const isNews = !wasSeen && (baseEntry === undefined || version.stamp > baseEntry.stamp);
  const moves = isNews || isAgreed || context.strategyFor(key.id) === MergeStrategy.PreferExternal;
  const entry = { deleted: isDeleted(version), stamp: version.stamp, line: versionLine };
  if (isAgreed) {
    writeBaseAtLastChange(sql, target, key, entry);
  } else {
    if (moves) writeBase(sql, target, key, { ...entry, seq: baseEntry?.seq ?? 0 });
    if (before === undefined || lastChange(sql, key) <= (baseEntry?.seq ?? 0)) markChanged(sql, key, target.project);
  }
  const base = moves ? versionLine : baseEntry?.line;
  for (const { raw, file } of found) if (raw !== base || found.length > 1) context.unsettled.add(file);
}
