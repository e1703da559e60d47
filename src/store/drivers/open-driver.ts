import type { OwnDatabase } from '../database.js';
import { hasBuiltin, openBuiltin } from './builtin.js';
import { openPhotostructure } from './photostructure.js';

/**
 * Opens a database with the driver that suits the running Node: its own `node:sqlite` where that is complete, else
 * `@photostructure/sqlite`, which is loaded only then. Sets nothing on the connection; `connect` does.
 *
 * @param path file of the database, created when it is missing and `readOnly` is not set; `:memory:` for none
 * @throws SyncError `busy`, `io` or `database` where the file cannot be opened
 */
export function openDriver(path: string, options: { readonly readOnly?: boolean } = {}): OwnDatabase {
  return hasBuiltin() ? openBuiltin(path, options) : openPhotostructure(path, options);
}
