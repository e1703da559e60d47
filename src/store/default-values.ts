import { fieldToken } from '../record/field-token.js';
import { columnOf } from '../registry/field.js';
import type { Entity } from '../registry/entity.js';
import { readStored, storedColumn } from './columns.js';
import type { Sql } from './sql.js';
import { readTableShape } from './table-shape.js';

/** A constant in SQL. Another default, such as the time, has a value of its own in each row. */
const CONSTANT = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|'(?:[^']|'')*'|x'(?:[0-9a-f]{2})*'|true|false)$/i;

/** What the table of an entity gives to a row that says nothing of a column: tokens by the place of the field. */
export function defaultTokens(sql: Sql, entity: Entity): ReadonlyMap<number, string> {
  const columns = readTableShape(sql, entity.table).columns;
  const found = entity.synced.flatMap(({ name, field, index }) => {
    // The number of a row here means nothing for a line.
    if (field.kind === 'set' || field.kind === 'ref') return [];
    const column = columns.find((each) => each.name.toLowerCase() === columnOf(name, field)?.toLowerCase());
    if (column?.default === undefined || !CONSTANT.test(column.default)) return [];
    return [{ index, field, affinity: column.affinity, default: column.default }];
  });
  if (found.length === 0) return new Map();
  // A table makes of a constant what its columns make of it.
  const declared = found.map((each, at) => `c${at} ${each.affinity} DEFAULT ${each.default}`);
  sql.exec(
    `CREATE TEMP TABLE scsync_defaults (${declared.join(', ')}); INSERT INTO temp.scsync_defaults DEFAULT VALUES`,
  );
  const values = found.map((_, at) => storedColumn(`c${at}`, sql.encoding));
  const row = sql.get(`SELECT ${values.join(', ')} FROM temp.scsync_defaults`) ?? [];
  sql.exec('DROP TABLE temp.scsync_defaults');
  return new Map(
    found.flatMap(({ index, field }, at): [number, string][] => {
      const problems: string[] = [];
      const token = fieldToken(field, readStored(row[at] ?? null, sql.encoding) ?? 'null', problems);
      return problems.length > 0 ? [] : [[index, token]];
    }),
  );
}
