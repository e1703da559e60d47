import { SyncError } from '../errors.js';
import type { Sql } from './sql.js';

/**
 * Throws `database` where SQLite finds damage in a database, also such as still opens; the message calls it by the name.
 *
 * @param check `quick_check` leaves out whether the indexes fit the rows, and takes half the time
 */
export function requireSound(
  sql: Sql,
  name: string,
  check: 'integrity_check' | 'quick_check' = 'integrity_check',
): void {
  const found = sql.all(`PRAGMA ${check}`).map(([line]) => String(line));
  if (found.join() === 'ok') return;
  throw new SyncError('database', `The database ${name} is damaged: ${found[0] ?? 'SQLite gave no answer'}`, {
    details: found,
    hint: 'restore a backup: sc-sync restore <file>',
  });
}
