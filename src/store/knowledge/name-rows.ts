import { quote, sha256 } from '../../record/json.js';
import { columnOf } from '../../registry/field.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { readStored, storedColumn } from '../columns.js';
import type { SqlValue } from '../database.js';
import { idOfReference, isBag, isMapped, joinLocal, localColumns, localKey } from '../identity.js';
import type { Sql } from '../sql.js';
import { sqlName, sqlText } from '../sql-name.js';

/** Gives an id to each row that has none: of the same content, copies of a database come to the same. */
export function nameRows(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    if (!isMapped(entity) || isBag(entity)) continue;
    forgetStale(sql, entity);
    nameUnnamed(sql, registry, entity);
  }
}

/** The same for one type: rows that are known stay who they are. */
export function nameUnnamed(sql: Sql, registry: Registry, entity: Entity): void {
  if ('number' in entity.identity) {
    nameNumbers(sql, entity);
    return;
  }
  const record = `SELECT 1 FROM scsync_records r WHERE r.type = ${sqlText(entity.type)} AND ${joinLocal(entity, 't', 'r')}`;
  for (const { id, local } of keysOf(sql, registry, entity, `NOT EXISTS (${record})`))
    addRecord(sql, entity, id, local);
}

/** Forgets the local keys of rows that went while no trigger watched. */
export function forgetStaleKeys(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) if (isMapped(entity)) forgetStale(sql, entity);
}

/** What a row had that is gone, and that nobody saw go, is no key any more. */
export function forgetStale(sql: Sql, entity: Entity): void {
  const row = `SELECT 1 FROM ${sqlName(entity.table)} t WHERE ${joinLocal(entity, 't', 'scsync_records')}`;
  sql.run(
    `UPDATE scsync_records SET local = NULL WHERE type = ? AND local IS NOT NULL AND NOT EXISTS (${row})`,
    entity.type,
  );
}

function nameNumbers(sql: Sql, entity: Entity): void {
  const { encoding } = sql;
  const type = sqlText(entity.type);
  const [number = ''] = localColumns(entity);
  const columns = entity.synced.flatMap(({ name, field }) => columnOf(name, field) ?? []);
  const values = columns.map((column) => storedColumn(`t.${sqlName(column)}`, encoding));
  let after: SqlValue | undefined;
  for (;;) {
    const rows = sql.all(
      `SELECT t.${sqlName(number)}, ${[...values, '1'].join(', ')} FROM ${sqlName(entity.table)} t
       WHERE t.${sqlName(number)} IS NOT NULL ${after === undefined ? '' : `AND t.${sqlName(number)} > ?`}
         AND NOT EXISTS (SELECT 1 FROM scsync_records r WHERE r.type = ${type} AND r.local = +t.${sqlName(number)})
       ORDER BY t.${sqlName(number)} LIMIT 500`,
      ...(after === undefined ? [] : [after]),
    );
    for (const [local = null, ...row] of rows) {
      after = local;
      const content = row.slice(0, -1).map((value) => readStored(value, encoding) ?? 'null');
      const digits = sha256(`[${[quote(entity.type), String(local), ...content].join(',')}]`).slice(0, 12);
      addRecord(sql, entity, `${String(local)}~${digits}`, local);
    }
    if (rows.length < 500) return;
  }
}

/** Says which row has a record now. */
export function addRecord(sql: Sql, { type }: Entity, id: string, local: SqlValue): void {
  sql.run(
    `INSERT INTO scsync_records (type, id, local) VALUES (?, ?, ?) ON CONFLICT (type, id) DO UPDATE SET local = excluded.local`,
    type,
    id,
    local,
  );
}

/** Several columns make a JSON array, which can hold no BLOB; exports name such a row. */
function fitForJson(entity: Entity): string[] {
  const columns = localColumns(entity);
  return columns.length === 1 ? [] : columns.map((column) => `typeof(t.${sqlName(column)}) <> 'blob'`);
}

/** The ids of the rows that a condition selects: that of their parent, or the array of their values. */
export function keysOf(
  sql: Sql,
  registry: Registry,
  entity: Entity,
  condition: string,
  parameters: readonly SqlValue[] = [],
): { readonly id: string; readonly local: SqlValue }[] {
  const { encoding } = sql;
  const { identity, fields } = entity;
  const parts =
    'columns' in identity
      ? identity.columns.map((name) => {
          const field = fields[name];
          const column = `t.${sqlName((field && columnOf(name, field)) ?? name)}`;
          return field?.kind === 'ref' ? idOfReference(registry, field, column) : column;
        })
      : 'of' in identity
        ? [
            idOfReference(
              registry,
              { kind: 'ref', role: 'core', nullable: false, to: identity.of },
              `t.${sqlName(identity.column)}`,
            ),
          ]
        : [];
  const rows = sql.all(
    `SELECT ${localKey(entity, 't')}, ${parts.map((part) => storedColumn(part, encoding)).join(', ')}
     FROM ${sqlName(entity.table)} t WHERE ${[condition, ...fitForJson(entity)].join(' AND ')}`,
    ...parameters,
  );
  return rows.flatMap(([local = null, ...values]) => {
    const tokens = values.map((value) => readStored(value, encoding) ?? 'null');
    if (local === null || tokens.includes('null')) return [];
    const id = 'columns' in identity ? `[${tokens.join(',')}]` : (JSON.parse(tokens[0] ?? '""') as string);
    return [{ id, local }];
  });
}
