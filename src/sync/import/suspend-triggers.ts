import type { Registry } from '../../registry/entity.js';
import { literalPattern } from '../../record/literal-pattern.js';
import type { Sql } from '../../store/sql.js';
import { sqlName } from '../../store/sql-name.js';
import { PREFIX } from '../../store/knowledge/triggers.js';

/** From so many records on, making our triggers anew costs less than what they log. */
const LARGE = 2000;

/**
 * Takes away the triggers of other programs that write to synced tables (the reference's sets a session's
 * `updated_at` whenever an item is inserted), and gives what puts them back exactly. Both within the transaction of the
 * import, so that nobody else ever sees them missing. A large import does without ours too, since it counts what it changes by itself.
 */
export function suspendTriggers(sql: Sql, registry: Registry, records: number): () => void {
  const tables = registry.entities.flatMap((entity) => [
    entity.table,
    ...entity.synced.flatMap(({ field }) => (field.kind === 'set' ? [field.set.table] : [])),
  ]);
  const writes = new RegExp(
    `\\b(?:UPDATE(?:\\s+OR\\s+\\w+)?|(?:INSERT(?:\\s+OR\\s+\\w+)?|REPLACE)\\s+INTO|DELETE\\s+FROM)\\s+(?:\\w+\\s*\\.\\s*)?(?:${tables.flatMap(waysToWrite).join('|')})`,
    'i',
  );
  const suspended = sql
    .all(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger'`)
    .map(([name, ddl]) => ({ name: String(name), ddl: String(ddl) }))
    .filter(({ name, ddl }) => (name.startsWith(PREFIX) ? records >= LARGE : writes.test(ddl)));
  for (const { name } of suspended) sql.exec(`DROP TRIGGER ${sqlName(name)}`);
  return () => {
    for (const { ddl } of suspended) sql.exec(ddl);
  };
}

/** How a statement may write the name of a table, as parts of a regular expression. */
function waysToWrite(name: string): string[] {
  const between = (quote: string): string => literalPattern(`${quote}${name.replaceAll(quote, quote + quote)}${quote}`);
  return [...['"', "'", '`'].map(between), literalPattern(`[${name}]`), `${literalPattern(name)}\\b`];
}
