import type { Progress } from '../export/stats.js';
import { compareUtf8 } from '../../record/order.js';
import { isDeleted } from '../../record/version.js';
import type { Entity } from '../../registry/entity.js';
import { moveBase, readBase } from '../../store/knowledge/base.js';
import { conflictingId } from '../../store/natural-key.js';
import { restoreReferences } from '../../store/knowledge/references.js';
import { lastChange } from '../../store/knowledge/changes.js';
import { writeRecord } from './write-record.js';
import type { ImportContext } from './context.js';
import { planRecord } from './plan-record.js';
import type { RecordPlan } from './plan-record.js';
import { clearDeadReferences, isReferredTo } from './deletions.js';
import { loadRecord, homeOf } from './load-record.js';
import type { LoadedRecord } from './load-record.js';
import { deletedChildren, pagesOf } from './page.js';

/**
 * Decides and writes all records that were laid out, parents first: deletions that come with their parents' before all, rows that others refer to after all.
 */
export function importRecords(context: ImportContext, onProgress: ((progress: Progress) => void) | undefined): void {
  const { sql, registry, now } = context;
  const total = Number(sql.get(`SELECT count(*) FROM temp.scsync_staged`)?.[0] ?? 0);
  context.records = total;
  let done = 0;
  deleteChildren(context);
  const deferredDeletes: RecordPlan[] = [];
  for (const entity of registry.entities) {
    importEntity(context, entity, deferredDeletes, () => {
      done++;
      if (done % 1000 === 0) onProgress?.({ phase: 'import', done, total });
    });
  }
  for (const decision of deferredDeletes.reverse()) writeRecord(context, decision, undefined);
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
      const record = loadRecord(context, entity, entry);
      const decision = context.fails() ? undefined : planRecord(context, record);
      if (decision === undefined || !isDeleted(decision.plan.result)) continue;
      writeRecord(context, decision, undefined);
      context.decided.add(`${entity.type} ${entry.id}`);
    }
  }
}

/** Decides and writes the records of one entity; those that trade natural keys among themselves come last, together. */
function importEntity(
  context: ImportContext,
  entity: Entity,
  deferredDeletes: RecordPlan[],
  onRecord: () => void,
): void {
  const deferred: RecordPlan[] = [];
  context.forgetRows();
  for (const entry of pagesOf(context, entity)) {
    onRecord();
    if (context.decided.has(`${entity.type} ${entry.id}`)) continue;
    const record = loadRecord(context, entity, entry);
    // Once a line cannot be read, nothing will be kept: the rest is only read.
    if (context.fails()) continue;
    if (record.version === undefined) {
      noteAbsent(context, record);
      continue;
    }
    const decision = planRecord(context, record);
    if (decision === undefined) continue;
    if (isDeferredDelete(context, decision)) {
      deferredDeletes.push(decision);
      continue;
    }
    const conflicting = conflictingIdOf(context, decision);
    if (mustWait(context, decision, conflicting, deferred)) deferred.push(decision);
    else writeRecord(context, decision, conflicting);
  }
  for (const { record } of deferred) {
    if (record.row === undefined) continue;
    context.beforeChange(record.key, record.row);
    context.writer.parkNaturalKey(entity, record.key.id);
  }
  for (const decision of deferred.map(parked)) writeRecord(context, decision, conflictingIdOf(context, decision));
}

/**
 * A row that others refer to goes last: what the files moved away from it must not go with it, nor look changed here.
 * Until then it counts as deleted, and holds no natural key.
 */
function isDeferredDelete(context: ImportContext, { record, plan }: RecordPlan): boolean {
  const { entity, key, row } = record;
  if (!isDeleted(plan.result) || row === undefined) return false;
  if (!isReferredTo(context, entity, key.id)) return false;
  context.deferredDeletes.set(`${key.type}/${key.id}`, plan.result);
  if (entity.naturalKey.length > 0) {
    context.beforeWrite();
    context.writer.parkNaturalKey(entity, key.id);
  }
  return true;
}

/** The row lost its natural key while it waited, so it must be written whatever it was. */
function parked(decision: RecordPlan): RecordPlan {
  const { row } = decision.record;
  if (row === undefined) return decision;
  const index = row.entity.indexOf.get(row.entity.naturalKey.at(-1) ?? '') ?? -1;
  const tokens = row.tokens.map((token, place) => (place === index ? '""' : token));
  return { ...decision, record: { ...decision.record, row: { ...row, tokens } } };
}

/** True while the row that holds the record's natural key is itself still to be decided. */
function mustWait(
  { sql }: ImportContext,
  { record }: RecordPlan,
  conflicting: string | undefined,
  deferred: readonly RecordPlan[],
): boolean {
  if (conflicting === undefined) return false;
  if (deferred.some((other) => other.record.key.id === conflicting)) return true;
  return (
    compareUtf8(record.key.id, conflicting) < 0 &&
    sql.get(`SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ?`, record.key.type, conflicting) !== undefined
  );
}

/** The row that has the natural key which a decided record is to have. */
function conflictingIdOf({ sql, target }: ImportContext, { plan }: RecordPlan): string | undefined {
  return isDeleted(plan.result) ? undefined : conflictingId(sql, target.project, plan.result);
}

/** Absence is never a deletion: what the database has goes back into the files. */
function noteAbsent(context: ImportContext, record: LoadedRecord): void {
  const { key, state, base, baseEntry } = record;
  if (base !== undefined) context.unsettled.add(homeOf(context.registry, base));
  if (state === undefined || baseEntry === undefined) return;
  if (lastChange(context.sql, key) <= baseEntry.seq) context.markChanged(key);
  context.notice(
    'restored',
    key.type,
    key.id,
    'it is missing in the files, and goes back with the next export; use rm to delete it',
  );
}
