import type { SqlValue } from './database.js';

/** So many rows are inserted by one statement; with more of them there is little to gain. */
const TOGETHER = 50;

/** A statement with its parameters. */
type Insert = readonly [sql: string, parameters: readonly SqlValue[]];

/** Rows of a table, and how each of them is bound: undefined for `(?, ?)`, with a place for each value. */
interface Waiting {
  readonly form: string | undefined;
  /** How many values a row has. */
  readonly width: number;
  /** Those of all rows. */
  readonly values: SqlValue[];
}

/** Rows that are yet to be inserted. Of one table they keep their order, whatever columns they fill: only those of the same ones wait. */
export class WaitingRows {
  readonly #rows = new Map<string, Waiting>();

  /**
   * Adds a row, and gives what is to run at once: one statement for many rows, or those that a row of other columns comes after.
   *
   * @param into the table and its columns, as SQL: `temp.t (x, y)`
   */
  add(into: string, row: readonly SqlValue[], form: string | undefined): readonly Insert[] {
    const waiting = this.#rows.get(into);
    if (waiting === undefined || waiting.form !== form) {
      const before = this.take(tableOf(into));
      this.#rows.set(into, { form, width: row.length, values: [...row] });
      return before;
    }
    for (const value of row) waiting.values.push(value);
    if (waiting.values.length < TOGETHER * waiting.width) return [];
    this.#rows.delete(into);
    return [[insert(into, waiting, TOGETHER), waiting.values]];
  }

  /** Gives the inserts of all that wait, or of the tables that a statement names; they wait no more. */
  take(statement?: string): readonly Insert[] {
    if (this.#rows.size === 0) return [];
    const taken = [...this.#rows].filter(([into]) => statement?.includes(tableOf(into)) !== false);
    for (const [into] of taken) this.#rows.delete(into);
    return taken.flatMap(([into, waiting]) => one(into, waiting));
  }
}

/** The inserts of rows, one each: a statement is prepared for one row and for many, not for each number of them. */
function one(into: string, waiting: Waiting): Insert[] {
  const { width, values } = waiting;
  const count = values.length / width;
  return Array.from({ length: count }, (_, n) => [insert(into, waiting, 1), values.slice(n * width, (n + 1) * width)]);
}

/** Without `OR FAIL` SQLite would keep each page of the table as it was, since a later row could fail: that is three times the writes. */
function insert(into: string, { form, width }: Waiting, count: number): string {
  const values = form ?? `(${Array<string>(width).fill('?').join(', ')})`;
  return `INSERT OR FAIL INTO ${into} VALUES ${Array<string>(count).fill(values).join(', ')}`;
}

/** The name of the table without its schema, as any statement has it. */
function tableOf(into: string): string {
  const name = into.slice(0, into.indexOf(' ('));
  return name.slice(name.indexOf('.') + 1);
}
