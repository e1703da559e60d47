import type { RecordKey } from '../rows.js';
import type { Sql } from '../sql.js';

/** Whether any record of the database is marked. */
export function hasPrivateMarks(sql: Sql): boolean {
  return sql.get(`SELECT 1 FROM scsync_private LIMIT 1`) !== undefined;
}

/** Whether a record was marked as one that never leaves the database. */
export function isMarkedPrivate(sql: Sql, { type, id }: RecordKey): boolean {
  return sql.get(`SELECT 1 FROM scsync_private WHERE type = ? AND id = ?`, type, id) !== undefined;
}

/** Marks a record, or takes the mark back. */
export function writePrivateMark(sql: Sql, { type, id }: RecordKey, isPrivate: boolean): void {
  const statement = isPrivate
    ? `INSERT INTO scsync_private (type, id) VALUES (?, ?) ON CONFLICT DO NOTHING`
    : `DELETE FROM scsync_private WHERE type = ? AND id = ?`;
  sql.run(statement, type, id);
}

/** All marked records, in the order of their types and ids. */
export function listPrivateMarks(sql: Sql): RecordKey[] {
  return sql
    .all(`SELECT type, id FROM scsync_private ORDER BY type, id`)
    .map(([type, id]) => ({ type: String(type), id: String(id) }));
}
