import { columnOf } from '../registry/field.js';
import type { Entity, Registry } from '../registry/entity.js';
import { keyColumns } from './identity.js';
import type { Sql } from './sql.js';
import { readTableShape } from './table-shape.js';

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
    const found = readTableShape(sql, table).columns;
    if (found.length === 0) {
      missing.push(table);
      continue;
    }
    const names = new Set(found.map(({ name }) => name));
    missing.push(...[...known].filter((column) => !names.has(column)).map((column) => `${table}.${column}`));
    // What SQLite works out by itself needs no sync.
    const unknown = found.filter(({ name, isGenerated }) => !known.has(name) && !isGenerated);
    unknownColumns.push(...unknown.map(({ name }) => `${table}.${name}`));
  }
  return { missing, unknownColumns };
}

/** Each table that a record is made of, with the columns that have a role. */
function tablesOf(entity: Entity): [string, ReadonlySet<string>][] {
  const own = [
    ...Object.entries(entity.fields).flatMap(([name, field]) => columnOf(name, field) ?? []),
    ...keyColumns(entity),
  ];
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
