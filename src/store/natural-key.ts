import { absoluteToken } from '../format/format.js';
import type { Content } from '../record/content.js';
import { sqlValue } from './columns.js';
import type { SqlValue } from './database.js';
import type { Sql } from './sql.js';
import { sqlName } from './sql-name.js';
import type { Entity, Registry } from '../registry/entity.js';
import { refersTo, rowsOf } from './row-source.js';

/** The fields that a clash of natural keys changes: the last one of each. */
export function lastOf(naturalKeys: Entity['naturalKeys']): string[] {
  return [...new Set(naturalKeys.flatMap((names) => names.slice(-1)))];
}

/** The values of a content's natural key, as the columns hold them. */
export function naturalKeyValues(
  project: string,
  { entity, tokens }: Content,
  naturalKey: readonly string[],
): SqlValue[] {
  return naturalKey.flatMap((name) => {
    const index = entity.indexOf.get(name) ?? -1;
    const field = entity.synced[index]?.field;
    if (field === undefined || field.kind === 'set') return [];
    return [sqlValue(field, absoluteToken(field, tokens[index] ?? 'null', { project, scopeId: '' }))];
  });
}

/** The id of another row that holds a natural key of this content, or undefined. */
export function conflictingId(
  sql: Sql,
  registry: Registry,
  project: string,
  content: Content,
  naturalKey: readonly string[],
): string | undefined {
  const { entity } = content;
  // A reference is compared as its column holds it, which an index of the table finds.
  const same = naturalKey.map((name, index) => refersTo(registry, entity, name, `?${index + 1}`));
  const row = sql.get(
    `SELECT t.${sqlName(entity.key)} FROM ${rowsOf(registry, entity)} t
     WHERE ${same.join(' AND ')} AND t.${sqlName(entity.key)} <> ?${same.length + 1}`,
    ...naturalKeyValues(project, content, naturalKey),
    content.id,
  );
  return row === undefined ? undefined : (row[0] as string);
}
