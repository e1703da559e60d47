import { digestOf } from '../../record/json.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';

/** Whose a version was when it was first known; `own`: known here first. */
export interface Seen {
  readonly own: boolean;
}

/** What is known of a version that is no base. */
export function findDigest(sql: Sql, digest: Uint8Array): Seen | undefined {
  const row = sql.get(`SELECT own FROM scsync_seen WHERE digest = ?`, digest);
  return row === undefined ? undefined : { own: row[0] === 1n };
}

/** Whether the database has ever taken a version into account, in any target. */
export function findSeen(sql: Sql, { type, id }: RecordKey, line: string): Seen | undefined {
  const known = findDigest(sql, digestOf(line));
  if (known !== undefined) return known;
  const row = sql.get(
    `SELECT max(b.own) FROM scsync_records r JOIN scsync_base b ON b.record = r.n
     WHERE r.type = ? AND r.id = ? AND b.line = ? GROUP BY b.record`,
    type,
    id,
    line,
  );
  return row === undefined ? undefined : { own: row[0] === 1n };
}

/** Remembers a version that is no base. Whose it is does not change any more. */
export function addSeen(sql: Sql, digest: Uint8Array, own: boolean): void {
  sql.run(`INSERT INTO scsync_seen (digest, own) VALUES (?, ?) ON CONFLICT DO NOTHING`, digest, own ? 1 : 0);
}
