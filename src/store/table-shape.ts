import type { Sql } from './sql.js';

/** How SQLite treats what is written into a column (https://sqlite.org/datatype3.html, section 3.1). */
export type Affinity = 'TEXT' | 'INTEGER' | 'REAL' | 'NUMERIC' | 'BLOB';

/** A column as the database declares it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly affinity: Affinity;
  readonly isGenerated: boolean;
  /** True where an insert must name it: NOT NULL, without a default. */
  readonly isRequired: boolean;
  readonly isNotNull: boolean;
  /** The SQL of its default. */
  readonly default: string | undefined;
}

/** What a unique index compares; undefined for an expression. */
export interface UniqueKey {
  readonly columns: readonly (string | undefined)[];
  readonly collations: readonly string[];
  readonly isPartial: boolean;
}

/** A foreign key of a table. */
export interface ForeignKey {
  readonly from: readonly string[];
  readonly table: string;
  /** The column that it refers to; undefined for the primary key. */
  readonly to: string | undefined;
}

/** A table as the database declares it. */
export interface TableShape {
  readonly columns: readonly Column[];
  /** The column that SQLite numbers rows by, if the table has one. */
  readonly rowNumber: string | undefined;
  readonly uniqueKeys: readonly UniqueKey[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** Reads how a table is declared; without columns where there is none. */
export function readTableShape(sql: Sql, table: string): TableShape {
  const keys = sql
    .all(`SELECT name, type FROM pragma_table_info(?) WHERE pk > 0`, table)
    .map(([name, type]) => ({ name: String(name), type: String(type) }));
  const columns = sql
    .all(`SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)`, table)
    .map(([name, type, notNull, value, pk, hidden]): Column => {
      const affinity = affinityOf(String(type));
      const isGenerated = hidden === 2n || hidden === 3n;
      // SQLite itself gives a number to such a key.
      const isNumbered = affinity === 'INTEGER' && pk === 1n;
      const isNotNull = notNull === 1n;
      const isRequired = isNotNull && value === null && !isGenerated && !isNumbered;
      return {
        ...{ name: String(name), type: String(type), affinity, isGenerated, isRequired, isNotNull },
        default: typeof value === 'string' ? value : undefined,
      };
    });
  const isRowNumber = keys.length === 1 && /^integer$/i.test(keys[0]?.type ?? '');
  return {
    columns,
    rowNumber: isRowNumber ? keys[0]?.name : undefined,
    uniqueKeys: readUniqueKeys(sql, table),
    foreignKeys: readForeignKeys(sql, table),
  };
}

function readUniqueKeys(sql: Sql, table: string): UniqueKey[] {
  return sql
    .all(`SELECT name, partial FROM pragma_index_list(?) WHERE "unique" = 1`, table)
    .map(([index, partial]): UniqueKey => {
      const parts = sql.all(`SELECT name, coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno`, index ?? '');
      return {
        columns: parts.map(([name]) => (name === null ? undefined : String(name))),
        collations: parts.map(([, collation]) => String(collation)),
        isPartial: partial === 1n,
      };
    });
}

function readForeignKeys(sql: Sql, table: string): ForeignKey[] {
  const keys = new Map<string, { from: string[]; table: string; to: string | undefined }>();
  for (const [id, target, from, to] of sql.all(
    `SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq`,
    table,
  )) {
    const known = keys.get(String(id));
    if (known !== undefined) known.from.push(String(from));
    else
      keys.set(String(id), { from: [String(from)], table: String(target), to: to === null ? undefined : String(to) });
  }
  return [...keys.values()];
}

function affinityOf(type: string): Affinity {
  if (/INT/i.test(type)) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'TEXT';
  if (type === '' || /BLOB/i.test(type)) return 'BLOB';
  return /REAL|FLOA|DOUB/i.test(type) ? 'REAL' : 'NUMERIC';
}
