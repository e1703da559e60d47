import type { SqlValue } from '../store/database.js';
import type { Sql } from '../store/sql.js';
import { sqlName } from '../store/sql-name.js';
import type { ColumnValues } from './inspected.js';

/** So many columns are looked at in one statement: SQLite allows 2,000 results of one. */
const AT_ONCE = 100;

/** What is asked of a column, each one result. */
const ASKED = [
  `count(CASE typeof(c) WHEN 'null' THEN 1 END)`,
  `count(CASE typeof(c) WHEN 'integer' THEN 1 END)`,
  `count(CASE typeof(c) WHEN 'real' THEN 1 END)`,
  `count(CASE typeof(c) WHEN 'text' THEN 1 END)`,
  `count(CASE typeof(c) WHEN 'blob' THEN 1 END)`,
  `min(CASE WHEN typeof(c) IN ('integer', 'real') THEN c END)`,
  `max(CASE WHEN typeof(c) IN ('integer', 'real') THEN c END)`,
  `min(CASE typeof(c) WHEN 'blob' THEN length(c) END)`,
  `max(CASE typeof(c) WHEN 'blob' THEN length(c) END)`,
  `count(CASE WHEN typeof(c) = 'text' AND c GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]*' THEN 1 END)`,
  `count(CASE WHEN typeof(c) = 'text' AND (c GLOB '/[^/ ]*/[^/]*' OR c GLOB '[A-Za-z]:[/\\]?*') THEN 1 END)`,
];

/** Looks at all values of some columns of a table. Gives the number of rows, and what each column holds. */
export function readValues(
  sql: Sql,
  table: string,
  columns: readonly string[],
): { readonly rows: number; readonly values: readonly ColumnValues[] } {
  const values: ColumnValues[] = [];
  for (let start = 0; start < columns.length; start += AT_ONCE) {
    const some = columns.slice(start, start + AT_ONCE);
    const asked = some.flatMap((column) => ASKED.map((each) => each.replace(/\bc\b/g, () => sqlName(column))));
    const found = sql.get(`SELECT ${asked.join(', ')} FROM ${sqlName(table)}`) ?? [];
    values.push(...some.map((_, index) => valuesOf(found.slice(index * ASKED.length, (index + 1) * ASKED.length))));
  }
  const rows = Number(sql.get(`SELECT count(*) FROM ${sqlName(table)}`)?.[0]);
  return { rows, values };
}

function valuesOf(found: readonly SqlValue[]): ColumnValues {
  const at = (index: number): number => Number(found[index] ?? 0);
  const range = (first: number): readonly [number, number] | undefined =>
    found[first] === null ? undefined : [at(first), at(first + 1)];
  const [numbers, blobSizes] = [range(5), range(7)];
  return {
    classes: { null: at(0), integer: at(1), real: at(2), text: at(3), blob: at(4) },
    ...(numbers !== undefined && { numbers }),
    ...(blobSizes !== undefined && { blobSizes }),
    dates: at(9),
    paths: at(10),
  };
}
