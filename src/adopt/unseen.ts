import { fieldOf } from '../registry/file.js';
import type { FileEntity } from '../registry/file.js';
import { listed } from './findings.js';
import type { InspectedDatabase, InspectedKey, InspectedReference, InspectedTable } from './inspected.js';
import { tableNamed } from './inspected.js';

/** A table that is synced. */
interface SyncedTable {
  readonly entity: FileEntity;
  readonly table: InspectedTable;
}

/** What a registry cannot say, and what the database does not show. */
export function unseenIn(synced: readonly SyncedTable[], db: InspectedDatabase): string[] {
  const empty = synced.flatMap(({ table: { name, rows } }) => (rows === 0 ? [name] : []));
  return [
    ...synced.flatMap(({ entity, table }) => [
      ...table.uniqueKeys.flatMap((key) => ofKey(entity, table, key)),
      ...table.references.flatMap((reference) => ofReference(entity, reference, db)),
    ]),
    ...db.moduleTables
      .filter(({ holdsValues }) => holdsValues)
      .map(({ name }) => `${name}: is a virtual table with values of its own, which are not synced`),
    ...(empty.length === 0 ? [] : [`${listed(empty)}: no rows, so only declared types say what the columns hold`]),
  ];
}

function ofKey(
  { fields }: FileEntity,
  table: InspectedTable,
  { name, columns, isPartial, collations }: InspectedKey,
): string[] {
  const named = columns.filter((column) => column !== undefined);
  const isLocal = (column: string): boolean => fieldOf(fields[column] ?? 'any').kind === 'local';
  const says = (why: string): string[] => [
    `${table.name}: the unique index ${name} ${why}, so a clash shows only when a row is written`,
  ];
  if (named.length < columns.length) return says('compares an expression');
  if (isPartial) return says('holds for some rows only');
  if (named.some(isLocal)) return says('has a column that stays here');
  const other = collations.find((collation) => collation !== 'BINARY');
  return other === undefined ? [] : says(`compares as ${other}`);
}

/** A foreign key that leads nowhere, or to a table that no registry can name. */
function ofReference(
  { table, fields }: FileEntity,
  { from, table: name }: InspectedReference,
  db: InspectedDatabase,
): string[] {
  const where = `${table}.${from.join(', ')}`;
  if (tableNamed(db.tables, name) === undefined) return [`${where}: refers to ${name}, and there is no such table`];
  const isSaid = from.some((column) => ['ref', 'local'].includes(fieldOf(fields[column] ?? 'ref').kind));
  return isSaid ? [] : [`${where}: refers to ${name}, and the registry cannot say so`];
}
