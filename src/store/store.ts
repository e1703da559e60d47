import { installTracking, requireKnownTables, trackingState } from './knowledge/install.js';
import { WHOLE_DATABASE, isOneProject } from '../registry/entity.js';
import type { Registry } from '../registry/entity.js';
import { checkRegistry } from '../registry/check.js';
import { SyncError } from '../errors.js';
import { misfits } from './check-fit.js';
import { checkSchema } from './check-schema.js';
import type { Connection } from './connection.js';
import type { Sql } from './sql.js';

/** What a database holds. */
export interface Schema<R extends Registry = Registry> {
  readonly registry: R;
  /** Completes the tables of the registry, and says in words what it added; absent where they are another program's own. */
  readonly upgrade?: (sql: Sql, now: number) => readonly string[];
}

/** A database whose records are synced. */
export class SyncStore<R extends Registry = Registry> {
  /** @internal */
  readonly sql: Sql;
  /** The schema of the database. */
  readonly registry: R;
  /** What opening it with `create` did, in words. @internal */
  setUp: readonly string[] = [];

  readonly #close: () => void;

  readonly #upgrade: Schema['upgrade'];

  /** @internal */
  protected constructor({ sql, close }: Connection, { registry, upgrade }: Schema<R>) {
    this.sql = sql;
    this.#close = close;
    this.registry = registry;
    this.#upgrade = upgrade;
  }

  /** Makes what is missing, or requires that nothing is. @internal */
  protected ready(create: boolean): this {
    try {
      checkRegistry(this.registry);
      if (create) this.setUp = this.init();
      else this.#requireSetUp();
      return this;
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
      ...unknownColumns.map((column) => `the column ${column} is not in the registry, so it is not synced`),
      ...missing.map((name) => `the trigger ${name} is missing, so changes may go unnoticed; sc-sync init makes it`),
    ];
  }

  /** Refuses tables of another program that do not fit the registry any more: that program may have changed them. @internal */
  requireFit(): void {
    if (this.#isOwn) this.#requireSchema();
  }

  /** Puts back what a migration of another program took away of the tracking: a table that is made anew has no triggers. @internal */
  heal(): void {
    if (this.#isOwn && trackingState(this.sql, this.registry).missing.length > 0)
      installTracking(this.sql, this.registry);
  }

  /** The project that rows belong to whose folder is at a path: the database itself, where it is one project. @internal */
  projectAt(path: string): string {
    return isOneProject(this.registry) ? WHOLE_DATABASE : path;
  }

  /** Ends the work with the database. A connection that the store opened is closed; one that it was given stays open. */
  close(): void {
    this.#close();
  }

  /** Whether the tables are another program's own. */
  get #isOwn(): boolean {
    return this.#upgrade === undefined;
  }

  #requireSetUp(): void {
    this.#requireSchema();
    requireKnownTables(this.sql);
    if (!trackingState(this.sql, this.registry).installed) {
      throw new SyncError('schema', 'The database has the right tables, and sync was never set up in it', {
        hint: this.#isOwn ? 'open it with { create: true }' : 'run sc-sync init, or open it with { create: true }',
      });
    }
  }

  /** What a program defines itself is looked at before anything goes wrong. */
  #refuseMisfits(): void {
    const found = misfits(this.sql, this.registry);
    const [first, ...others] = found;
    if (first === undefined) return;
    throw new SyncError('schema', `The database does not fit its registry: ${first}${andMore(others)}`, {
      details: found,
      hint: 'correct the definition of the entity, or leave the table out of the registry',
    });
  }

  #requireSchema(): void {
    const { missing } = checkSchema(this.sql, this.registry);
    const [first, ...others] = missing;
    if (first === undefined) {
      if (this.#isOwn) this.#refuseMisfits();
      return;
    }
    throw new SyncError('schema', `The database lacks ${first}${andMore(others)}, which its registry names`, {
      details: missing,
      hint: this.#isOwn
        ? 'create its tables first, or name another database'
        : 'name another database with --db; sc-sync init completes an older or empty one',
    });
  }
}

function andMore(others: readonly string[]): string {
  return others.length === 0 ? '' : ` (and ${others.length} more)`;
}
