import { absoluteToken } from '../jsonl/format.js';
import type { Content } from '../record/content.js';
import { bind, sqlValue } from './columns.js';
import type { SqlValue } from './database.js';
import type { Sql } from './sql.js';

/** The id of another row that holds the natural key of this content, or undefined. */
export function naturalKeyHolder(sql: Sql, project: string, content: Content): string | undefined {
  const { entity } = content;
  if (entity.naturalKey.length === 0) return undefined;
  const values = new Map<string, SqlValue>();
  for (const name of entity.naturalKey) {
    const index = entity.indexOf.get(name) ?? -1;
    const field = entity.synced[index]?.field;
    if (field === undefined || field.kind === 'set') continue;
    values.set(name, sqlValue(field, absoluteToken(field, content.tokens[index] ?? 'null', { project, scopeId: '' })));
  }
  const { places, parameters } = bind(values);
  const same = entity.naturalKey.map((name, index) => `t.${name} = ${places[index] ?? '?'}`);
  const row = sql.get(
    `SELECT t.${entity.key} FROM ${entity.table} t WHERE ${same.join(' AND ')} AND t.${entity.key} <> ?`,
    ...parameters,
    content.id,
  );
  return row === undefined ? undefined : (row[0] as string);
}
