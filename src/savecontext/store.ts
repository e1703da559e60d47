import type { Registry } from '../registry/entity.js';
import { borrow, openFile, openToLook } from '../store/connection.js';
import type { Database } from '../store/database.js';
import { SyncStore } from '../store/store.js';
import type { Schema } from '../store/store.js';
import { Project } from '../sync/synced-project.js';
import type { ProjectOptions } from '../sync/synced-project.js';
import { savecontext } from './registry.js';
import { upgradeSchema } from './upgrade.js';

/** How a {@link Store} is opened. */
export interface StoreOptions<R extends Registry = typeof savecontext> {
  /** The schema of the database; the SaveContext schema by default. */
  readonly registry?: R;
  /** Make what is missing: the file, its tables, the tracking of changes. */
  readonly create?: boolean;
}

/**
 * A database whose records are synced: one of SaveContext where no registry says otherwise.
 *
 * ```ts
 * const store = Store.open('memory.db', { create: true });
 * const project = store.project(process.cwd());
 * project.sync();
 * store.close();
 * ```
 */
export class Store<R extends Registry = typeof savecontext> extends SyncStore<R> {
  /**
   * Opens a database file. With `create`, a missing file is made and `init` is called; otherwise the database must have been set up by it.
   *
   * @throws SyncError `database` when there is no such file or it is no database, `schema` when it is another
   * program's or was never set up, `busy` when somebody holds it.
   */
  static open<R extends Registry = typeof savecontext>(path: string, options: StoreOptions<R> = {}): Store<R> {
    const { create = false } = options;
    return new Store(openFile(path, { create }), schemaOf(options)).ready(create);
  }

  /** Opens a database of which nothing is to be changed. @internal */
  static look<R extends Registry = typeof savecontext>(path: string, options: StoreOptions<R> = {}): Store<R> {
    return new Store(openToLook(path), schemaOf(options)).ready(false);
  }

  /**
   * Takes a connection that the program has already: a `DatabaseSync` of `node:sqlite`, or what
   * `fromBetterSqlite3` makes of a `better-sqlite3` connection. Sets `foreign_keys` on. The connection stays the program's:
   * it is open after `close`, and after an error here.
   */
  static from<R extends Registry = typeof savecontext>(database: Database, options: StoreOptions<R> = {}): Store<R> {
    return new Store(borrow(database), schemaOf(options)).ready(options.create === true);
  }

  /**
   * One project of the database, with the folder of its files: everything that can be done with both.
   *
   * @param path the path that the project's rows have
   */
  project(path: string, options: ProjectOptions = {}): Project<R> {
    return new Project(this, path, options);
  }
}

function schemaOf<R extends Registry>({ registry }: StoreOptions<R>): Schema<R> {
  if (registry !== undefined && !isSaveContext(registry)) return { registry };
  return { registry: (registry ?? savecontext) as R, upgrade: upgradeSchema };
}

function isSaveContext(registry: Registry): boolean {
  return registry === savecontext;
}
