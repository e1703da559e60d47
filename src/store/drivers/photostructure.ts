import { createRequire } from 'node:module';
import type * as Photostructure from '@photostructure/sqlite';
import { messageOf, SyncError } from '../../errors.js';
import { ALL_PAGES } from '../database.js';
import type { OwnDatabase, SqlValue, Statement } from '../database.js';
import { toSyncError } from '../sqlite-error.js';

const require = createRequire(import.meta.url);

/**
 * Opens a database with `@photostructure/sqlite`, the prebuilt twin of `node:sqlite` for older versions of Node.
 *
 * @throws SyncError `database` where the package cannot be loaded (it has no build for this platform);
 * `busy`, `io` or `database` where the file cannot be opened.
 */
export function openPhotostructure(path: string, options: { readonly readOnly?: boolean } = {}): OwnDatabase {
  const { DatabaseSync, backup } = loadPhotostructure();
  try {
    return exact(new DatabaseSync(path, { readOnly: options.readOnly ?? false }), backup);
  } catch (error) {
    throw toSyncError(error, `Opening ${path}`);
  }
}

function loadPhotostructure(): typeof Photostructure {
  try {
    return require('@photostructure/sqlite') as typeof Photostructure;
  } catch (error) {
    throw new SyncError('database', `Cannot load the SQLite driver @photostructure/sqlite: ${messageOf(error)}`, {
      cause: error,
      hint: 'use Node 22.16 or newer, which has SQLite built in',
    });
  }
}

/** The same connection with parameters bound exactly, see {@link toExactParameter}. */
function exact(connection: Photostructure.DatabaseSyncInstance, copy: typeof Photostructure.backup): OwnDatabase {
  return {
    exec: (sql) => {
      connection.exec(sql);
    },
    prepare: (sql) => exactStatement(connection.prepare(sql)),
    close: () => {
      connection.close();
    },
    copyOver: async (destination) => {
      await copy(connection, destination, { rate: ALL_PAGES });
    },
  };
}

function exactStatement(statement: Photostructure.StatementSyncInstance): Statement {
  return {
    run: (...parameters) => statement.run(...parameters.map(toExactParameter)),
    get: (...parameters) => statement.get(...parameters.map(toExactParameter)) as unknown,
    all: (...parameters) => statement.all(...parameters.map(toExactParameter)) as unknown[],
    setReadBigInts: (enabled) => {
      statement.setReadBigInts(enabled);
    },
    setReturnArrays: (enabled) => {
      statement.setReturnArrays(enabled);
    },
  };
}

/**
 * Works around two losses of version 1.2 when it binds a parameter: a real closer to 0 than `Number.EPSILON` becomes the
 * integer 0, and text ends at U+0000.
 *
 * Such a real goes as text, which SQLite turns into the very same real in a column of type real (elsewhere it stays text).
 * Such text is refused, for whoever binds it must do so as bytes.
 */
function toExactParameter(value: SqlValue): SqlValue {
  if (typeof value === 'number' && value > 0 && value < Number.EPSILON) return String(value);
  if (typeof value === 'string' && value.includes('\0')) {
    throw new TypeError('Text with U+0000 must be bound as CAST(? AS TEXT) of its UTF-8 bytes.');
  }
  return value;
}
