import { requireEntity } from '../registry/entity.js';
import type { Registry } from '../registry/entity.js';
import type { RecordKey } from '../record/record-key.js';
import type { Sql } from './sql.js';
import { sqlName } from './sql-name.js';
import { rowsOf } from './row-source.js';

/** Says whether there is a row of a record, in any project. */
export function rowExists(sql: Sql, registry: Registry, { type, id }: RecordKey): boolean {
  const entity = requireEntity(registry, type);
  return sql.get(`SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(entity.key)} = ?`, id) !== undefined;
}
