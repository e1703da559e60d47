import type { Entity, Registry } from '../../registry/entity.js';
import { isBag, isMapped, keyColumns, localColumns } from '../identity.js';
import { rowsOf } from '../row-source.js';
import type { Sql } from '../sql.js';
import { sqlName } from '../sql-name.js';
import { readTableShape } from '../table-shape.js';
import { forgetStale } from './name-rows.js';
import { NOW, isWatched } from './triggers.js';

/**
 * Logs that rows went which `REPLACE` removed by a unique index that no trigger of ours knows: over some rows, over an expression, with a
 * comparison or a column of its own. No trigger fires then. But a row that is gone, though all triggers watch its table, can have gone in no
 * other way. The whole table is looked at, and only where it was written to and has such an index.
 */
export function logUnseenReplaced(sql: Sql, registry: Registry, entity: Entity): void {
  const { table, type, key } = entity;
  if (isBag(entity)) return;
  if (sql.get(`SELECT 1 FROM scsync_log WHERE tbl = ? AND at IS NULL LIMIT 1`, table) === undefined) return;
  if (!isWatched(sql, entity) || !hasUnseenKey(sql, entity)) return;
  const count = sql.run(
    `INSERT INTO scsync_log (tbl, key, scope, at)
     SELECT ?1, r.id, r.project, ${NOW} FROM scsync_records r
     WHERE r.type = ?2 AND r.project IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(key)} = r.id)
       AND NOT EXISTS (SELECT 1 FROM scsync_tombstones x WHERE x.project = r.project AND x.type = r.type AND x.id = r.id)
       AND r.id NOT IN (SELECT l.key FROM scsync_log l WHERE l.tbl = ?1 AND l.at IS NOT NULL AND l.key IS NOT NULL)`,
    table,
    type,
  );
  if (count > 0 && isMapped(entity)) forgetStale(sql, entity);
}

/** Whether a unique index compares what our triggers do not compare. */
function hasUnseenKey(sql: Sql, entity: Entity): boolean {
  const own = 'columns' in entity.identity ? [localColumns(entity)] : keyColumns(entity).map((column) => [column]);
  const seen = [...own, ...entity.unique];
  return readTableShape(sql, entity.table).uniqueKeys.some(
    ({ columns, collations, isPartial }) =>
      isPartial ||
      collations.some((collation) => collation !== 'BINARY') ||
      !seen.some((names) => names.length === columns.length && names.every((name) => columns.includes(name))),
  );
}
