import type { SqlValue } from './database.js';
import type { Sql } from './sql.js';

const PAGE = 500;

/** A set that waits to be written, by the id of its record. */
interface StagedSet {
  readonly id: string;
  /** The field. */
  readonly name: string;
  readonly token: string;
}

/** Sets that wait to be written, in a temporary table. */
export class StagedSets {
  readonly #sql: Sql;
  #isEmpty = true;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  add(type: string, id: string, name: string, token: string): void {
    if (this.#isEmpty) this.#begin();
    this.#sql.insertSoon(`temp.scsync_sets (type, id, name, token)`, [type, id, name, token]);
  }

  /** The sets of a type, in the order in which they were added. */
  *of(type: string): Generator<StagedSet> {
    if (this.#isEmpty) return;
    let after: SqlValue = -1;
    for (;;) {
      const page = this.#sql.all(
        `SELECT n, id, name, token FROM temp.scsync_sets WHERE type = ? AND n > ? ORDER BY n LIMIT ${PAGE}`,
        type,
        after,
      );
      for (const [n, id, name, token] of page) {
        after = n ?? null;
        yield { id: String(id), name: String(name), token: String(token) };
      }
      if (page.length < PAGE) return;
    }
  }

  /** Forgets the sets of records that a SELECT names by id. */
  forget(type: string, ids: string): void {
    if (!this.#isEmpty) this.#sql.run(`DELETE FROM temp.scsync_sets WHERE type = ? AND id IN (${ids})`, type);
  }

  /** Forgets everything; what a rolled back transaction made is gone by itself. */
  clear(): void {
    this.#isEmpty = true;
  }

  #begin(): void {
    this.#sql.exec(
      `CREATE TEMP TABLE IF NOT EXISTS scsync_sets (
         n INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, token TEXT NOT NULL);
       DELETE FROM temp.scsync_sets`,
    );
    this.#isEmpty = false;
  }
}
