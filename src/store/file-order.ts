import { SyncError } from '../errors.js';
import { compareKeys } from '../format/line-key.js';
import type { LineKey } from '../format/line-key.js';
import type { Sql } from './sql.js';

/**
 * What SQLite gave in its order of types and ids, for whoever reads it side by side with a file. Both have one order where the database
 * keeps text as UTF-8. In UTF-16 it may order ids that are not ASCII otherwise; then this throws `refused`.
 */
export function inFileOrder<T>(sql: Sql, items: Iterable<T>, keyOf: (item: T) => LineKey): Iterable<T> {
  return sql.encoding === 'UTF-8' ? items : checked(sql, items, keyOf);
}

function* checked<T>(sql: Sql, items: Iterable<T>, keyOf: (item: T) => LineKey): Generator<T> {
  let last: LineKey | undefined;
  for (const item of items) {
    const key = keyOf(item);
    if (last !== undefined && compareKeys(last, key) >= 0) {
      throw new SyncError(
        'refused',
        `The database keeps text as ${sql.encoding}, which puts the ids ${JSON.stringify(last.id)} and ${JSON.stringify(key.id)} in another order than files do`,
        { hint: 'nothing was written; make a copy in UTF-8 and use that: sqlite3 OLD.db .dump | sqlite3 NEW.db' },
      );
    }
    last = key;
    yield item;
  }
}
