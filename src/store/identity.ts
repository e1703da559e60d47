import { requireEntity } from '../registry/entity.js';
import { columnOf } from '../registry/field.js';
import type { Entity, Registry, SyncedField } from '../registry/entity.js';
import type { RefField } from '../registry/field.js';
import { sqlName, sqlText } from './sql-name.js';

/**
 * How rows are told apart in one database, and how that becomes the ids which all databases share.
 *
 * The local key of a row is what its own table says: a text, an integer, or several columns. Where that is not the id itself, the table of
 * records has both: `local` beside `id`. An alias `r` is a row of that table here, `t` one of the entity's.
 */

/** Whether ids are kept beside the rows, since no column holds them. */
export function isMapped({ identity }: Entity): boolean {
  return !('column' in identity) || 'of' in identity;
}

/** The columns of the table that tell its rows apart in this database. */
export function localColumns({ identity, fields }: Entity): readonly string[] {
  if ('columns' in identity) return identity.columns.map((name) => fieldColumn(fields[name], name));
  if ('row' in identity) return [rowNumber(fields)];
  return ['column' in identity ? identity.column : identity.number];
}

/** The names that SQLite has for the number of a row, each unless a column has it (https://sqlite.org/rowidtable.html). */
const ROW_NUMBERS = ['rowid', '_rowid_', 'oid'];

function rowNumber(fields: Entity['fields']): string {
  const columns = new Set(Object.entries(fields).map(([name, field]) => columnOf(name, field)?.toLowerCase()));
  return ROW_NUMBERS.find((name) => !columns.has(name)) ?? '';
}

/** Whether nothing but what they hold tells the rows of an entity apart. */
export function isBag({ identity }: Entity): boolean {
  return 'row' in identity;
}

function fieldColumn(field: Entity['fields'][string] | undefined, name: string): string {
  return field === undefined ? name : (columnOf(name, field) ?? name);
}

/** The column with the number that a new row is given in this database. */
export function numberColumn(entity: Entity): string | undefined {
  const { identity } = entity;
  return 'number' in identity ? identity.number : 'row' in identity ? localColumns(entity)[0] : undefined;
}

/** The columns that identify a row, or are a key of it in this database alone. */
export function keyColumns(entity: Entity): readonly string[] {
  const { identity } = entity;
  if ('row' in identity) return [];
  const numbers = 'number' in identity ? [identity.number] : [];
  return [...new Set([...numbers, ...localColumns(entity)])];
}

/** The field with the number that a row has beside its id, as it was where the record was made. */
export function numberField({ identity, synced }: Entity): SyncedField | undefined {
  if (!('column' in identity) || 'of' in identity) return undefined;
  return synced.find(({ name, field }) => columnOf(name, field) === identity.number);
}

/** Whether the local keys of an entity are the numbers that SQLite counts rows by, as far as the registry tells. */
export function isRowNumber(entity: Entity): boolean {
  return isMapped(entity) && localColumns(entity).length === 1;
}

/**
 * SQL that compares the local key of a row with that of a record, both by their aliases. Texts that a column takes for the same are told apart:
 * the first comparison finds the row by its index, the second one is exact.
 */
export function joinLocal(entity: Entity, row: string, record: string): string {
  const columns = localColumns(entity);
  const local = (index: number): string =>
    columns.length === 1 ? `${record}.local` : `json_extract(${record}.local, '$[${index}]')`;
  return columns
    .map((column, index) => {
      const same = `${row}.${sqlName(column)} = ${local(index)}`;
      return 'columns' in entity.identity ? `${same} AND ${same} COLLATE BINARY` : same;
    })
    .join(' AND ');
}

/** SQL for whether a row `t` of the table is that of the record with an id. */
export function isRowOf(entity: Entity, id: string): string {
  const columns = localColumns(entity).map((column) => `t.${sqlName(column)}`);
  if (!isMapped(entity)) return `${columns.join('')} = ${id}`;
  const local = columns.map((_, index) => (columns.length === 1 ? 'q.local' : `json_extract(q.local, '$[${index}]')`));
  const record = `FROM scsync_records q WHERE q.type = ${sqlText(entity.type)} AND q.id = ${id} AND q.local IS NOT NULL`;
  const found = `(${columns.join(', ')}) = (SELECT ${local.join(', ')} ${record})`;
  return 'columns' in entity.identity
    ? `${found} AND EXISTS (SELECT 1 ${record} AND ${joinLocal(entity, 't', 'q')})`
    : found;
}

/** SQL for the local key of a row that is known by an alias, as the table of records has it. */
export function localKey(entity: Entity, row: string): string {
  const columns = localColumns(entity).map((column) => `${row}.${sqlName(column)}`);
  return columns.length === 1 ? columns.join('') : `json_array(${columns.join(', ')})`;
}

/**
 * SQL for the local key of a row as a trigger logs it: it must never fail, whatever the program stores, nor need a newer SQLite than the
 * program has.
 */
export function loggedKey(entity: Entity, row: string): string {
  const columns = localColumns(entity).map((column) => `${row}.${sqlName(column)}`);
  return 'columns' in entity.identity
    ? columns.map((column) => `quote(${column})`).join(` || ',' || `)
    : columns.join('');
}

/** Local keys have no type, and an index finds them only by values without one. */
function bare(value: string): string {
  return `+${value}`;
}

/** What stands before the value of a reference that no row has: it is this value itself. */
const RAW = '~';

/** Whether a reference names no record, but a value that no row has. */
export function isRawReference(id: string): boolean {
  return id.startsWith(RAW);
}

/** SQL for the id of the record that a column refers to; a value that no row has stays what it is. */
export function idOfReference(registry: Registry, field: RefField, column: string): string {
  const target = requireEntity(registry, field.to);
  const via = field.by ?? referredColumn(target);
  if ('column' in target.identity && target.identity.column === via && !isMapped(target)) return column;
  const record = `q.type = ${sqlText(target.type)}`;
  const table = sqlName(target.table);
  const found = !isMapped(target)
    ? `SELECT p.${sqlName(localColumns(target)[0] ?? '')} FROM ${table} p WHERE p.${sqlName(via)} = ${column}`
    : isLocalKey(target, via)
      ? `SELECT q.id FROM scsync_records q WHERE ${record} AND q.local = ${bare(column)}`
      : `SELECT q.id FROM ${table} p JOIN scsync_records q ON ${record} AND q.local = ${bare(localKey(target, 'p'))} WHERE p.${sqlName(via)} = ${column}`;
  return `iif(${column} IS NULL, NULL, coalesce((${found}), '${RAW}' || json_quote(${column})))`;
}

/** Names the temporary table in which rows of a type wait, with a number for each as `local`; undefined where none do. */
export type StagedTables = (type: string) => string | undefined;

/**
 * SQL for the value that a column must have to refer to the record with an id.
 *
 * @param staged where the numbers are of rows that are not written yet
 */
export function valueOfReference(registry: Registry, field: RefField, id: string, staged?: StagedTables): string {
  const target = requireEntity(registry, field.to);
  const via = field.by ?? referredColumn(target);
  if ('column' in target.identity && target.identity.column === via && !isMapped(target)) return id;
  const record = `q.type = ${sqlText(target.type)} AND q.id = ${id}`;
  const table = sqlName(target.table);
  const found = !isMapped(target)
    ? `SELECT p.${sqlName(via)} FROM ${table} p WHERE p.${sqlName(localColumns(target)[0] ?? '')} = ${id}`
    : isLocalKey(target, via)
      ? `SELECT q.local FROM scsync_records q WHERE ${record} AND q.local IS NOT NULL`
      : `SELECT p.${sqlName(via)} FROM scsync_records q JOIN ${table} p ON ${joinLocal(target, 'p', 'q')} WHERE ${record}`;
  const waiting = isMapped(target) || keyColumns(target)[0] !== via ? undefined : staged?.(target.type);
  const next = waiting === undefined ? '' : `(SELECT w.local FROM ${waiting} w WHERE w.id = ${id}), `;
  return `coalesce((${found}), ${next}iif(substr(${id}, 1, 1) = '${RAW}', json_extract(substr(${id}, 2), '$'), NULL))`;
}

/** The column that a reference holds where nothing else is said. */
function referredColumn({ identity }: Entity): string {
  if ('columns' in identity) return identity.columns[0] ?? '';
  return 'number' in identity ? identity.number : 'column' in identity ? identity.column : '';
}

function isLocalKey(entity: Entity, column: string): boolean {
  const columns = localColumns(entity);
  return columns.length === 1 && columns[0] === column;
}
