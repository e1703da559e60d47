import type { SqlValue } from '../database.js';
import type { RecordKey } from '../rows.js';
import type { Sql } from '../sql.js';
import type { Target } from './target.js';

/** The number of the next change: it only grows, since marks are never deleted. */
const NEXT = `(SELECT coalesce(max(seq), 0) + 1 FROM scsync_marks)`;

/** The number of the newest change in the database. */
export function newestChange(sql: Sql): number {
  return Number(sql.get(`SELECT coalesce(max(seq), 0) FROM scsync_marks`)?.[0] ?? 0);
}

/** The number of a record's last change; 0 for a record that was never written. */
export function lastChange(sql: Sql, { type, id }: RecordKey): number {
  return Number(sql.get(`SELECT seq FROM scsync_marks WHERE type = ? AND id = ?`, type, id)?.[0] ?? 0);
}

/** Marks a record as changed, for every target. */
export function markChanged(sql: Sql, { type, id }: RecordKey, project: string): void {
  sql.run(
    `INSERT INTO scsync_marks (seq, type, id, project) VALUES (${NEXT}, ?, ?, ?)
     ON CONFLICT (type, id) DO UPDATE SET seq = excluded.seq, project = coalesce(project, excluded.project)`,
    type,
    id,
    project,
  );
}

/**
 * A FROM and WHERE clause for the marks `m` of records that changed since the target last had them, and its
 * parameters. It follows the changes since the target's last agreement, never the number of rows.
 */
export function dirtyMarks(target: Target): { readonly from: string; readonly parameters: readonly SqlValue[] } {
  return {
    from: `scsync_marks m WHERE m.seq > ? AND typeof(m.id) = 'text'
      AND m.seq > coalesce((SELECT b.seq FROM scsync_base b WHERE b.type = m.type AND b.id = m.id AND b.target = ?), -1)
      AND (m.project = ? OR EXISTS (
        SELECT 1 FROM scsync_tombstones t WHERE t.project = ? AND t.type = m.type AND t.id = m.id))`,
    parameters: [target.upto, target.id, target.project, target.project],
  };
}

/** How many records of each type have changed since the target last had them. */
export function countDirty(sql: Sql, target: Target): ReadonlyMap<string, number> {
  const { from, parameters } = dirtyMarks(target);
  return new Map(
    sql
      .all(`SELECT m.type, count(*) FROM ${from} GROUP BY m.type`, ...parameters)
      .map(([type, n]) => [String(type), Number(n)]),
  );
}

/** Moves the target's mark forward: up to the newest change, or to just before the first that it does not have. */
export function settleMarks(sql: Sql, target: Target, newest: number): void {
  const { from, parameters } = dirtyMarks(target);
  const first = sql.get(`SELECT min(m.seq) FROM ${from} AND m.seq <= ?`, ...parameters, newest)?.[0] ?? null;
  const upto = first === null ? newest : Number(first) - 1;
  sql.run(`UPDATE scsync_targets SET upto = ?1 WHERE target = ?2 AND upto < ?1`, upto, target.id);
}
