import type { Loss, LossReason } from '../../merge/loss.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';

/** A value that lost, as the journal keeps it. Tokens are canonical JSON. */
export interface JournalEntry extends Loss, RecordKey {
  /** The entry's number, for `conflicts take` and `conflicts drop`. */
  readonly n: number;
  readonly project: string;
  readonly why: LossReason;
  /** When it was noted, Unix milliseconds. */
  readonly at: number;
}

/** Notes a value that lost, unless the journal has it already; says whether it was new. */
export function noteLoss(
  sql: Sql,
  project: string,
  { type, id }: RecordKey,
  loss: Loss,
  why: LossReason,
  now: number,
): boolean {
  const changes = sql.run(
    `INSERT INTO scsync_journal (project, type, id, field, base, kept, lost, why, at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
     WHERE NOT EXISTS (SELECT 1 FROM scsync_journal WHERE type = ?2 AND id = ?3 AND field IS ?4 AND kept IS ?6 AND lost = ?7)`,
    project,
    type,
    id,
    loss.field,
    loss.base,
    loss.kept,
    loss.lost,
    why,
    now,
  );
  return changes > 0;
}

/** The journal of a project, oldest first; of one record if a key is given. */
export function readJournal(sql: Sql, project: string, key?: RecordKey): JournalEntry[] {
  const where = key === undefined ? '' : ' AND type = ? AND id = ?';
  return sql
    .all(
      `SELECT n, type, id, field, base, kept, lost, why, at FROM scsync_journal WHERE project = ?${where} ORDER BY n`,
      project,
      ...(key === undefined ? [] : [key.type, key.id]),
    )
    .map(([n, type, id, field, base, kept, lost, why, at]) => ({
      n: Number(n),
      project,
      type: String(type),
      id: String(id),
      field: textOrNull(field),
      base: textOrNull(base),
      kept: textOrNull(kept),
      lost: String(lost),
      why: String(why) as LossReason,
      at: Number(at),
    }));
}

/** How many entries a project has for each type. */
export function countEntries(sql: Sql, project: string): ReadonlyMap<string, number> {
  const rows = sql.all(`SELECT type, count(*) FROM scsync_journal WHERE project = ? GROUP BY type`, project);
  return new Map(rows.map(([type, count]) => [String(type), Number(count)]));
}

/** Removes entries by number; says how many there were. */
export function dropEntries(sql: Sql, project: string, numbers: readonly number[]): number {
  return numbers.reduce(
    (count, n) => count + sql.run(`DELETE FROM scsync_journal WHERE project = ? AND n = ?`, project, n),
    0,
  );
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
