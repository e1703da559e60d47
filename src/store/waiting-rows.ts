import type { SqlValue } from './database.js';

/** So many rows are inserted by one statement; with more of them there is little to gain. */
const TOGETHER = 50;
const VALUES = 'VALUES ';

/** A statement with its parameters. */
type Insert = readonly [sql: string, parameters: readonly SqlValue[]];

/** Rows that are yet to be inserted. Of one table they keep their order. */
export class WaitingRows {
  readonly #rows = new Map<string, { readonly sql: string; readonly rows: (readonly SqlValue[])[] }>();

  /**
   * Adds a row, and gives what is to run at once: one statement for many rows, or those that a row in another form comes after.
   *
   * @param sql an `INSERT` that ends in `VALUES (...)`, with each parameter as `?`
   */
  add(sql: string, row: readonly SqlValue[]): readonly Insert[] {
    const valuesAt = sql.lastIndexOf(VALUES) + VALUES.length;
    const into = sql.slice(0, valuesAt);
    const waiting = this.#rows.get(into);
    if (waiting?.sql !== sql) {
      this.#rows.set(into, { sql, rows: [row] });
      return waiting === undefined ? [] : waiting.rows.map((each) => [waiting.sql, each]);
    }
    waiting.rows.push(row);
    if (waiting.rows.length < TOGETHER) return [];
    this.#rows.delete(into);
    return [[`${sql}${`, ${sql.slice(valuesAt)}`.repeat(TOGETHER - 1)}`, waiting.rows.flat()]];
  }

  /** Gives the inserts of all that wait, which wait no more. */
  take(): readonly Insert[] {
    if (this.#rows.size === 0) return [];
    const inserts = [...this.#rows.values()].flatMap(({ sql, rows }) => rows.map((row): Insert => [sql, row]));
    this.#rows.clear();
    return inserts;
  }
}
