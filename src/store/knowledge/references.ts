import { elementNames, elementsOf } from '../../record/content.js';
import { requireEntity } from '../../registry/entity.js';
import type { Entity, ReferringField, Registry } from '../../registry/entity.js';
import type { RecordKey } from '../../record/record-key.js';
import { SetWriter } from '../set-writer.js';
import type { Sql } from '../sql.js';
import { sqlName } from '../sql-name.js';
import { refersTo, rowsOf } from '../row-source.js';
import { setReference } from '../write-row.js';

/** One project of a database. */
export interface ProjectDatabase {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly project: string;
}

/**
 * Puts references and elements that were kept unresolved into rows, where their targets have arrived. `around` is
 * called with each record and what puts one of its values back; the record's content is the same before and after.
 */
export function restoreReferences(
  database: ProjectDatabase,
  now: number,
  around: (key: RecordKey, put: () => void) => void,
): void {
  if (!hasUnresolved(database.sql)) return;
  for (const entity of database.registry.entities) {
    for (const reference of entity.referring) putBack(database, entity, reference, now, around);
  }
}

function putBack(
  { sql, registry, project }: ProjectDatabase,
  entity: Entity,
  { name, field, target }: ReferringField,
  now: number,
  around: (key: RecordKey, put: () => void) => void,
): void {
  const referred = requireEntity(registry, target);
  const sets = new SetWriter(sql, registry, project);
  const arrived = sql.all(
    `SELECT a.id, a.ref, a.element FROM scsync_unresolved a JOIN ${rowsOf(registry, referred)} t ON t.${sqlName(referred.key)} = a.ref WHERE a.type = ? AND a.field = ?`,
    entity.type,
    name,
  );
  for (const [id, ref, element] of arrived) {
    const [owner, value] = [String(id), String(ref)];
    around({ type: entity.type, id: owner }, () => {
      if (field.kind === 'set') {
        for (const one of elementsOf(field.set, String(element))) {
          sets.insert(owner, field, sets.local(field, one), now);
        }
      } else {
        setReference(sql, registry, entity, name, value, owner);
      }
      forgetUnresolved(sql, { type: entity.type, id: owner }, name, value);
    });
  }
}

/** Records of this registry that refer to a record by a foreign key, a child row, or a value kept unresolved. */
export function referrersOf(sql: Sql, registry: Registry, target: RecordKey): RecordKey[] {
  return registry.entities.flatMap((entity) =>
    entity.referring
      .filter((reference) => reference.target === target.type)
      .flatMap(({ name, field }) => {
        const column = field.kind === 'set' ? (elementNames(field.set)[0] ?? '') : name;
        const rows =
          field.kind === 'set'
            ? `SELECT ${sqlName(field.set.owner)} FROM ${sqlName(field.set.table)} WHERE ${sqlName(column)} = ?1`
            : `SELECT t.${sqlName(entity.key)} FROM ${rowsOf(registry, entity)} t WHERE ${refersTo(registry, entity, name, '?1')}`;
        const unresolved = `SELECT id FROM scsync_unresolved WHERE type = ?2 AND field = ?3 AND ref = ?1`;
        return sql
          .all(`${rows} UNION ${unresolved}`, target.id, entity.type, name)
          .map(([id]) => ({ type: entity.type, id: String(id) }));
      }),
  );
}

/** Says whether anything unresolved is kept. */
export function hasUnresolved(sql: Sql): boolean {
  return sql.get(`SELECT 1 FROM scsync_unresolved LIMIT 1`) !== undefined;
}

/** Keeps a reference of a record, or an element of its set, whose target is not here. */
export function writeUnresolved(sql: Sql, { type, id }: RecordKey, field: string, ref: string, element: string): void {
  sql.run(
    `INSERT INTO scsync_unresolved (type, id, field, ref, element) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (type, id, field, ref) DO UPDATE SET element = excluded.element`,
    type,
    id,
    field,
    ref,
    element,
  );
}

/** Forgets what was kept of a record: all of it, that of one field, or that of one target of a field. */
export function forgetUnresolved(sql: Sql, { type, id }: RecordKey, field?: string, ref?: string): void {
  const more = [
    ...(field === undefined ? [] : [[' AND field = ?', field]]),
    ...(ref === undefined ? [] : [[' AND ref = ?', ref]]),
  ];
  const where = more.map(([condition]) => condition ?? '').join('');
  sql.run(
    `DELETE FROM scsync_unresolved WHERE type = ? AND id = ?${where}`,
    type,
    id,
    ...more.map(([, value]) => value ?? ''),
  );
}

/** Forgets what was kept of a field of the records that a SELECT names by id. */
export function forgetUnresolvedOf(sql: Sql, type: string, field: string, ids: string): void {
  sql.run(`DELETE FROM scsync_unresolved WHERE type = ? AND field = ? AND id IN (${ids})`, type, field);
}

/** Forgets what was kept for a record that is deleted, wherever it stands. */
export function forgetUnresolvedTo(sql: Sql, registry: Registry, target: RecordKey): void {
  for (const { type, referring } of registry.entities) {
    for (const { name } of referring.filter((reference) => reference.target === target.type)) {
      sql.run(`DELETE FROM scsync_unresolved WHERE type = ? AND field = ? AND ref = ?`, type, name, target.id);
    }
  }
}

/** What was kept for records that a project remembers as deleted, and that are not here: who keeps it, and for which target. */
export function deadReferences(
  { sql, registry, project }: ProjectDatabase,
  entity: Entity,
  { name, target }: ReferringField,
): { readonly id: string; readonly ref: string }[] {
  const referred = requireEntity(registry, target);
  return sql
    .all(
      `SELECT a.id, a.ref FROM scsync_unresolved a
       JOIN scsync_tombstones x ON x.project = ? AND x.type = ? AND x.id = a.ref
       WHERE a.type = ? AND a.field = ? AND NOT EXISTS (SELECT 1 FROM ${rowsOf(registry, referred)} t WHERE t.${sqlName(referred.key)} = a.ref)`,
      project,
      target,
      entity.type,
      name,
    )
    .map(([id, ref]) => ({ id: String(id), ref: String(ref) }));
}
