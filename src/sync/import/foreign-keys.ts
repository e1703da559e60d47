import { SyncError } from '../../errors.js';
import { hasCircles } from '../../registry/entity.js';
import { forgetBases } from '../../store/knowledge/base.js';
import { isRowNumber } from '../../store/identity.js';
import type { Sql } from '../../store/sql.js';
import { sqlText } from '../../store/sql-name.js';
import { isRefusal } from '../../store/sqlite-error.js';
import type { ImportContext } from './context.js';

/**
 * Where records refer to each other in a circle, foreign keys are checked at the end: until then one of them refers to nothing. SQLite takes
 * this back with the transaction.
 */
export function deferForeignKeys({ sql, registry }: Pick<ImportContext, 'sql' | 'registry'>): void {
  if (hasCircles(registry)) sql.exec('PRAGMA defer_foreign_keys = ON');
}

/** Does what deletes rows. What refers to them is found at once, where possible, so that the error says which deletion it is. */
export function deleting<T>({ sql, registry }: ImportContext, body: () => T): T {
  if (!hasCircles(registry)) return sql.transaction('deferred', body);
  sql.exec('PRAGMA defer_foreign_keys = OFF');
  try {
    return sql.transaction('deferred', body);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  } finally {
    sql.exec('PRAGMA defer_foreign_keys = ON');
  }
  const before = countBroken(sql);
  return sql.transaction('deferred', () => {
    const result = body();
    if (countBroken(sql) > before) throw new SyncError('database', 'FOREIGN KEY constraint failed');
    return result;
  });
}

function countBroken(sql: Sql): number {
  return Number(sql.get('SELECT count(*) FROM pragma_foreign_key_check')?.[0] ?? 0);
}

/**
 * To be called when all is written. A row whose other half did not come in after all goes again, and its line waits in its file.
 *
 * @param newest the number of the newest change before the import
 */
export function takeBackBroken(context: ImportContext, newest: number): void {
  const { sql, registry, rows, target } = context;
  if (!hasCircles(registry)) return;
  for (const [table, rowid] of sql.all('SELECT DISTINCT "table", rowid FROM pragma_foreign_key_check')) {
    const entity = registry.entities.find((each) => each.table.toLowerCase() === String(table).toLowerCase());
    if (entity === undefined || !isRowNumber(entity)) continue;
    const record = `SELECT id FROM scsync_records WHERE type = ${sqlText(entity.type)} AND local = ? AND seq > ?`;
    const id = sql.get(record, rowid ?? null, newest)?.[0];
    const content = typeof id === 'string' ? rows.read(entity, id) : undefined;
    if (content === undefined) continue;
    const key = { type: entity.type, id: content.id };
    context.writer.remove(entity, content.id);
    forgetBases(sql, target.id, key);
    context.waits(key, entity.file, new SyncError('database', 'FOREIGN KEY constraint failed'));
  }
}
