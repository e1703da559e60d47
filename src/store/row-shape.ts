import type { Entity, Registry } from '../registry/entity.js';
import type { ScalarField } from '../registry/field.js';
import { storedColumn, tokenColumns } from './columns.js';
import { project as projectSql } from './knowledge/triggers.js';
import type { TextEncoding } from './text-encoding.js';
import { sqlName, sqlText } from './sql-name.js';
import { rowsOf } from './row-source.js';

/** How the columns of an entity's SELECT lie: first those of {@link UNKNOWN_AT} and {@link FLAGS_AT}, at the end those of tokens. */
export interface RowShape {
  readonly columns: string;
  readonly from: string;
  /** Where the columns of tokens begin, see `tokenColumns`. Mostly it is one; the key is the first token. */
  readonly tokensAt: number;
  /** Place of each synced field's token where it {@link isToken}, else of its column; undefined for sets. */
  readonly at: readonly (number | undefined)[];
}

/** The column of the members that this version does not know. */
export const UNKNOWN_AT = 0;
/** The column of {@link FLAGS}. */
export const FLAGS_AT = 1;

/** The sum of what holds of a row. One column has them, since each column of each row takes its time. */
export const FLAGS = {
  /** The row is of the project, which is the first parameter. */
  isHere: 1,
  hasUnresolved: 2,
  isCounted: 4,
} as const;

/** Whether a field is read as a token: JSON text is exact where drivers are not, with U+0000 and 64 bits. A REAL is exact as it is. */
export function isToken({ kind }: ScalarField): boolean {
  return kind === 'text' || kind === 'integer' || kind === 'ref';
}

/** Makes {@link RowShape}, for rows `t`. */
export function rowShape(registry: Registry, entity: Entity, encoding: TextEncoding): RowShape {
  const record = `type = ${sqlText(entity.type)} AND id = t.${sqlName(entity.key)}`;
  const unknown = `scsync_records INDEXED BY scsync_records_unknown WHERE ${record} AND unknown IS NOT NULL`;
  const flags = [`iif(${projectSql(registry, entity, 't')} = ?, ${FLAGS.isHere}, 0)`];
  if (entity.referring.length > 0)
    flags.push(`${FLAGS.hasUnresolved} * EXISTS (SELECT 1 FROM scsync_unresolved WHERE ${record})`);
  if (entity.counts.length > 0) {
    const counted = `scsync_records INDEXED BY scsync_records_counted WHERE ${record} AND counted = 1`;
    flags.push(`${FLAGS.isCounted} * EXISTS (SELECT 1 FROM ${counted})`);
  }
  const columns = [`(SELECT unknown FROM ${unknown})`, flags.join(' + ')];
  const tokens: string[] = [];
  const at = entity.synced.map(({ name, field }) => {
    if (field.kind === 'set') return undefined;
    const column = `t.${sqlName(name)}`;
    if (isToken(field)) return tokens.push(column) - 1;
    return columns.push(field.kind === 'real' ? column : storedColumn(column, encoding)) - 1;
  });
  const tokensAt = columns.length;
  columns.push(...tokenColumns(tokens, encoding));
  return { columns: columns.join(', '), from: `${rowsOf(registry, entity)} t`, tokensAt, at };
}
