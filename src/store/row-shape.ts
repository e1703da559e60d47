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
  readonly unknownAt: number;
  /** What else there is to know of the row, see {@link FLAGS}. */
  readonly flagsAt: number;
}

/** The sum of what holds of a row. One column has them, since each column of each row takes its time. */
export const FLAGS = {
  /** The row is of the project, which is the first parameter. */
  isHere: 1,
  hasUnresolved: 2,
  isCounted: 4,
} as const;

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
  const unknownAt = add(
    `(SELECT unknown FROM scsync_records INDEXED BY scsync_records_unknown WHERE ${record} AND unknown IS NOT NULL)`,
  );
  const flags = [`iif(${projectSql(registry, entity, 't')} = ?, ${FLAGS.isHere}, 0)`];
  if (entity.referring.length > 0)
    flags.push(`${FLAGS.hasUnresolved} * EXISTS (SELECT 1 FROM scsync_unresolved WHERE ${record})`);
  if (entity.counts.length > 0) {
    const counted = `scsync_records INDEXED BY scsync_records_counted WHERE ${record} AND counted = 1`;
    flags.push(`${FLAGS.isCounted} * EXISTS (SELECT 1 FROM ${counted})`);
  }
  const flagsAt = add(flags.join(' + '));
  return {
    columns: columns.join(', '),
    from: `${rowsOf(registry, entity)} t`,
    at,
    unknownAt,
    flagsAt,
  };
}
