import { quote } from '../record/json.js';
import { requireEntity } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import { forgetUnresolvedOf, writeUnresolved } from './knowledge/references.js';
import type { Sql } from './sql.js';
import { sqlName } from './sql-name.js';
import type { StagedRows } from './staged-rows.js';
import { rowsOf } from './row-source.js';

/** Forgets what was kept of references that rows which wait are to change. */
export function forgetChangedReferences(sql: Sql, entity: Entity, rows: StagedRows): void {
  for (const field of Object.keys(entity.references)) {
    if (!rows.changes(field)) continue;
    forgetUnresolvedOf(sql, entity.type, field, `SELECT id FROM ${rows.table} WHERE is_new = 0`);
  }
}

/** Of rows that wait, a reference to a row that is not here is kept beside the row, until it arrives. */
export function keepMissingReferences(sql: Sql, registry: Registry, entity: Entity, rows: StagedRows): void {
  for (const [field, target] of Object.entries(entity.references)) {
    const place = rows.placeOf(field) ?? 'NULL';
    const referred = requireEntity(registry, target);
    const isRef = entity.fields[field]?.kind === 'ref';
    const isHere = `EXISTS (SELECT 1 FROM ${rowsOf(registry, referred)} t WHERE t.${sqlName(referred.key)} = s.${place})`;
    const waits = target === entity.type ? ` OR EXISTS (SELECT 1 FROM ${rows.table} o WHERE o.id = s.${place})` : '';
    const isWritten = rows.changes(field) ? '' : `s.is_new = 1 AND `;
    const missing = `${isWritten}s.${place} IS NOT NULL AND NOT (${isHere}${waits})${isRef ? ` AND s.${place} NOT LIKE '~%'` : ''}`;
    for (const [id, ref] of sql.all(`SELECT s.id, s.${place} FROM ${rows.table} s WHERE ${missing}`)) {
      const [owner, value] = [String(id), String(ref)];
      writeUnresolved(sql, { type: entity.type, id: owner }, field, value, quote(value));
      sql.run(`UPDATE ${rows.table} SET ${place} = NULL WHERE id = ?`, owner);
    }
  }
}
