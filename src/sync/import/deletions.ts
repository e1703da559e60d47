import { noteLoss } from '../../store/knowledge/journal.js';
import { hasLost } from '../../merge/has-lost.js';
import { versionOf } from '../../format/version-of.js';
import { wholeRecord } from '../../merge/record.js';
import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { deleted, saySame } from '../../record/version.js';
import type { Deleted } from '../../record/version.js';
import { dependentsOf, requireEntity } from '../../registry/entity.js';
import type { Entity } from '../../registry/entity.js';
import { readBase } from '../../store/knowledge/base.js';
import { deadReferences, forgetUnresolved, forgetUnresolvedTo, referrersOf } from '../../store/knowledge/references.js';
import type { RecordKey } from '../../record/record-key.js';
import { writeTombstone } from '../../store/knowledge/tombstones.js';
import type { ImportContext } from './context.js';
import type { LoadedRecord } from './load-record.js';
import { keepPrivate } from './keep-private.js';
import { noteDerived } from './derived-version.js';
import { sqlName } from '../../store/sql-name.js';
import { refersTo, rowsOf } from '../../store/row-source.js';

/** One record's deletion, with those that follow from it. */
interface Removal {
  /** Rows that are gone or about to go, as `type/id`: records may be each other's parents. */
  readonly started: Set<string>;
  /** The records that went since they cannot be without another. */
  readonly children: RecordKey[];
}

/** Makes a record deleted: its row with all that cannot be without it, or the tombstone alone. Returns the records that went with it. */
export function applyTombstone(
  context: ImportContext,
  { key, entity, row, state }: LoadedRecord,
  tombstone: Deleted,
): readonly RecordKey[] {
  if (row !== undefined) {
    const removal = { started: new Set<string>(), children: [] };
    removeRow(context, entity, row, tombstone, removal);
    return removal.children;
  }
  if (state !== undefined && saySame(state, tombstone)) {
    // The author may have been filled in just now.
    writeTombstone(context.sql, context.target.project, tombstone);
    return [];
  }
  const referrers = referringRows(context, key);
  writeTombstone(context.sql, context.target.project, tombstone);
  context.markChanged(key);
  forgetUnresolvedTo(context.sql, context.registry, key);
  noteClearedReferences(context, referrers);
  return [];
}

/** Says whether a row has others that cannot be without it, or that refer to it. */
export function isReferredTo({ sql, registry }: ImportContext, entity: Entity, id: string): boolean {
  const hasChildren = dependentsOf(registry, entity).some(
    (child) =>
      sql.get(
        `SELECT 1 FROM ${rowsOf(registry, child.entity)} t WHERE ${refersTo(registry, child.entity, child.field, '?1')} LIMIT 1`,
        id,
      ) !== undefined,
  );
  return hasChildren || referrersOf(sql, registry, { type: entity.type, id }).length > 0;
}

/** Deletes a row, first the records that cannot be without it. */
function removeRow(context: ImportContext, entity: Entity, row: Content, tombstone: Deleted, removal: Removal): void {
  const { sql, rows, registry, target } = context;
  removal.started.add(`${entity.type}/${row.id}`);
  for (const child of dependentsOf(registry, entity)) {
    const ids = sql.all(
      `SELECT t.${sqlName(child.entity.key)} FROM ${rowsOf(registry, child.entity)} t
       WHERE ${refersTo(registry, child.entity, child.field, '?1')} ORDER BY 1`,
      row.id,
    );
    for (const [id] of ids) {
      const content = rows.read(child.entity, String(id));
      if (content !== undefined) removeChild(context, child.entity, content, tombstone, removal);
    }
  }
  const referrers = referringRows(context, { type: entity.type, id: row.id });
  context.remove(entity, row);
  writeTombstone(sql, target.project, tombstone);
  noteClearedReferences(context, referrers);
}

function removeChild(
  context: ImportContext,
  entity: Entity,
  content: Content,
  parent: Deleted,
  removal: Removal,
): void {
  const key = { type: entity.type, id: content.id };
  if (removal.started.has(`${key.type}/${key.id}`)) return;
  const base = readBase(context.sql, context.target, key);
  const own = base === undefined ? [] : [base.deleted ? base.stamp : base.stamp + 1];
  const tombstone = deleted(key, Math.max(parent.stamp, ...own), parent.by);
  removeRow(context, entity, content, tombstone, removal);
  const loss = wholeRecord(content);
  const exported = base === undefined ? undefined : versionOf(context.registry, base.line);
  const wasExported = exported?.kind === 'present' && hasLost(exported.content, loss);
  noteLoss(context.sql, context.target.project, { key, loss, why: 'parent deleted', at: context.now, wasExported });
  removal.children.push(key);
}

interface Referrer {
  readonly key: RecordKey;
  readonly entity: Entity;
  readonly before: Content;
}

function referringRows({ sql, rows, registry }: ImportContext, key: RecordKey): Referrer[] {
  return referrersOf(sql, registry, key).flatMap((referrer) => {
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
    keepPrivate(context, before, after);
    context.rowsBefore?.note(key, before);
    // What was only kept aside is in no table that a trigger watches.
    context.markChanged(key);
    noteDerived(context, 'cleared', before, after);
  }
}

/** What was kept aside for a record that turned out to stay deleted is cleared. */
export function clearDeadReferences(context: ImportContext): void {
  const { sql, registry, rows, target } = context;
  const project = { sql, registry, project: target.project };
  for (const entity of registry.entities) {
    for (const reference of entity.referring) {
      for (const { id, ref } of deadReferences(project, entity, reference)) {
        const key = { type: entity.type, id };
        const before = rows.read(entity, id);
        forgetUnresolved(sql, key, reference.name, ref);
        if (before !== undefined) noteClearedReferences(context, [{ key, entity, before }]);
      }
    }
  }
}
