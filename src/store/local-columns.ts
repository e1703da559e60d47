import { columnOf } from '../registry/field.js';
import type { Entity } from '../registry/entity.js';
import type { Sql } from './sql.js';
import { readTableShape } from './table-shape.js';
import type { Affinity } from './table-shape.js';

/** What says nothing, in a column of each affinity. */
const EMPTY_VALUES: Readonly<Record<Affinity, string>> = {
  TEXT: `''`,
  BLOB: `x''`,
  INTEGER: '0',
  REAL: '0',
  NUMERIC: '0',
};

/** What stays in this database, and may not be null, is empty in a row from elsewhere: such columns, each with SQL for its value. */
export function emptyLocalColumns(
  sql: Sql,
  { fields, table }: Entity,
): { readonly column: string; readonly value: string }[] {
  const local = new Set(
    Object.entries(fields).flatMap(([name, field]) => (field.role === 'local' ? (columnOf(name, field) ?? []) : [])),
  );
  if (local.size === 0) return [];
  return readTableShape(sql, table).columns.flatMap(({ name, affinity, isRequired }) =>
    isRequired && local.has(name) ? [{ column: name, value: EMPTY_VALUES[affinity] }] : [],
  );
}
