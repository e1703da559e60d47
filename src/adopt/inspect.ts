import type { Sql } from '../store/sql.js';
import { readTableShape } from '../store/table-shape.js';
import { writesOf } from '../store/trigger-writes.js';
import type {
  InspectedDatabase,
  InspectedKey,
  InspectedReference,
  InspectedTable,
  ModuleTable,
  ProgramTrigger,
} from './inspected.js';
import { readValues } from './values.js';

/** A table as SQLite lists it. */
interface ListedTable {
  readonly name: string;
  readonly kind: string;
  readonly isWithoutRowid: boolean;
  /** How it was made. */
  readonly ddl: string;
}

/** Looks at a database: how it is declared, and what it holds. Changes nothing. */
export function inspect(sql: Sql): InspectedDatabase {
  // One transaction, so that another program changes nothing in between.
  return sql.transaction('deferred', () => {
    const listed = listTables(sql);
    const moduleTables = findModuleTables(sql, listed);
    const own = listed.filter(({ kind, name }) => kind === 'table' && !moduleTables.some((each) => each.name === name));
    return { tables: own.map((table) => inspectTable(sql, table)), moduleTables, triggers: readTriggers(sql) };
  });
}

function listTables(sql: Sql): ListedTable[] {
  return sql
    .all(
      `SELECT l.name, l.type, l.wr, s.sql FROM pragma_table_list AS l JOIN main.sqlite_schema AS s
       ON s.name = l.name AND s.type = 'table' WHERE l.schema = 'main' ORDER BY l.name`,
    )
    .map(([name, kind, wr, ddl]) => ({
      name: String(name),
      kind: String(kind),
      isWithoutRowid: wr === 1n,
      ddl: String(ddl),
    }))
    .filter(({ name }) => !/^(?:sqlite|scsync)_/i.test(name));
}

/** Virtual tables, and the tables in which their modules keep what they need. */
function findModuleTables(sql: Sql, listed: readonly ListedTable[]): ModuleTable[] {
  const modules = new Set(sql.all('SELECT lower(name) FROM pragma_module_list').map(([name]) => String(name)));
  const virtual = listed
    .filter(({ kind }) => kind === 'virtual')
    .map(({ name, ddl }) => {
      const [, module = ''] = /\bUSING\s+["'`[]?(\w+)/i.exec(ddl) ?? [];
      return { name, ddl, isLoaded: modules.has(module.toLowerCase()) };
    });
  return listed.flatMap(({ name, kind, ddl }): ModuleTable[] => {
    if (kind === 'virtual') return [{ name, of: name, holdsValues: !/\bcontent\s*=/i.test(ddl) }];
    const owner = virtual.find((each) => name.toLowerCase().startsWith(`${each.name.toLowerCase()}_`));
    // A module that is not loaded does not say which tables are its own.
    const isPart = kind === 'shadow' || (owner !== undefined && !owner.isLoaded);
    return isPart ? [{ name, of: owner?.name ?? name, holdsValues: false }] : [];
  });
}

function inspectTable(sql: Sql, { name, isWithoutRowid }: ListedTable): InspectedTable {
  const shape = readTableShape(sql, name);
  const more = sql.all(`SELECT name, pk, dflt_value IS NOT NULL FROM pragma_table_xinfo(?)`, name);
  const { rows, values } = readValues(
    sql,
    name,
    shape.columns.map((column) => column.name),
  );
  const isNeverNull = (column: string): boolean =>
    isWithoutRowid && more.some(([known, pk]) => known === column && pk !== 0n);
  return {
    name,
    rows,
    columns: shape.columns.map(({ name: column, type, affinity, isNotNull, isGenerated }, index) => ({
      name: column,
      declared: type,
      affinity,
      isNotNull: isNotNull || isNeverNull(column),
      hasDefault: more[index]?.[2] === 1n,
      isGenerated,
      values: values[index] ?? { classes: { null: 0, integer: 0, real: 0, text: 0, blob: 0 }, dates: 0, paths: 0 },
    })),
    primaryKey: more
      .filter(([, pk]) => pk !== 0n)
      .sort(([, a], [, b]) => Number(a) - Number(b))
      .map(([column]) => String(column)),
    uniqueKeys: readKeys(sql, name),
    references: readReferences(sql, name),
  };
}

function readKeys(sql: Sql, table: string): InspectedKey[] {
  return sql
    .all(`SELECT name, partial FROM pragma_index_list(?) WHERE "unique" = 1 ORDER BY origin <> 'pk', name`, table)
    .map(([name, isPartial]) => {
      const parts = sql.all(`SELECT name, coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno`, name ?? '');
      return {
        name: String(name),
        columns: parts.map(([column]) => (column === null ? undefined : String(column))),
        collations: parts.map(([, collation]) => String(collation)),
        isPartial: isPartial === 1n,
      };
    });
}

function readReferences(sql: Sql, table: string): InspectedReference[] {
  const found = new Map<string, { from: string[]; table: string; to: (string | undefined)[] }>();
  for (const [id, target, from, to] of sql.all(
    `SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq`,
    table,
  )) {
    const known = found.get(String(id)) ?? { from: [], table: String(target), to: [] };
    known.from.push(String(from));
    known.to.push(to === null ? undefined : String(to));
    found.set(String(id), known);
  }
  return [...found.values()];
}

function readTriggers(sql: Sql): ProgramTrigger[] {
  return sql
    .all(
      `SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND substr(name, 1, 7) <> 'scsync_' ORDER BY name`,
    )
    .flatMap(([name, ddl]) =>
      writesOf(String(ddl)).map(({ table, columns }) => ({ name: String(name), table, columns })),
    );
}
