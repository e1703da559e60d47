import { openDriver } from '../store/drivers/open-driver.js';
import { Sql } from '../store/sql.js';
import { SCHEMA } from './schema.sql.js';

/** A table, index, view or trigger of the SaveContext schema. */
export interface WantedObject {
  readonly type: string;
  readonly name: string;
  /** The table that it belongs to; a table or a view belongs to itself. */
  readonly table: string;
  readonly sql: string;
}

/** A column of the SaveContext schema. */
export interface WantedColumn {
  readonly table: string;
  readonly name: string;
  /** What ALTER TABLE ADD COLUMN is to be told. */
  readonly definition: string;
  /** Whether it would accept that; https://sqlite.org/lang_altertable.html, section 6. */
  readonly isAddable: boolean;
}

/** The SaveContext schema as SQLite understands it, in the order in which it is written. All names are in lower case. */
export interface WantedSchema {
  readonly objects: readonly WantedObject[];
  readonly columns: readonly WantedColumn[];
  /** The versions of the schema. */
  readonly versions: readonly string[];
  /** What a new `embeddings_meta` holds. */
  readonly settings: readonly (readonly [key: string, value: string])[];
}

// A UNIQUE column needs no word here: each of them is NOT NULL without a default, which alone makes it unaddable.
const COLUMNS = `
  SELECT t.name, c.name,
    concat(c.name, ' ', c.type, iif(c."notnull", ' NOT NULL', ''), ' DEFAULT ' || c.dflt_value,
      ' REFERENCES ' || f."table" || '(' || f."to" || ') ON DELETE ' || f.on_delete),
    c.pk = 0 AND iif(c.dflt_value IS NULL, NOT c."notnull", c.dflt_value NOT LIKE '%(%')
  FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS c
    LEFT JOIN pragma_foreign_key_list(t.name) AS f ON f."from" = c.name
  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
  ORDER BY t.rowid, c.cid`;

let known: WantedSchema | undefined;

/** Makes the schema in memory and reads it; the second time it is known. */
export function wantedSchema(): WantedSchema {
  return (known ??= readSchema());
}

function readSchema(): WantedSchema {
  const sql = new Sql(openDriver(':memory:'));
  try {
    sql.exec(SCHEMA);
    return {
      objects: sql
        .all("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid")
        .map(([type, name, table, text]) => ({
          type: String(type),
          name: String(name),
          table: String(table),
          sql: String(text),
        })),
      columns: sql.all(COLUMNS).map(([table, name, definition, isAddable]) => ({
        table: String(table),
        name: String(name),
        definition: String(definition),
        isAddable: isAddable === 1n,
      })),
      versions: sql.all('SELECT version FROM schema_migrations ORDER BY rowid').map(([version]) => String(version)),
      settings: sql
        .all('SELECT key, value FROM embeddings_meta ORDER BY rowid')
        .map(([key, value]) => [String(key), String(value)]),
    };
  } finally {
    sql.close();
  }
}
