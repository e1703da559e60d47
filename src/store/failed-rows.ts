import { SyncError, messageOf } from '../errors.js';
import type { Entity } from '../registry/entity.js';
import type { Sql } from './sql.js';
import { sqlText } from './sql-name.js';
import { isRefusal } from './sqlite-error.js';
import type { StagedRows } from './staged-rows.js';

/** A row that a constraint of its table refuses. */
export interface FailedRow {
  readonly id: string;
  readonly error: SyncError;
}

/** One statement for all rows; where it fails, one for each, so that only those wait that are at fault. */
export function writeRows(sql: Sql, rows: StagedRows, how: 'insert' | 'update'): FailedRow[] {
  try {
    sql.transaction('deferred', () => {
      rows[how]();
    });
    return [];
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const failed: FailedRow[] = [];
  for (const id of rows.ids(how)) {
    try {
      sql.transaction('deferred', () => {
        rows[how](id);
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      failed.push({ id, error });
    }
  }
  for (const { id } of failed) rows.forget(`SELECT ${sqlText(id)}`);
  return failed;
}

/** Says of which record it is. */
export function named({ type }: Pick<Entity, 'type'>, { id, error }: FailedRow): SyncError {
  const { hint, details, cause } = error;
  return new SyncError('database', `Cannot save ${type} ${id}: ${messageOf(cause ?? error)}`, {
    ...{ details, cause },
    ...(hint === undefined ? {} : { hint }),
  });
}
