import { digestOf } from '../../record/json.js';
import type { Content } from '../../record/content.js';
import type { RecordKey } from '../../record/record-key.js';
import type { SqlValue } from '../database.js';
import type { Sql } from '../sql.js';
import type { BaseEntry } from './base.js';
import { derivedHash } from './derived.js';
import type { Target } from './target.js';

/** What becomes known of a record when it is decided. */
export interface Outcome {
  readonly key: RecordKey;
  /** The record counts as changed, for every other target. */
  readonly isChanged: boolean;
  /** Versions that were taken into account, and are no base. */
  readonly seen: readonly SeenLine[];
  /** The target's new base; undefined where it stays. `seq`: undefined for the record's last change. */
  readonly base: NewBase | undefined;
  /** The stamp of a version that every replica derives; without a content, the next export must give a new one. */
  readonly derived: { readonly stamp: number; readonly content: Content | undefined } | undefined;
}

/** A base that is yet to be written. */
export interface NewBase extends Omit<BaseEntry, 'seq'> {
  readonly seq: number | undefined;
  /** The row of `temp.scsync_staged` that has the line, where one does: then it need not be laid out once more. */
  readonly staged?: SqlValue;
}

/** A line that was taken into account, and whose it was then. */
export interface SeenLine {
  readonly line: string;
  readonly own: boolean;
}

const USUAL_COLUMNS = 'type, id, changed, stamp, own, staged';

/** Outcomes of many records, written together. Until {@link Outcomes.flush} they wait in temporary tables. */
export class Outcomes {
  readonly #sql: Sql;
  #isEmpty = true;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Says whether nothing waits to be written. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Adds what became of a record; once for each record. */
  add({ key: { type, id }, isChanged, seen, base, derived }: Outcome): void {
    if (this.#isEmpty) this.#begin();
    const row: SqlValue[] = [type, id, isChanged ? 1 : 0, base?.stamp ?? null, base?.own === true ? 1 : 0];
    const isStaged = base?.staged !== undefined && base.staged !== null;
    // Mostly the other columns are empty, and each value takes its time on the way into the table.
    if (isStaged && base.seq === undefined && !base.deleted && derived === undefined) {
      this.#sql.insertSoon(`temp.scsync_outcomes (${USUAL_COLUMNS})`, [...row, base.staged]);
    } else {
      const hash = derived?.content === undefined ? '' : derivedHash(derived.content);
      this.#sql.insertSoon(`temp.scsync_outcomes (${USUAL_COLUMNS}, line, seq, deleted, derived_stamp, derived_hash)`, [
        ...row,
        ...(isStaged ? [base.staged, null] : [null, base?.line ?? null]),
        base?.seq ?? null,
        base?.deleted === true ? 1 : 0,
        derived?.stamp ?? null,
        derived === undefined ? null : hash,
      ]);
    }
    for (const { line, own } of seen) {
      this.#sql.insertSoon(`temp.scsync_outcome_seen (type, id, digest, own)`, [type, id, digestOf(line), own ? 1 : 0]);
    }
  }

  /** Writes all of it, to be called before rows of `temp.scsync_staged` are deleted: numbers of changes first, since bases refer to them. */
  flush(target: Target): void {
    if (this.#isEmpty) return;
    const sql = this.#sql;
    sql.run(
      `INSERT INTO scsync_records (seq, type, id, project, derived_stamp, derived_hash)
       SELECT iif(o.changed, (SELECT coalesce(max(seq), 0) FROM scsync_records) + row_number() OVER (ORDER BY o.rowid), 0),
         o.type, o.id, iif(o.changed, ?, NULL), o.derived_stamp, o.derived_hash
       FROM temp.scsync_outcomes o WHERE true
       ON CONFLICT (type, id) DO UPDATE SET
         seq = max(seq, excluded.seq), project = coalesce(project, excluded.project),
         derived_stamp = coalesce(excluded.derived_stamp, derived_stamp),
         derived_hash = coalesce(excluded.derived_hash, derived_hash)`,
      target.project,
    );
    sql.run(
      `INSERT INTO scsync_base (record, target, seq, deleted, stamp, own, line)
       SELECT r.n, ?, coalesce(o.seq, r.seq), o.deleted, o.stamp, o.own, coalesce(o.line, s.raw)
       FROM temp.scsync_outcomes o CROSS JOIN scsync_records r ON r.type = o.type AND r.id = o.id
       LEFT JOIN temp.scsync_staged s ON s.rowid = o.staged WHERE coalesce(o.line, o.staged) IS NOT NULL
       ON CONFLICT (record, target) DO UPDATE SET
         seq = excluded.seq, deleted = excluded.deleted, stamp = excluded.stamp, line = excluded.line,
         own = CASE WHEN line = excluded.line THEN own ELSE excluded.own END`,
      target.id,
    );
    // In the order of the digests the pages of a large index are each read once. Whose a version is does not change any more.
    sql.run(
      `INSERT INTO scsync_seen (digest, own) SELECT digest, own FROM temp.scsync_outcome_seen
       WHERE true ORDER BY digest, rowid ON CONFLICT DO NOTHING`,
    );
    this.#isEmpty = true;
  }

  /** Forgets what was added of records that a SELECT names by type and id. */
  forget(records: string): void {
    if (this.#isEmpty) return;
    for (const table of ['scsync_outcomes', 'scsync_outcome_seen']) {
      this.#sql.run(`DELETE FROM temp.${table} WHERE (type, id) IN (${records})`);
    }
  }

  #begin(): void {
    this.#sql.exec(
      `CREATE TEMP TABLE IF NOT EXISTS scsync_outcomes (
         type TEXT NOT NULL, id TEXT NOT NULL, changed INTEGER NOT NULL, stamp INTEGER, own INTEGER, staged INTEGER,
         line TEXT, seq INTEGER, deleted INTEGER NOT NULL DEFAULT 0, derived_stamp INTEGER, derived_hash TEXT,
         UNIQUE (type, id));
       CREATE TEMP TABLE IF NOT EXISTS scsync_outcome_seen (
         type TEXT NOT NULL, id TEXT NOT NULL, digest BLOB NOT NULL, own INTEGER NOT NULL);
       DELETE FROM temp.scsync_outcomes; DELETE FROM temp.scsync_outcome_seen`,
    );
    this.#isEmpty = false;
  }
}
