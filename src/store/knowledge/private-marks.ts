import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';

/** Whether any record of the database is marked. */
export function hasPrivateMarks(sql: Sql): boolean {
  return sql.get(`SELECT 1 FROM scsync_records WHERE private = 1 LIMIT 1`) !== undefined;
}

/** Whether a record was marked as one that never leaves the database. */
export function isMarkedPrivate(sql: Sql, { type, id }: RecordKey): boolean {
  return sql.get(`SELECT private FROM scsync_records WHERE type = ? AND id = ?`, type, id)?.[0] === 1n;
}

/** Marks a record, or takes the mark back. */
export function writePrivateMark(sql: Sql, { type, id }: RecordKey, isPrivate: boolean): void {
  sql.run(
    `INSERT INTO scsync_records (type, id, private) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET private = excluded.private`,
    type,
    id,
    isPrivate ? 1 : 0,
  );
}

/** All marked records, in the order of their types and ids. */
export function listPrivateMarks(sql: Sql): RecordKey[] {
  return sql
    .all(`SELECT type, id FROM scsync_records WHERE private = 1 ORDER BY type, id`)
    .map(([type, id]) => ({ type: String(type), id: String(id) }));
}
