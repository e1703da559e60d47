import type { Entity, Registry } from '../registry/entity.js';
import type { Sql } from './sql.js';

/** How a database differs from its registry. */
export interface SchemaReport {
  /** `table` or `table.column` that the registry names and the database lacks. */
  readonly missing: readonly string[];
  /** `table.column` that the registry does not know, so that it would not be synced. */
  readonly unknownColumns: readonly string[];
}

/** Compares the tables of the registry with the database. */
export function checkSchema(sql: Sql, registry: Registry): SchemaReport {
  const missing: string[] = [];
  const unknownColumns: string[] = [];
  for (const [table, known] of registry.entities.flatMap(tablesOf)) {
    const found = sql.all(`SELECT name FROM pragma_table_info(?)`, table).map(([name]) => String(name));
    if (found.length === 0) {
      missing.push(table);
      continue;
    }
    missing.push(...[...known].filter((column) => !found.includes(column)).map((column) => `${table}.${column}`));
    unknownColumns.push(...found.filter((column) => !known.has(column)).map((column) => `${table}.${column}`));
  }
  return { missing, unknownColumns };
}

/** Each table that a record is made of, with the columns that have a role. */
function tablesOf(entity: Entity): [string, ReadonlySet<string>][] {
  const own = Object.entries(entity.fields).flatMap(([name, field]) => (field.kind === 'set' ? [] : [name]));
  const children = entity.synced.flatMap(({ field }): [string, ReadonlySet<string>][] => {
    if (field.kind !== 'set') return [];
    const { table, owner, element, id, timestamps } = field.set;
    return [
      [
        table,
        new Set([owner, ...Object.keys(element), ...(id === undefined ? [] : [id.column]), ...(timestamps ?? [])]),
      ],
    ];
  });
  return [[entity.table, new Set(own)], ...children];
}
