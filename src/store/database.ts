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

/** A connection that one of the package's own drivers opened. */
export interface OwnDatabase extends Database {
  /**
   * Puts all pages of this database in the place of those of another one, by SQLite's backup interface: in one transaction there,
   * so that the other one has all of them or none.
   *
   * @param destination path or URI of the other database
   */
  copyOver(destination: string): Promise<void>;
}

/** So many pages that a copy is made in one step: it need not begin anew when somebody writes between two. */
export const ALL_PAGES = 0x7fffffff;
