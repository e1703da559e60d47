import type { Registry } from '../registry/entity.js';
import type { Database } from '../store/database.js';
import { SyncStore } from '../store/store.js';
import type { Schema } from '../store/store.js';
import { savecontext } from './registry.js';
import { upgradeSchema } from './upgrade.js';

/** How a {@link Store} is opened. */
export interface StoreOptions {
  /** The schema of the database; the SaveContext schema by default. */
  readonly registry?: Registry;
  /** Make what is missing: the file, its tables, the tracking of changes. */
  readonly create?: boolean;
}

/** A database whose records are synced. */
export type Store = SyncStore;

/** Opens databases, those of SaveContext where nothing else is said. */
export const Store = {
  /**
   * Opens a database file. With `create`, a missing file is made and `init` is called; otherwise the database must have been set up by it.
   *
   * @throws SyncError `database` when there is no such file or it is no database, `schema` when it is another
   * program's or was never set up, `busy` when somebody holds it.
   */
  open(path: string, options: StoreOptions = {}): Store {
    return SyncStore.open(path, schemaOf(options), options.create === true);
  },

  /** Opens a database of which nothing is to be changed. @internal */
  look(path: string, options: StoreOptions = {}): Store {
    return SyncStore.look(path, schemaOf(options));
  },

  /**
   * Takes a connection that the program has already: a `DatabaseSync` of `node:sqlite`, or what
   * `fromBetterSqlite3` makes of a `better-sqlite3` connection. Sets `foreign_keys` on. Closing the store
   * closes the connection.
   */
  from(database: Database, options: StoreOptions = {}): Store {
    return SyncStore.from(database, schemaOf(options), options.create === true);
  },
};

function schemaOf({ registry = savecontext }: StoreOptions): Schema {
  return registry === savecontext ? { registry, upgrade: upgradeSchema } : { registry };
}
