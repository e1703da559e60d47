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

/** The references of all tables: those that are declared, and those that somebody told of. Each column has at most one. */
export function findReferences(db: InspectedDatabase, { refs }: Answers): Reference[] {
  const told = refs.flatMap(({ table, column, to }): Reference[] => {
    const by = keyLike(columnNamed(tableNamed(db.tables, table), column), tableNamed(db.tables, to));
    return by === undefined ? [] : [{ table, column, target: to, by }];
  });
  const declared = db.tables.flatMap((table) =>
    table.columns.flatMap(({ name }) => followReference(db.tables, table, name, []) ?? []),
  );
  return [...told, ...declared.filter((each) => !told.some((other) => isOfSameColumn(each, other)))];
}

function isOfSameColumn(a: Reference, b: Reference): boolean {
  return a.table === b.table && a.column === b.column;
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
