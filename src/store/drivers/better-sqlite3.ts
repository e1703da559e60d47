import type { Database, SqlRow, SqlValue, Statement } from '../database.js';

/** The part of a `better-sqlite3` statement that is needed. `raw` may be called only where `reader` is true. */
export interface BetterSqlite3Statement {
  readonly reader: boolean;
  run(...parameters: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  raw(enabled: boolean): unknown;
  safeIntegers(enabled: boolean): unknown;
}

/** The part of a `better-sqlite3` connection that is needed. */
export interface BetterSqlite3Connection {
  exec(sql: string): unknown;
  prepare(sql: string): BetterSqlite3Statement;
  close(): unknown;
}

/**
 * Makes a connection of `better-sqlite3` usable as a {@link Database}. Closing either closes both; a store closes neither.
 *
 * @example
 * ```ts
 * const database = fromBetterSqlite3(new BetterSqlite3('savecontext.db'));
 * ```
 */
export function fromBetterSqlite3(connection: BetterSqlite3Connection): Database {
  return {
    exec: (sql) => {
      connection.exec(sql);
    },
    prepare: (sql) => fromStatement(connection, connection.prepare(sql), binder(sql)),
    close: () => {
      connection.close();
    },
  };
}

/**
 * `better-sqlite3` refuses `run()` on a statement that returns rows, and `get()` and `all()` on one that does not;
 * `node:sqlite` allows all of them on all statements, so the other method is called in their place.
 */
function fromStatement(
  connection: BetterSqlite3Connection,
  statement: BetterSqlite3Statement,
  bind: Binder,
): Statement {
  return {
    run: (...parameters) => {
      if (!statement.reader) return statement.run(...bind(parameters));
      statement.all(...bind(parameters));
      return lastChange(connection);
    },
    get: (...parameters) => {
      if (statement.reader) return statement.get(...bind(parameters));
      statement.run(...bind(parameters));
      return undefined;
    },
    all: (...parameters) => {
      if (statement.reader) return statement.all(...bind(parameters));
      statement.run(...bind(parameters));
      return [];
    },
    setReadBigInts: (enabled) => {
      statement.safeIntegers(enabled);
    },
    setReturnArrays: (enabled) => {
      // A statement without rows has no form of rows to choose, and says so with an error.
      if (statement.reader) statement.raw(enabled);
    },
  };
}

type Binder = (parameters: readonly SqlValue[]) => readonly unknown[];

/** `better-sqlite3` takes numbered parameters (`?1`) for named ones, which it wants in an object. */
function binder(sql: string): Binder {
  const numbered = /\?\d/.test(sql.replaceAll(/'[^']*'/g, ''));
  if (!numbered) return (parameters) => parameters;
  return (parameters) => [Object.fromEntries(parameters.map((value, index) => [index + 1, value]))];
}

function lastChange(connection: BetterSqlite3Connection): ReturnType<Statement['run']> {
  const statement = connection.prepare('SELECT changes(), last_insert_rowid()');
  statement.raw(true);
  statement.safeIntegers(true);
  const [changes, lastInsertRowid] = statement.get() as SqlRow as readonly [bigint, bigint];
  return { changes, lastInsertRowid };
}
