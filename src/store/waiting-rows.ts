import type { SqlValue } from './database.js';

/** So many rows are inserted by one statement; with more of them there is little to gain. */
const TOGETHER = 50;

/** A statement with its parameters. */
type Insert = readonly [sql: string, parameters: readonly SqlValue[]];

/** Rows of a table, and how each of them is bound: undefined for `(?, ?)`, with a place for each value. */
interface Waiting {
  /** The table and its columns. */
  readonly into: string;
  readonly form: string | undefined;
  /** How many values a row has. */
  readonly width: number;
  /** Those of all rows. */
  readonly values: SqlValue[];
}

/** Rows that are yet to be inserted, by table. Of one they keep their order, whatever columns they fill. */
export class WaitingRows {
  readonly #tables = new Map<string, Waiting>();

  /**
   * Adds a row, and gives what is to run at once: one statement for many rows, or those that a row of other columns comes after.
   *
   * @param into the table and its columns, as SQL: `temp.t (x, y)`
   */
  add(into: string, row: readonly SqlValue[], form: string | undefined): readonly Insert[] {
    const table = tableOf(into);
    const waiting = this.#tables.get(table);
    if (waiting?.into !== into || waiting.form !== form) {
      this.#tables.set(table, { into, form, width: row.length, values: [...row] });
      return waiting === undefined ? [] : one(waiting);
    }
    for (const value of row) waiting.values.push(value);
    if (waiting.values.length < TOGETHER * waiting.width) return [];
    this.#tables.delete(table);
    return [[insert(waiting, TOGETHER), waiting.values]];
  }

  /** Gives the inserts of all that wait, or of the tables that a statement names; they wait no more. */
  take(statement?: string): readonly Insert[] {
    if (this.#tables.size === 0) return [];
    const taken = [...this.#tables].filter(([table]) => statement?.includes(table) !== false);
    for (const [table] of taken) this.#tables.delete(table);
    return taken.flatMap(([, waiting]) => one(waiting));
  }
}

/** The inserts of rows, one each: a statement is prepared for one row and for many, not for each number of them. */
function one(waiting: Waiting): Insert[] {
  const { width, values } = waiting;
  const count = values.length / width;
  return Array.from({ length: count }, (_, n) => [insert(waiting, 1), values.slice(n * width, (n + 1) * width)]);
}

/** Without `OR FAIL` SQLite would keep each page of the table as it was, since a later row could fail: that is three times the writes. */
function insert({ into, form, width }: Waiting, count: number): string {
  const values = form ?? `(${Array<string>(width).fill('?').join(', ')})`;
  return `INSERT OR FAIL INTO ${into} VALUES ${Array<string>(count).fill(values).join(', ')}`;
}

/** The name of the table without its schema, as any statement has it. */
function tableOf(into: string): string {
  const name = into.slice(0, into.indexOf(' ('));
  return name.slice(name.indexOf('.') + 1);
}
