import { quote, sha256 } from '../../record/json.js';
import { columnOf } from '../../registry/entity.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { readStored, storedColumn } from '../columns.js';
import type { SqlValue } from '../database.js';
import { idOfReference, isMapped, joinLocal, localColumns, localKey } from '../identity.js';
import type { Sql } from '../sql.js';
import { sqlName, sqlText } from '../sql-name.js';
import { RANDOM_DIGITS } from './triggers.js';

/** The local key of a row that goes, as the log has it, is put in the place of the id in none of our tables any more. */
const FORGET = `UPDATE scsync_records SET local = NULL WHERE type = ? AND local = ?`;

/**
 * Puts ids in the place of local keys in the change log, and gives one to each row that is new. A number that was handed out again is a new
 * record; a row that `REPLACE` wrote over itself is the same one.
 */
export function translateLog(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    if (!isMapped(entity)) continue;
    if ('number' in entity.identity) translateNumbers(sql, entity);
    else translateKeys(sql, registry, entity);
  }
}

/** Gives an id to each row that has none: of the same content, copies of a database come to the same. */
export function nameRows(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    if (!isMapped(entity)) continue;
    forgetStale(sql, entity);
    if ('number' in entity.identity) nameNumbers(sql, entity);
    else
      nameKeys(
        sql,
        registry,
        entity,
        `NOT EXISTS (SELECT 1 FROM scsync_records r WHERE r.type = ${sqlText(entity.type)} AND ${joinLocal(entity, 't', 'r')})`,
      );
  }
}

/** Forgets the local keys of rows that went while no trigger watched. */
export function forgetStaleKeys(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) if (isMapped(entity)) forgetStale(sql, entity);
}

/** What a row had that is gone, and that nobody saw go, is no key any more. */
function forgetStale(sql: Sql, entity: Entity): void {
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

function addRecord(sql: Sql, { type }: Entity, id: string, local: SqlValue): void {
  sql.run(
    `INSERT INTO scsync_records (type, id, local) VALUES (?, ?, ?) ON CONFLICT (type, id) DO UPDATE SET local = excluded.local`,
    type,
    id,
    local,
  );
}

function translateNumbers(sql: Sql, entity: Entity): void {
  const { table, type } = entity;
  translateReused(sql, entity);
  sql.run(
    `INSERT INTO scsync_records (type, id, local)
     SELECT ?1, l.key || '~' || coalesce(max(l.digits), ${RANDOM_DIGITS}), l.key FROM scsync_log l
     WHERE l.tbl = ?2 AND typeof(l.key) IN ('integer', 'real')
       AND NOT EXISTS (SELECT 1 FROM scsync_records r WHERE r.type = ?1 AND r.local = l.key)
     GROUP BY l.key`,
    type,
    table,
  );
  sql.run(
    `UPDATE scsync_log SET key = (SELECT r.id FROM scsync_records r WHERE r.type = ? AND r.local = key)
     WHERE tbl = ? AND typeof(key) IN ('integer', 'real')`,
    type,
    table,
  );
}

/**
 * Of numbers whose row went away, each row that had one is told apart, in the order of the log. What the log says of a row that is still there
 * after all was foreseen by a trigger, and did not come.
 */
function translateReused(sql: Sql, entity: Entity): void {
  const { table, type } = entity;
  const [number = ''] = localColumns(entity);
  const row = `SELECT 1 FROM ${sqlName(table)} t WHERE t.${sqlName(number)} = ?`;
  const gone = new Set<SqlValue>();
  for (const [n = null, key = null, at, digits] of sql.all(
    `SELECT n, key, at, digits FROM scsync_log WHERE tbl = ?1
       AND key IN (SELECT key FROM scsync_log WHERE tbl = ?1 AND at IS NOT NULL) AND typeof(key) IN ('integer', 'real') ORDER BY n`,
    table,
  )) {
    const isGone = at !== null;
    if (gone.has(key) && !isGone && digits !== null) sql.run(FORGET, type, key);
    const known = sql.get(`SELECT id FROM scsync_records WHERE type = ? AND local = ?`, type, key)?.[0];
    const id = known ?? (isGone ? null : `${String(key)}~${String(digits ?? sql.get(`SELECT ${RANDOM_DIGITS}`)?.[0])}`);
    if (known === undefined && id !== null) addRecord(sql, entity, String(id), key);
    sql.run(`UPDATE scsync_log SET key = ? WHERE n = ?`, id, n);
    if (isGone) gone.add(key);
    else gone.delete(key);
  }
  for (const key of gone) if (sql.get(row, key) === undefined) sql.run(FORGET, type, key);
}

/** A key of several columns, or a parent's, is worked out while the row is there; once it is gone, it is known from before. */
function translateKeys(sql: Sql, registry: Registry, entity: Entity): void {
  const { table, type } = entity;
  const columns = localColumns(entity);
  const places = columns.map(() => '?').join(', ');
  const local = columns.length === 1 ? '?' : `json_array(${places})`;
  const row = `(${columns.map((column) => `t.${sqlName(column)}`).join(', ')}) = (${places})`;
  const find = `SELECT id FROM scsync_records WHERE type = ? AND local = ${local}`;
  for (const [key = null, isGone] of sql.all(
    `SELECT key, max(at IS NOT NULL) FROM scsync_log WHERE tbl = ? GROUP BY key`,
    table,
  )) {
    const parts = columns.length === 1 ? [key] : partsOf(String(key));
    if (sql.get(find, type, ...parts) === undefined) nameKeys(sql, registry, entity, row, parts);
    const id = sql.get(find, type, ...parts)?.[0] ?? null;
    sql.run(`UPDATE scsync_log SET key = ? WHERE tbl = ? AND key IS ?`, id, table, key);
    const isThere = isGone === 0n || sql.get(`SELECT 1 FROM ${sqlName(table)} t WHERE ${row}`, ...parts) !== undefined;
    if (!isThere) sql.run(`UPDATE scsync_records SET local = NULL WHERE type = ? AND id = ?`, type, id);
  }
}

/** The values that SQLite's \`quote\` wrote, with commas between them. */
function partsOf(key: string): SqlValue[] {
  return [...key.matchAll(/'((?:[^']|'')*)'|X'[0-9A-F]*'|[^,]+/g)].map(([part, text]): SqlValue => {
    if (text !== undefined && part.startsWith("'")) return text.replaceAll("''", "'");
    if (/^-?\d+$/.test(part)) return BigInt(part);
    return /^-?\d/.test(part) ? Number(part) : part;
  });
}

/** Gives an id to the rows that a condition selects: that of their parent, or the array of their values. */
function nameKeys(
  sql: Sql,
  registry: Registry,
  entity: Entity,
  condition: string,
  parameters: readonly SqlValue[] = [],
): void {
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
     FROM ${sqlName(entity.table)} t WHERE ${condition}`,
    ...parameters,
  );
  for (const [local = null, ...values] of rows) {
    const tokens = values.map((value) => readStored(value, encoding) ?? 'null');
    if (local === null || tokens.includes('null')) continue;
    const id = 'columns' in identity ? `[${tokens.join(',')}]` : (JSON.parse(tokens[0] ?? '""') as string);
    addRecord(sql, entity, id, local);
  }
}
