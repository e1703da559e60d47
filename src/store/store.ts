import { installTracking, requireKnownTables, trackingState } from './knowledge/install.js';
import type { Registry } from '../registry/entity.js';
import { checkRegistry } from '../registry/check.js';
import { SyncError } from '../errors.js';
import { misfits } from './check-fit.js';
import { checkSchema } from './check-schema.js';
import { connect } from './connect.js';
import type { Database } from './database.js';
import { isReadOnly, privateCopy } from './private-copy.js';
import { Sql } from './sql.js';

/** What a database holds. */
export interface Schema {
  readonly registry: Registry;
  /** Completes the tables of the registry, and says in words what it added; absent where they are another program's own. */
  readonly upgrade?: (sql: Sql, now: number) => readonly string[];
}

/** A database whose records are synced. */
export class SyncStore {
  /** @internal */
  readonly sql: Sql;
  /** The schema of the database. */
  readonly registry: Registry;
  /** What opening it with `create` did, in words. @internal */
  setUp: readonly string[] = [];

  #removeCopy: (() => void) | undefined;

  readonly #upgrade: Schema['upgrade'];

  private constructor(database: Database, { registry, upgrade }: Schema, path?: string) {
    this.sql = new Sql(database, path);
    this.registry = registry;
    this.#upgrade = upgrade;
  }

  /**
   * Opens a database file. With `create`, a missing file is made and {@link SyncStore.init} is called; otherwise
   * the database must have been set up by `init`.
   *
   * @throws SyncError `database` when there is no such file or it is no database, `schema` when it is another
   * program's or was never set up, `busy` when somebody holds it.
   */
  static open(path: string, schema: Schema, create: boolean): SyncStore {
    return new SyncStore(connect(path, { create }), schema, path).#ready(create);
  }

  /**
   * Opens a database of which nothing is to be changed. One that cannot be written is looked at in a copy: what an import would do is
   * found out by doing it and taking it back. @internal
   */
  static look(path: string, schema: Schema): SyncStore {
    if (!isReadOnly(path)) return SyncStore.open(path, schema, false);
    const copy = privateCopy(path);
    try {
      const store = new SyncStore(connect(copy.path, { create: false, name: path }), schema, path);
      store.#removeCopy = copy.remove;
      return store.#ready(false);
    } catch (error) {
      copy.remove();
      throw error;
    }
  }

  /**
   * Takes a connection that the program has already: a `DatabaseSync` of `node:sqlite`, or what
   * `fromBetterSqlite3` makes of a `better-sqlite3` connection. Sets `foreign_keys` on. Closing the store
   * closes the connection.
   */
  static from(database: Database, schema: Schema, create: boolean): SyncStore {
    database.exec('PRAGMA foreign_keys = ON');
    return new SyncStore(database, schema).#ready(create);
  }

  #ready(create: boolean): this {
    this.#orClose(() => {
      checkRegistry(this.registry);
      if (create) this.setUp = this.init();
      else this.#requireSetUp();
    });
    return this;
  }

  #orClose<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Creates or upgrades the schema, and sets up tracking or puts back what is missing of it. Safe to repeat.
   *
   * @returns what it did, in words; empty when there was nothing to do
   */
  init(now: number = Date.now()): string[] {
    const added = this.#upgrade?.(this.sql, now) ?? [];
    this.#requireSchema();
    return [...added.map((what) => `added ${what}`), ...installTracking(this.sql, this.registry)];
  }

  /** What is wrong with the database: unknown columns, missing triggers. Empty when all is well. */
  problems(): string[] {
    const { unknownColumns } = checkSchema(this.sql, this.registry);
    const { missing } = trackingState(this.sql, this.registry);
    return [
      ...unknownColumns.map((column) => `column ${column} is not in the registry: it is not synced`),
      ...missing.map((name) => `trigger ${name} is missing: changes may go unnoticed; run init`),
    ];
  }

  /** Refuses tables of another program that do not fit the registry any more: that program may have changed them. @internal */
  requireFit(): void {
    if (this.#isOwn) this.#requireSchema();
  }

  /** Closes the connection. */
  close(): void {
    // Who only looked changes no byte, also where others have left something in the log.
    if (this.sql.hasWritten) this.#emptyLog();
    this.sql.close();
    this.#removeCopy?.();
  }

  /** A driver may close for good only when its statements are collected; the file is to be whole from now on all the same. */
  #emptyLog(): void {
    try {
      this.sql.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Somebody else is reading: they or the next connection will do it.
    }
  }

  /** Whether the tables are another program's own. */
  get #isOwn(): boolean {
    return this.#upgrade === undefined;
  }

  #requireSetUp(): void {
    this.#requireSchema();
    requireKnownTables(this.sql);
    if (!trackingState(this.sql, this.registry).installed) {
      throw new SyncError('schema', 'the database has the tables of this schema, but sync was never set up in it', {
        hint: this.#isOwn ? 'open it with { create: true }' : 'run `sc-sync init`, or open it with { create: true }',
      });
    }
  }

  /** What a program defines itself is looked at before anything goes wrong. */
  #refuseMisfits(): void {
    const found = misfits(this.sql, this.registry);
    const [first, ...others] = found;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    throw new SyncError('schema', `the database does not fit its registry: ${first}${more}`, {
      details: found,
      hint: 'correct the definition of the entity, or leave the table out of the registry',
    });
  }

  #requireSchema(): void {
    const { missing } = checkSchema(this.sql, this.registry);
    if (missing.length === 0) {
      if (this.#isOwn) this.#refuseMisfits();
      return;
    }
    throw new SyncError('schema', `the database lacks ${missing.length} tables or columns that the registry names`, {
      details: missing,
      hint: this.#isOwn
        ? 'is this the right database? create its tables first'
        : 'is this the right database? `sc-sync init` completes an older or empty one',
    });
  }
}
