/** A value as SQLite stores it. Integers are read as `bigint`, so that all 64 bits survive. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** One row: the values of its columns, in the order of the SELECT. */
export type SqlRow = readonly SqlValue[];

/**
 * A prepared statement: the part of `StatementSync` of `node:sqlite` that the engine uses.
 *
 * Contract: parameters are bound by position and each call binds all of them anew; after
 * `setReturnArrays(true)` and `setReadBigInts(true)` rows are arrays and every integer is a `bigint`.
 */
export interface Statement {
  run(...parameters: SqlValue[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
  get(...parameters: SqlValue[]): unknown;
  all(...parameters: SqlValue[]): unknown[];
  setReadBigInts(enabled: boolean): void;
  setReturnArrays(enabled: boolean): void;
}

/**
 * The storage port: the part of `DatabaseSync` of `node:sqlite` (Node 22.16 or newer) that the
 * engine uses. A `DatabaseSync` of `node:sqlite` or of `@photostructure/sqlite` satisfies it as it
 * is; a `better-sqlite3` connection does through `fromBetterSqlite3`.
 *
 * Contract: all calls are synchronous, one connection sees its own writes at once, and errors are
 * thrown as `Error` objects.
 */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
