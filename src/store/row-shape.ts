import type { Entity, Registry } from '../registry/entity.js';
import type { ScalarField } from '../registry/field.js';
import { exactColumn, storedColumn } from './columns.js';
import { project as projectSql } from './knowledge/triggers.js';
import type { TextEncoding } from './text-encoding.js';
import { sqlName, sqlText } from './sql-name.js';
import { rowsOf } from './row-source.js';

/** How the columns of an entity's SELECT lie. */
export interface RowShape {
  readonly columns: string;
  readonly from: string;
  /** Place of each synced field's column; undefined for sets. */
  readonly at: readonly (number | undefined)[];
  /** Whether the row is of the project, which is the first parameter. */
  readonly isHereAt: number;
  readonly unknownAt: number;
  readonly unresolvedAt: number;
  readonly countedAt: number;
}

function columnSql({ kind }: ScalarField, column: string, encoding: TextEncoding): string {
  if (kind === 'real') return column;
  return kind === 'any' || kind === 'number' || kind === 'blob'
    ? storedColumn(column, encoding)
    : exactColumn(column, encoding);
}

/** Makes {@link RowShape}, for rows `t`. */
export function rowShape(registry: Registry, entity: Entity, encoding: TextEncoding): RowShape {
  const columns: string[] = [];
  const at = entity.synced.map(({ name, field }) => {
    if (field.kind === 'set') return undefined;
    // JSON text is exact where drivers are not: U+0000, 64 bits. A REAL is exact as it is, and not as SQLite's JSON.
    columns.push(columnSql(field, `t.${sqlName(name)}`, encoding));
    return columns.length - 1;
  });
  const record = `type = ${sqlText(entity.type)} AND id = t.${sqlName(entity.key)}`;
  const add = (column: string): number => columns.push(column) - 1;
  const isHereAt = add(`${projectSql(registry, entity, 't')} = ?`);
  const unknownAt = add(
    `(SELECT unknown FROM scsync_records INDEXED BY scsync_records_unknown WHERE ${record} AND unknown IS NOT NULL)`,
  );
  const unresolvedAt = add(
    entity.referring.length > 0 ? `EXISTS (SELECT 1 FROM scsync_unresolved WHERE ${record})` : '0',
  );
  const countedAt = add(
    entity.counts.length > 0
      ? `EXISTS (SELECT 1 FROM scsync_records INDEXED BY scsync_records_counted WHERE ${record} AND counted = 1)`
      : '0',
  );
  return {
    columns: columns.join(', '),
    from: `${rowsOf(registry, entity)} t`,
    at,
    isHereAt,
    unknownAt,
    unresolvedAt,
    countedAt,
  };
}
