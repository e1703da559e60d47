import type { Registry } from '../registry/entity.js';
import type { Sql } from '../store/sql.js';
import { PREFIX } from '../store/knowledge/triggers.js';

/**
 * Takes away the triggers of other programs that write to synced tables (the reference's sets a session's
 * `updated_at` whenever an item is inserted), and gives what puts them back exactly. Both within the transaction of the
 * import, so that nobody else ever sees them missing.
 */
export function suspendForeignTriggers(sql: Sql, registry: Registry): () => void {
  const tables = registry.entities.flatMap((entity) => [
    entity.table,
    ...entity.synced.flatMap(({ field }) => (field.kind === 'set' ? [field.set.table] : [])),
  ]);
  const writes = new RegExp(
    `\\b(?:UPDATE(?:\\s+OR\\s+\\w+)?|(?:INSERT(?:\\s+OR\\s+\\w+)?|REPLACE)\\s+INTO|DELETE\\s+FROM)\\s+["'\`\\[]?(?:${tables.join('|')})\\b`,
    'i',
  );
  const foreign = sql
    .all(
      `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?) <> ?`,
      PREFIX.length,
      PREFIX,
    )
    .map(([name, ddl]) => ({ name: String(name), ddl: String(ddl) }))
    .filter(({ ddl }) => writes.test(ddl));
  for (const { name } of foreign) sql.exec(`DROP TRIGGER "${name.replaceAll('"', '""')}"`);
  return () => {
    for (const { ddl } of foreign) sql.exec(ddl);
  };
}
