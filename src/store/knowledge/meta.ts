import type { Sql } from '../sql.js';

/** A single thing that the database remembers by name; undefined where it does not. */
export function readMeta(sql: Sql, name: string): string | undefined {
  const row = sql.get(`SELECT value FROM scsync_meta WHERE name = ?`, name);
  return row === undefined ? undefined : String(row[0]);
}

/** Remembers a single thing by name. */
export function writeMeta(sql: Sql, name: string, value: string): void {
  sql.run(
    `INSERT INTO scsync_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    name,
    value,
  );
}
