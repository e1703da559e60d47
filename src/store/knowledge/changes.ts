import type { SqlValue } from '../database.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';
import type { Target } from './target.js';

/** The number of the next change: it only grows, since what is known of records is never deleted. */
const NEXT = `(SELECT coalesce(max(seq), 0) + 1 FROM scsync_records)`;

/** The number of the newest change in the database. */
export function newestChange(sql: Sql): number {
  return Number(sql.get(`SELECT coalesce(max(seq), 0) FROM scsync_records`)?.[0] ?? 0);
}

/** A SELECT of the types and ids of all records that changed after a number. */
export const CHANGED_SINCE = `SELECT type, id FROM scsync_records WHERE seq > ?`;

/** The number of a record's last change; 0 for a record that was never written. */
export function lastChange(sql: Sql, { type, id }: RecordKey): number {
  return Number(sql.get(`SELECT seq FROM scsync_records WHERE type = ? AND id = ?`, type, id)?.[0] ?? 0);
}

/** Marks a record as changed, for every target. */
export function markChanged(sql: Sql, { type, id }: RecordKey, project: string): void {
  sql.run(
    `INSERT INTO scsync_records (seq, type, id, project) VALUES (${NEXT}, ?, ?, ?)
     ON CONFLICT (type, id) DO UPDATE SET seq = excluded.seq, project = coalesce(project, excluded.project)`,
    type,
    id,
    project,
  );
}

/** Sees to it that a record has a number. */
function nameRecord(sql: Sql, { type, id }: RecordKey): void {
  sql.run(`INSERT INTO scsync_records (type, id) VALUES (?, ?) ON CONFLICT DO NOTHING`, type, id);
}

/** The project that a record was last seen in; undefined for one that never was. */
export function lastProject(sql: Sql, { type, id }: RecordKey): string | undefined {
  const row = sql.get(`SELECT project FROM scsync_records WHERE type = ? AND id = ?`, type, id);
  return typeof row?.[0] === 'string' ? row[0] : undefined;
}

/**
 * Keeps what no column of many records holds, as a table `rows` has it by id: `unknown`, the members of the line that this version does
 * not know; `changed`, when it was last changed, where no column says so; `counted`, whether the count follows from the rows of a set or stands for itself, null where nothing is to be said of it.
 */
export function writeAside(sql: Sql, type: string, rows: string): void {
  sql.run(
    `INSERT INTO scsync_records (type, id) SELECT ?, s.id FROM ${rows} s WHERE s.unknown IS NOT NULL OR s.changed IS NOT NULL OR s.counted = 1
     ON CONFLICT DO NOTHING`,
    type,
  );
  sql.run(
    `UPDATE scsync_records SET (unknown, counted, changed) = (
       SELECT s.unknown, coalesce(s.counted, scsync_records.counted), s.changed FROM ${rows} s WHERE s.id = scsync_records.id)
     WHERE n IN (SELECT r.n FROM ${rows} s CROSS JOIN scsync_records r ON r.type = ? AND r.id = s.id
                 WHERE r.unknown IS NOT s.unknown OR s.counted <> r.counted OR s.changed IS NOT r.changed)`,
    type,
  );
}

/** Keeps the members of a record's line that this version does not know, as an object; null for none. */
export function writeUnknown(sql: Sql, { type, id }: RecordKey, members: string | null): void {
  if (members !== null) nameRecord(sql, { type, id });
  sql.run(
    `UPDATE scsync_records SET unknown = ?1 WHERE type = ?2 AND id = ?3 AND unknown IS NOT ?1`,
    members,
    type,
    id,
  );
}

/**
 * A FROM and WHERE clause for the records `m` that changed since the target last had them, and its
 * parameters. It follows the changes since the target's last agreement, never the number of rows.
 */
export function changedRecords(target: Target): { readonly from: string; readonly parameters: readonly SqlValue[] } {
  return {
    // The number of the change is in the index. Only of a record that changed since its base is the row read.
    from: `scsync_records m WHERE m.seq > ?
      AND CASE WHEN m.seq > coalesce((SELECT b.seq FROM scsync_base b WHERE b.record = m.n AND b.target = ?), -1)
        THEN typeof(m.id) = 'text' AND (m.project = ? OR EXISTS (
          SELECT 1 FROM scsync_tombstones t WHERE t.project = ? AND t.type = m.type AND t.id = m.id)) END`,
    parameters: [target.exportedThrough, target.id, target.project, target.project],
  };
}

/** How many records of each type have changed since the target last had them. */
export function countChanged(sql: Sql, target: Target): ReadonlyMap<string, number> {
  const { from, parameters } = changedRecords(target);
  // Without the plus SQLite goes through all records in the order of their types.
  return new Map(
    sql
      .all(`SELECT m.type, count(*) FROM ${from} GROUP BY +m.type`, ...parameters)
      .map(([type, n]) => [String(type), Number(n)]),
  );
}

/** Moves the target forward: through the newest change, or to just before the first that it does not have. */
export function moveExportedThrough(sql: Sql, target: Target, newest: number): void {
  const { from, parameters } = changedRecords(target);
  const first = sql.get(`SELECT min(m.seq) FROM ${from} AND m.seq <= ?`, ...parameters, newest)?.[0] ?? null;
  const through = first === null ? newest : Number(first) - 1;
  sql.run(
    `UPDATE scsync_targets SET exported_through = ?1 WHERE target = ?2 AND exported_through < ?1`,
    through,
    target.id,
  );
}
