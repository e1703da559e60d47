import { joinMembers } from '../../record/content.js';
import { fieldToken } from '../../record/field-token.js';
import { scanObject } from '../../record/json.js';
import { columnOf } from '../../registry/field.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { sqlValue } from '../columns.js';
import { isRowOf, valueOfReference } from '../identity.js';
import type { Sql } from '../sql.js';
import { sqlName } from '../sql-name.js';

/**
 * Puts what was kept of records as members that nobody knew into columns that the registry knows by now: lines had these values before the
 * table had the column.
 */
export function takeUpLearntFields(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    const kept = sql.all(`SELECT id, unknown FROM scsync_records WHERE type = ? AND unknown IS NOT NULL`, entity.type);
    for (const [id, unknown] of kept) takeUp(sql, registry, entity, String(id), String(unknown));
  }
}

function takeUp(sql: Sql, registry: Registry, entity: Entity, id: string, unknown: string): void {
  const members = scanObject(unknown);
  const others = members.filter(([name]) => !entity.indexOf.has(name));
  if (others.length === members.length) return;
  for (const [name, token] of members) {
    const field = entity.synced[entity.indexOf.get(name) ?? -1]?.field;
    const column = field === undefined ? undefined : columnOf(name, field);
    if (field === undefined || field.kind === 'set' || column === undefined) continue;
    const problems: string[] = [];
    const value = sqlValue(field, fieldToken(field, token, problems));
    if (problems.length > 0) continue;
    const place = field.kind === 'ref' ? valueOfReference(registry, field, '?1') : '?1';
    sql.run(
      `UPDATE ${sqlName(entity.table)} AS t SET ${sqlName(column)} = ${place} WHERE ${isRowOf(entity, '?2')}`,
      value,
      id,
    );
  }
  const left = others.length === 0 ? null : `{${joinMembers(others)}}`;
  sql.run(`UPDATE scsync_records SET unknown = ? WHERE type = ? AND id = ?`, left, entity.type, id);
}
