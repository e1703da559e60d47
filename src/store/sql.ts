import { SyncError } from '../errors.js';
import type { Database, SqlRow, SqlValue, Statement } from './database.js';
import { toSyncError } from './sqlite-error.js';
import { encodeText, needsBytes } from './text-encoding.js';
import type { TextEncoding } from './text-encoding.js';
import { WaitingRows } from './waiting-rows.js';

/** How a transaction begins: `immediate` takes the write lock at once, `deferred` with the first write. */
export type TransactionMode = 'deferred' | 'immediate';

/**
 * A {@link Database} made handy: statements prepared once, rows as arrays, integers as `bigint`, text bound exactly, transactions that nest,
 * and every error of the driver as a {@link SyncError} (see `toSyncError`).
 *
 * Statements are kept for as long as this object lives, so a value belongs into a parameter and never into the text. They stay
 * valid across changes of the schema, since SQLite prepares them anew by itself; only `SELECT *` must not be relied on then,
 * for `node:sqlite` 22 goes on returning as many columns as there were.
 */
export class Sql {
  readonly #database: Database;
  readonly #name: string;
  readonly #statements = new Map<string, Statement>();
  readonly #waiting = new WaitingRows();
  #encoding: TextEncoding | undefined;
  #depth = 0;
  #hasWritten = false;
  /** The error after which SQLite may have ended the running transaction by itself. */
  #lost: SyncError | undefined;
  #isReleased = false;

  /** @param name what messages call the database */
  constructor(database: Database, name = 'the database') {
    this.#database = database;
    this.#name = name;
  }

  /** Runs one statement and returns how many rows it inserted, updated or deleted; meaningless for other statements. */
  run(sql: string, ...parameters: SqlValue[]): number {
    this.#insertWaiting(sql);
    return this.#run(sql, parameters);
  }

  /**
   * Inserts a row into a temporary table, at the latest before a statement names that table, or a transaction begins or ends: a call
   * takes as long as several rows, so they go together.
   *
   * @param into the table and its columns, as SQL: `temp.t (x, y)`
   * @param form how its values are bound, where that is not just `(?, ?)`
   */
  insertSoon(into: string, row: readonly SqlValue[], form?: string): void {
    for (const insert of this.#waiting.add(into, row, form)) this.#run(...insert);
  }

  /** The first row of the result, or undefined where there is none. */
  get(sql: string, ...parameters: SqlValue[]): SqlRow | undefined {
    this.#insertWaiting(sql);
    return this.#get(sql, parameters);
  }

  /** All rows of the result. */
  all(sql: string, ...parameters: SqlValue[]): SqlRow[] {
    this.#insertWaiting(sql);
    return this.#attempt(sql, () => {
      const [text, values] = this.#bound(sql, parameters);
      return this.#statement(text).all(...values) as SqlRow[];
    });
  }

  /** How the database keeps its text. */
  get encoding(): TextEncoding {
    return (this.#encoding ??= this.#get('PRAGMA encoding', [])?.[0] as TextEncoding);
  }

  /** Runs any number of statements, separated by semicolons and without parameters. */
  exec(sql: string): void {
    this.#insertWaiting();
    this.#attempt(sql, () => {
      this.#database.exec(sql);
    });
  }

  /**
   * Runs `body` inside a transaction: committed when it returns, rolled back when it throws, and then its error is thrown on
   * unchanged. A call inside `body` joins the transaction, whatever its mode, and if it fails only its own part is undone.
   *
   * @throws SyncError `busy` where another connection holds the lock for longer than the connection waits
   */
  transaction<T>(mode: TransactionMode, body: () => T): T {
    return this.#within(mode, 'keep', body);
  }

  /**
   * Does as {@link Sql.transaction}, and rolls back what `body` did when it returns, too: it saw what would have been. Nothing of it
   * reaches the file even for a moment, however much it is: all waits in memory.
   */
  dryRun<T>(mode: TransactionMode, body: () => T): T {
    const spill = Number(this.get('PRAGMA cache_spill')?.[0] ?? 1);
    this.exec('PRAGMA cache_spill = OFF');
    try {
      return this.#within(mode, 'undo', body);
    } finally {
      this.exec(`PRAGMA cache_spill = ${spill}`);
    }
  }

  /** Whether a transaction that was begun for writing was committed. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  #within<T>(mode: TransactionMode, end: 'keep' | 'undo', body: () => T): T {
    const depth = this.#depth;
    const savepoint = `scsync_${String(depth)}`;
    const keep = depth === 0 ? 'COMMIT' : `RELEASE ${savepoint}`;
    const undo = depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`;
    this.exec(depth === 0 ? `BEGIN ${mode.toUpperCase()}` : `SAVEPOINT ${savepoint}`);
    this.#depth = depth + 1;
    try {
      const result = body();
      this.exec(end === 'keep' ? keep : undo);
      this.#hasWritten ||= depth === 0 && end === 'keep' && mode === 'immediate';
      return result;
    } catch (error) {
      this.#rollBack(undo);
      throw error;
    } finally {
      this.#depth = depth;
      if (depth === 0) this.#lost = undefined;
    }
  }

  /** Lets go of a connection that somebody else goes on with: nothing of this object works after it. */
  release(): void {
    this.#statements.clear();
    this.#waiting.take();
    this.#isReleased = true;
  }

  /** Closes the connection. */
  close(): void {
    if (this.#isReleased) return;
    this.release();
    try {
      this.#database.close();
    } catch (error) {
      throw toSyncError(error, 'Closing the database', this.#name);
    }
  }

  #run(sql: string, parameters: readonly SqlValue[]): number {
    return this.#attempt(sql, () => {
      const [text, values] = this.#bound(sql, parameters);
      return Number(this.#statement(text).run(...values).changes);
    });
  }

  #get(sql: string, parameters: readonly SqlValue[]): SqlRow | undefined {
    return this.#attempt(sql, () => {
      const [text, values] = this.#bound(sql, parameters);
      return this.#statement(text).get(...values) as SqlRow | undefined;
    });
  }

  #insertWaiting(sql?: string): void {
    for (const insert of this.#waiting.take(sql)) this.#run(...insert);
  }

  /**
   * The statement and its parameters as a driver takes them exactly. A text that it would change goes as bytes in the database's
   * encoding, and its place in the statement says that they are text.
   */
  #bound(sql: string, parameters: readonly SqlValue[]): readonly [sql: string, parameters: readonly SqlValue[]] {
    if (parameters.every((value) => this.#bytesFor(value) === undefined)) return [sql, parameters];
    const asBytes = parameters.map((value) => this.#bytesFor(value));
    let next = 0;
    const text = sql.replaceAll(/\?(\d*)/g, (place, number: string) => {
      const index = number === '' ? next++ : Number(number) - 1;
      return asBytes[index] !== undefined && typeof parameters[index] === 'string' ? `CAST(${place} AS TEXT)` : place;
    });
    return [text, parameters.map((value, index) => asBytes[index] ?? value)];
  }

  /** The bytes to bind in the place of a value; undefined where the value itself is right. */
  #bytesFor(value: SqlValue): Uint8Array | undefined {
    if (typeof value === 'string') {
      return needsBytes(value, this.encoding) ? encodeText(value, this.encoding) : undefined;
    }
    return value instanceof Uint8Array && value.length === 0 ? NO_BYTES : undefined;
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  /**
   * After a full disk, a failed read or a lost lock SQLite may have rolled the transaction back already
   * (https://sqlite.org/lang_transaction.html, section 3). Whatever ran next would be committed on its own, so from such an
   * error on, nothing runs until the outermost transaction has been left.
   */
  #attempt<T>(sql: string, action: () => T): T {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#isReleased) {
      throw new SyncError('usage', `The store of ${this.#name} is closed`, { hint: 'open the database again' });
    }
    try {
      return action();
    } catch (error) {
      const mapped = toSyncError(error, `Running "${abbreviate(sql)}"`, this.#name);
      if (this.#depth > 0 && mapped.code !== 'database') this.#lost = mapped;
      throw mapped;
    }
  }

  /** Goes past `#attempt`: it must work after a lost transaction, where its failure says nothing new. */
  #rollBack(sql: string): void {
    this.#waiting.take();
    try {
      this.#database.exec(sql);
    } catch {
      // The error that led here is the one to report.
    }
  }
}

/** Empty, but with an address: `node:sqlite` 22 binds bytes without one, such as `new TextEncoder().encode('')`, as null. */
const NO_BYTES = new Uint8Array(1).subarray(1);

/** One line of at most 80 characters, to name a statement in a message. */
function abbreviate(sql: string): string {
  const line = sql.trim().replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
