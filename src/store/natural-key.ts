import { absoluteToken } from '../format/format.js';
import type { Content } from '../record/content.js';
import { sqlValue } from './columns.js';
import type { SqlValue } from './database.js';
import type { Sql } from './sql.js';

/** The id of another row that holds the natural key of this content, or undefined. */
export function conflictingId(sql: Sql, project: string, content: Content): string | undefined {
  const { entity } = content;
  if (entity.naturalKey.length === 0) return undefined;
  const values: SqlValue[] = [];
  for (const name of entity.naturalKey) {
    const index = entity.indexOf.get(name) ?? -1;
    const field = entity.synced[index]?.field;
    if (field === undefined || field.kind === 'set') continue;
    values.push(sqlValue(field, absoluteToken(field, content.tokens[index] ?? 'null', { project, scopeId: '' })));
  }
  const same = entity.naturalKey.map((name) => `t.${name} = ?`);
  const row = sql.get(
    `SELECT t.${entity.key} FROM ${entity.table} t WHERE ${same.join(' AND ')} AND t.${entity.key} <> ?`,
    ...values,
    content.id,
  );
  return row === undefined ? undefined : (row[0] as string);
}
