import type { Sql } from '../../src/store/sql.js';

/** A database's schema as data, so that two of them can be compared whatever the text they were made with. */
export function schemaShape(sql: Sql): unknown {
  const objects = sql
    .all("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .map((row) => row.join(' '));
  const names = (type: string): string[] =>
    objects.flatMap((object) => (object.startsWith(`${type} `) ? [object.split(' ')[1]!] : []));
  const autoincrement = sql.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' ORDER BY name",
  );
  return {
    objects,
    autoincrement,
    tables: Object.fromEntries(names('table').map((name) => [name, tableShape(sql, name)])),
    views: Object.fromEntries(names('view').map((name) => [name, columnNames(sql, name)])),
    triggers: Object.fromEntries(names('trigger').map((name) => [name, triggerTiming(sql, name)])),
    versions: sql.all('SELECT version FROM schema_migrations ORDER BY version').flat(),
    embeddings: sql.all('SELECT key, value FROM embeddings_meta ORDER BY key'),
  };
}

function tableShape(sql: Sql, table: string): unknown {
  return {
    columns: sql.all('SELECT cid, name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', table),
    // Their numbers tell the order in which the constraints were written, which means nothing.
    foreignKeys: sql.all(
      'SELECT "table", seq, "from", "to", on_update, on_delete, "match" FROM pragma_foreign_key_list(?) ORDER BY "from", seq',
      table,
    ),
    indexes: sql
      .all('SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY name', table)
      .map((index) => [
        ...index,
        sql.all('SELECT seqno, cid, name, "desc", coll, key FROM pragma_index_xinfo(?)', String(index[0])),
      ]),
  };
}

function columnNames(sql: Sql, view: string): unknown {
  return sql.all('SELECT name FROM pragma_table_xinfo(?)', view).flat();
}

/** When a trigger fires; what it does, the tests try. */
function triggerTiming(sql: Sql, trigger: string): unknown {
  const [text] = sql.get("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?", trigger)!;
  return /\b(BEFORE|AFTER|INSTEAD OF)\s+(INSERT|UPDATE|DELETE)( OF [^)]+)?\s+ON\s+(\w+)( WHEN .*?)?\s+BEGIN/s
    .exec(String(text))
    ?.slice(1);
}
