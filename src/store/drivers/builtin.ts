import type * as Builtin from 'node:sqlite';
import { SyncError } from '../../errors.js';
import { ALL_PAGES } from '../database.js';
import type { OwnDatabase } from '../database.js';
import { toSyncError } from '../sqlite-error.js';

/**
 * Opens a database with Node's own `node:sqlite`.
 *
 * @throws SyncError `database` where the running Node has none that the engine can use (22.16 or newer does),
 * `busy`, `io` or `database` where the file cannot be opened.
 */
export function openBuiltin(path: string, options: { readonly readOnly?: boolean } = {}): OwnDatabase {
  const builtin = loadBuiltin();
  if (builtin === undefined) {
    throw new SyncError('database', 'This version of Node has no usable node:sqlite; 22.16 or newer has it');
  }
  try {
    const database = new builtin.DatabaseSync(path, { readOnly: options.readOnly ?? false });
    return Object.assign(database, {
      copyOver: async (destination: string) => {
        await builtin.backup(database, destination, { rate: ALL_PAGES });
      },
    });
  } catch (error) {
    throw toSyncError(error, `Opening ${path}`);
  }
}

/** Whether {@link openBuiltin} can work on the running Node. */
export function hasBuiltin(): boolean {
  return loadBuiltin() !== undefined;
}

function loadBuiltin(): typeof Builtin | undefined {
  const builtin = withoutSqliteWarning(() => process.getBuiltinModule('node:sqlite') as typeof Builtin | undefined);
  // Older versions lack parts of the API, and which ones they are is no simple range of versions.
  if (typeof builtin?.StatementSync.prototype.setReturnArrays !== 'function') return undefined;
  return builtin;
}

/**
 * Node 22 warns on stderr when the module is first loaded. The user did not choose the driver and can do nothing about it,
 * so this one warning is dropped while loading; every other one goes through.
 */
function withoutSqliteWarning<T>(load: () => T): T {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...parameters: unknown[]) => void;
  process.emitWarning = (...parameters: unknown[]): void => {
    const [warning, type] = parameters;
    if (type === 'ExperimentalWarning' && String(warning).includes('SQLite')) return;
    Reflect.apply(emitWarning, process, parameters);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
