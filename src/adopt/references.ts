import { SyncError } from '../errors.js';
import { fieldOf, keyColumn } from '../registry/file.js';
import type { RegistryFile } from '../registry/file.js';
import type { Answers } from './answers.js';
import type { InspectedColumn, InspectedDatabase, InspectedTable } from './inspected.js';
import { columnNamed, isSameName, tableNamed } from './inspected.js';

/** A column that holds a value of a column of another row. */
export interface Reference {
  readonly table: string;
  readonly column: string;
  readonly target: string;
  /** The column there. */
  readonly by: string;
}

/**
 * The references of all tables: what somebody says now goes before the registry that is there, and that before what is declared. Each
 * column has at most one.
 *
 * @throws SyncError `usage` where a column cannot refer to what somebody says
 */
export function findReferences(
  { tables }: InspectedDatabase,
  { refs }: Answers,
  previous: RegistryFile | undefined,
): Reference[] {
  const told = refs.map(({ table, column, to }): Reference => {
    const by = keyLike(columnNamed(tableNamed(tables, table), column), tableNamed(tables, to));
    if (by !== undefined) return { table, column, target: to, by };
    throw new SyncError('usage', `${table}.${column} cannot refer to ${to}, which has no key of one column`, {
      hint: 'name another table in --ref',
    });
  });
  const declared = tables.flatMap((table) =>
    table.columns.flatMap(({ name }) => followReference(tables, table, name, []) ?? []),
  );
  const found = new Map<string, Reference>();
  for (const each of [...declared, ...referencesIn(previous, tables), ...told])
    found.set(JSON.stringify([each.table, each.column]), each);
  return [...found.values()];
}

/** The references that a registry names, between columns that are there. */
function referencesIn(registry: RegistryFile | undefined, tables: readonly InspectedTable[]): Reference[] {
  const entities = new Map(registry?.entities.map((entity) => [entity.type, entity]));
  return [...entities.values()].flatMap((entity) =>
    Object.entries(entity.fields).flatMap(([name, entry]): Reference[] => {
      const { to = '', by } = fieldOf(entry);
      const other = entities.get(to);
      const [own, target] = [entity.table, other?.table ?? ''].map((each) => tableNamed(tables, each));
      const column = columnNamed(own, name);
      const key = columnNamed(target, by ?? (other && keyColumn(other.id)) ?? '');
      if (own === undefined || column === undefined || target === undefined || key === undefined) return [];
      return [{ table: own.name, column: column.name, target: target.name, by: key.name }];
    }),
  );
}

/**
 * Where a column leads. One of several that refer together leads to the other table where that names the row alone, else to where the
 * column there leads: both hold the same number.
 */
function followReference(
  tables: readonly InspectedTable[],
  table: InspectedTable,
  column: string,
  before: readonly string[],
): Reference | undefined {
  const place = `${table.name}.${column}`;
  if (before.includes(place)) return undefined;
  for (const { from, table: name, to } of table.references) {
    const target = tableNamed(tables, name);
    const at = from.findIndex((each) => isSameName(each, column));
    const wanted = to[at] ?? target?.primaryKey[at];
    const by = columnNamed(target, wanted ?? '')?.name;
    if (at === -1 || target === undefined || by === undefined) continue;
    if (target === table && by === column) continue;
    const isWhole = from.length === 1 || (target.primaryKey.length === 1 && target.primaryKey[0] === by);
    if (isWhole) return { table: table.name, column, target: target.name, by };
    const further = followReference(tables, target, by, [...before, place]);
    if (further !== undefined) return { ...further, table: table.name, column };
  }
  return undefined;
}

/** The key of a table that holds such values as a column does. */
function keyLike(column: InspectedColumn | undefined, target: InspectedTable | undefined): string | undefined {
  if (column === undefined || target === undefined) return undefined;
  const keys = [target.primaryKey, ...target.uniqueKeys.filter(({ isPartial }) => !isPartial).map((key) => key.columns)]
    .filter((columns) => columns.length === 1)
    .map(([name]) => columnNamed(target, name ?? ''));
  const like = keys.find((key) => key !== undefined && isNumeric(key) === isNumeric(column));
  return (like ?? keys[0])?.name;
}

function isNumeric({ affinity }: InspectedColumn): boolean {
  return affinity === 'INTEGER' || affinity === 'NUMERIC' || affinity === 'REAL';
}
