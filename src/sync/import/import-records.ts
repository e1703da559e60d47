import { compareUtf8 } from '../../record/order.js';
import { isDeleted } from '../../record/version.js';
import type { Entity } from '../../registry/entity.js';
import { moveBase, readBase } from '../../store/knowledge/base.js';
import { conflictingId, lastOf } from '../../store/natural-key.js';
import { restoreReferences } from '../../store/knowledge/references.js';
import { lastChange } from '../../store/knowledge/changes.js';
import { writeRecord } from './write-record.js';
import type { Content } from '../../record/content.js';
import type { ImportContext } from './context.js';
import type { Clash } from './natural-keys.js';
import { planRecord } from './plan-record.js';
import type { RecordPlan } from './plan-record.js';
import { clearDeadReferences, isReferredTo } from './deletions.js';
import { loadRecord, homeOf } from './load-record.js';
import type { LoadedRecord } from './load-record.js';
import { currentEntries, deletedChildren, pagesOf } from './page.js';

/**
 * Decides and writes all records that were laid out, parents first: deletions that come with their parents' before all, rows that others refer to after all.
 */
export function importRecords(context: ImportContext): void {
  const { sql, registry, now } = context;
  deleteChildren(context);
  const deferredDeletes: RecordPlan[] = [];
  for (const entity of registry.entities) importEntity(context, entity, deferredDeletes);
  for (const decision of deferredDeletes.reverse()) writeRecord(context, decision);
  context.flush();
  restoreReferences({ sql, registry, project: context.target.project }, now, (key, put) => {
    const base = readBase(sql, context.target, key);
    const isClean = base !== undefined && lastChange(sql, key) <= base.seq;
    context.beforeWrite();
    put();
    context.markChanged(key);
    if (isClean) moveBase(sql, context.target, key);
  });
  clearDeadReferences(context);
  context.afterWrites();
}

/** A record whose deletion came with its parent's is deleted by its own, so that nothing of it is lost. */
function deleteChildren(context: ImportContext): void {
  for (const entity of [...context.registry.entities].reverse()) {
    if (Object.keys(entity.parents).length === 0) continue;
    for (const entry of deletedChildren(context, entity)) {
      const decision = decide(context, loadRecord(context, entity, entry));
      if (decision === undefined || !isDeleted(decision.plan.result)) continue;
      writeRecord(context, decision);
      context.decided.add(`${entity.type} ${entry.id}`);
    }
    context.flush();
  }
}

/** Decides and writes the records of one entity; those that trade natural keys among themselves come last, together. */
function importEntity(context: ImportContext, entity: Entity, deferredDeletes: RecordPlan[]): void {
  const deferred: RecordPlan[] = [];
  context.forgetRows();
  for (const ids of pagesOf(context, entity)) {
    for (const entry of currentEntries(context, entity, ids)) {
      context.report.progress();
      if (context.decided.has(`${entity.type} ${entry.id}`)) continue;
      const decision = decide(context, loadRecord(context, entity, entry));
      if (decision === undefined) continue;
      if (isDeferredDelete(context, decision)) {
        deferredDeletes.push(decision);
        continue;
      }
      const clashes = clashesOf(context, decision);
      if (mustWait(context, decision, clashes, deferred)) deferred.push(decision);
      else writeRecord(context, decision, clashes);
    }
    context.flush();
  }
  for (const { record } of deferred) {
    if (record.row === undefined) continue;
    context.beforeChange(record.key, record.row);
    context.writer.parkNaturalKeys(entity, record.key.id);
  }
  for (const decision of deferred.map(parked)) writeRecord(context, decision, clashesOf(context, decision));
  context.flush();
}

/** Decides a record and says what is to be said of it; undefined where nothing is to be written. */
function decide(context: ImportContext, record: LoadedRecord): RecordPlan | undefined {
  const { key, version, found, unread } = record;
  for (const { file, problems } of unread) {
    context.unsettled.add(file);
    context.report.skipped.push(...problems);
  }
  // Once a line cannot be read, nothing will be kept: the rest is only read.
  if (context.report.fails()) return undefined;
  if (version === undefined) {
    noteAbsent(context, record);
    return undefined;
  }
  const decision = planRecord(context, record, version);
  if (!('what' in decision)) return decision;
  for (const { file } of found) context.unsettled.add(file);
  context.report.notice(decision.what, key.type, key.id, decision.message);
  return undefined;
}

/**
 * A row that others refer to goes last: what the files moved away from it must not go with it, nor look changed here.
 * Until then it counts as deleted, and holds no natural key.
 */
function isDeferredDelete(context: ImportContext, { record, plan }: RecordPlan): boolean {
  const { entity, key, row } = record;
  if (!isDeleted(plan.result) || row === undefined) return false;
  context.flushPresent();
  if (!isReferredTo(context, entity, key.id)) return false;
  context.deferredDeletes.set(`${key.type}/${key.id}`, plan.result);
  if (entity.naturalKeys.length > 0) {
    context.beforeWrite();
    context.writer.parkNaturalKeys(entity, key.id);
  }
  return true;
}

/** The row lost its natural keys while it waited, so it must be written whatever it was. */
function parked(decision: RecordPlan): RecordPlan {
  const { row } = decision.record;
  if (row === undefined) return decision;
  const places = lastOf(row.entity.naturalKeys).map((name) => row.entity.indexOf.get(name) ?? -1);
  const tokens = row.tokens.map((token, place) => (places.includes(place) ? '""' : token));
  return { ...decision, record: { ...decision.record, row: { ...row, tokens } } };
}

/** True while a row that holds a natural key of the record is itself still to be decided. */
function mustWait(
  { sql }: ImportContext,
  { record: { key } }: RecordPlan,
  clashes: readonly Clash[],
  deferred: readonly RecordPlan[],
): boolean {
  return clashes.some(
    ({ id }) =>
      deferred.some((other) => other.record.key.id === id) ||
      (compareUtf8(key.id, id) < 0 &&
        sql.get(`SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ?`, key.type, id) !== undefined),
  );
}

/** The rows that have natural keys which a decided record is to have, when all that was added is written. */
function clashesOf(context: ImportContext, { record, plan }: RecordPlan): Clash[] {
  const { result } = plan;
  if (isDeleted(result)) return [];
  const clashes = new Map<string, (readonly string[])[]>();
  for (const key of record.entity.naturalKeys) {
    const id = hasSameValues(record.row, result, key) ? undefined : holderOf(context, result, key);
    if (id !== undefined) clashes.set(id, [...(clashes.get(id) ?? []), key]);
  }
  return [...clashes].map(([id, keys]) => ({ id, keys }));
}

function holderOf(context: ImportContext, result: Content, key: readonly string[]): string | undefined {
  const { sql, registry, target, writer } = context;
  const find = (): string | undefined => conflictingId(sql, registry, target.project, result, key);
  const found = find();
  const isLater = found === undefined ? writer.hasNaturalKey(result, key) : writer.has(result.entity, found);
  if (!isLater) return found;
  context.flushPresent();
  return find();
}

/** A row that keeps its natural key has it alone. */
function hasSameValues(row: Content | undefined, { entity, tokens }: Content, key: readonly string[]): boolean {
  return key.every((name) => {
    const index = entity.indexOf.get(name) ?? -1;
    return row?.tokens[index] === tokens[index];
  });
}

/** Absence is never a deletion: what the database has goes back into the files. */
function noteAbsent(context: ImportContext, record: LoadedRecord): void {
  const { key, state, base, baseEntry } = record;
  if (base !== undefined) context.unsettled.add(homeOf(context.registry, base));
  if (state === undefined || baseEntry === undefined) return;
  if (lastChange(context.sql, key) <= baseEntry.seq) context.markChanged(key);
  context.report.notice(
    'restored',
    key.type,
    key.id,
    'goes back into the files with the next export; to delete it, use sc-sync rm',
  );
}
