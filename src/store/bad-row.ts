import { SyncError } from '../errors.js';
import { describe } from '../record/field-token.js';
import type { Entity } from '../registry/entity.js';

/** The error for a row that holds what its columns do not allow. */
export function badRow(entity: Entity, id: string, column: string, problems: readonly string[]): SyncError {
  return new SyncError(
    'bad_row',
    `Cannot read row ${describe(id, 200)} of ${entity.table}: ${column} ${problems.join('; ')}`,
    {
      hint: 'repair the row with SQL, and try again; nothing was written',
    },
  );
}
