import type { Loss, LossReason, ReasonedLoss } from '../../merge/loss.js';
import type { RecordKey } from '../../record/record-key.js';
import type { SqlValue } from '../database.js';
import type { Sql } from '../sql.js';
import { noteShared, share, sharedAs, sharedRound, unsettle, wasShared } from './shared-losses.js';

/** A value that lost, as the journal keeps it. Tokens are canonical JSON. */
export interface JournalEntry extends Loss, RecordKey {
  /** The entry's number, for `conflicts take` and `conflicts drop`. */
  readonly n: number;
  readonly project: string;
  readonly why: LossReason;
  /** When it was noted, Unix milliseconds. */
  readonly at: number;
}

/** A value that is to be noted. */
export interface NotedLoss extends ReasonedLoss {
  readonly key: RecordKey;
  /** When it lost, Unix milliseconds. */
  readonly at: number;
  /** It stood in files, so that others may miss it: they are told. */
  readonly wasExported: boolean;
}

/** Notes a value that lost, unless the journal has it already; says whether it was new. */
export function noteLoss(sql: Sql, project: string, noted: NotedLoss): boolean {
  const { key, loss, wasExported } = noted;
  const round = sharedRound(sql, key, loss);
  const isNew = insert(sql, project, noted);
  // What was shared once, and was taken or dropped, is shared anew where it loses again: it is no secret of this database.
  if (isNew ? wasExported || round >= 0 : wasExported && round < 0) share(sql, key, loss, round + 1);
  return isNew;
}

/** Notes a value that others say has lost; says whether it is new to this database. One that was taken or dropped here stays so. */
export function noteOfOthers(
  sql: Sql,
  project: string,
  {
    id,
    key,
    loss,
    why,
    again,
  }: ReasonedLoss & { readonly id: string; readonly key: RecordKey; readonly again: number },
  now: number,
): boolean {
  const isKnown = entriesOf(sql, key).some((entry) => isSameLoss(entry, loss));
  if (!isKnown && wasShared(sql, id)) return false;
  if (!isKnown) insert(sql, project, { key, loss, why, at: now, wasExported: true });
  if (!wasShared(sql, id)) share(sql, key, loss, again);
  return !isKnown;
}

function isSameLoss(a: Loss, b: Loss): boolean {
  return a.field === b.field && a.kept === b.kept && a.lost === b.lost;
}

/** Takes out of the journal what somebody took or dropped elsewhere. */
export function closeShared(sql: Sql, { id, key }: { readonly id: string; readonly key: RecordKey }): void {
  for (const entry of entriesOf(sql, key)) {
    if (sharedAs(sql, key, entry)?.id === id) sql.run(`DELETE FROM scsync_journal WHERE n = ?`, entry.n);
  }
  noteShared(sql, id);
}

function insert(sql: Sql, project: string, { key: { type, id }, loss, why, at }: NotedLoss): boolean {
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
    at,
  );
  return changes > 0;
}

/** The journal of a project, oldest first; from an entry on, at most so many. */
export function readJournal(sql: Sql, project: string, after = 0, limit = -1): JournalEntry[] {
  return readEntries(sql, `project = ? AND n > ? ORDER BY n LIMIT ?`, project, after, limit);
}

/** What the journal has of a record, whatever its project. */
export function entriesOf(sql: Sql, { type, id }: RecordKey): JournalEntry[] {
  return readEntries(sql, `type = ? AND id = ? ORDER BY n`, type, id);
}

function readEntries(sql: Sql, where: string, ...parameters: readonly SqlValue[]): JournalEntry[] {
  return sql
    .all(
      `SELECT n, project, type, id, field, base, kept, lost, why, at FROM scsync_journal WHERE ${where}`,
      ...parameters,
    )
    .map(([n, project, type, id, field, base, kept, lost, why, at]) => ({
      n: Number(n),
      project: String(project),
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

/** Removes entries by number, for all clones where they were shared; says how many there were. */
export function dropEntries(sql: Sql, project: string, numbers: readonly number[]): number {
  unsettle(sql);
  return numbers.reduce(
    (count, n) => count + sql.run(`DELETE FROM scsync_journal WHERE project = ? AND n = ?`, project, n),
    0,
  );
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
