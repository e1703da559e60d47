import { quote, sha256 } from '../../record/json.js';
import { columnOf } from '../../registry/field.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { readStored, storedColumn } from '../columns.js';
import type { SqlValue } from '../database.js';
import { idOfReference, isBag, isMapped, joinLocal, localColumns, localKey } from '../identity.js';
import type { Sql } from '../sql.js';
import { matchBag } from './bags.js';
import { sqlName, sqlText } from '../sql-name.js';
import { FORESEEN, NOW, RANDOM_DIGITS } from './triggers.js';

/** The local key of a row that goes, as the log has it, is put in the place of the id in none of our tables any more. */
const FORGET = `UPDATE scsync_records SET local = NULL WHERE type = ? AND local = ?`;

/**
 * Puts ids in the place of local keys in the change log, and gives one to each row that is new. A number that was handed out again is a new
 * record; a row that `REPLACE` wrote over itself is the same one.
 */
export function translateLog(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    if (!isMapped(entity)) continue;
    if (isBag(entity)) matchBag(sql, registry, entity);
    else if ('number' in entity.identity) translateNumbers(sql, entity);
    else translateKeys(sql, registry, entity);
  }
}

/** Gives an id to each row that has none: of the same content, copies of a database come to the same. */
export function nameRows(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    if (!isMapped(entity) || isBag(entity)) continue;
    forgetStale(sql, entity);
    if ('number' in entity.identity) nameNumbers(sql, entity);
    else {
      const record = `SELECT 1 FROM scsync_records r WHERE r.type = ${sqlText(entity.type)} AND ${joinLocal(entity, 't', 'r')}`;
      for (const { id, local } of keysOf(sql, registry, entity, `NOT EXISTS (${record})`))
        addRecord(sql, entity, id, local);
    }
  }
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
     SELECT ?1, l.key || '~' || coalesce(max(nullif(l.digits, ${sqlText(FORESEEN)})), ${RANDOM_DIGITS}), l.key FROM scsync_log l
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

/** Of numbers whose row went away, each row that had one is told apart, in the order of the log. */
function translateReused(sql: Sql, entity: Entity): void {
  const { table, type } = entity;
  const [number = ''] = localColumns(entity);
  const row = `SELECT 1 FROM ${sqlName(table)} t WHERE t.${sqlName(number)} = ?`;
  // Numbers of rows that were about to be replaced by others, and records of those that were replaced by themselves.
  const foreseen = new Set<SqlValue>();
  const replaced = new Map<SqlValue, SqlValue>();
  let again: SqlValue | undefined;
  const logged = sql.all(
    `SELECT n, key, at, digits FROM scsync_log WHERE tbl = ?1
       AND key IN (SELECT key FROM scsync_log WHERE tbl = ?1 AND at IS NOT NULL) AND typeof(key) IN ('integer', 'real') ORDER BY n`,
    table,
  );
  const lastGone = new Map(
    logged.flatMap(([n, key = null, at, digits]) => (at !== null && digits === null ? [[key, n]] : [])),
  );
  for (const [n = null, key = null, at, digits = null] of logged) {
    const isGone = at !== null;
    const before = replaced.get(key);
    if (!isGone && digits !== null && digits !== FORESEEN) {
      if (foreseen.has(key)) sql.run(FORGET, type, key);
      else if (before !== undefined) addRecord(sql, entity, String(before), key);
    }
    const known = sql.get(`SELECT id FROM scsync_records WHERE type = ? AND local = ?`, type, key)?.[0];
    // Of a row that came unseen and went, nothing is to be said.
    const isPast = isGone || (Number(n) < Number(lastGone.get(key) ?? 0) && (digits === null || digits === FORESEEN));
    const id = known ?? (isPast ? null : `${String(key)}~${newDigits(sql, digits)}`);
    if (known === undefined && id !== null) addRecord(sql, entity, String(id), key);
    sql.run(`UPDATE scsync_log SET key = ? WHERE n = ?`, id, n);
    foreseen.delete(key);
    replaced.delete(key);
    if (isGone && digits === FORESEEN) foreseen.add(key);
    else if (isGone) {
      if (again === key && id !== null) replaced.set(key, id);
      sql.run(FORGET, type, key);
    }
    again = !isGone && digits === FORESEEN ? key : again === key ? undefined : again;
  }
  for (const key of foreseen) if (sql.get(row, key) === undefined) sql.run(FORGET, type, key);
}

function newDigits(sql: Sql, logged: SqlValue): string {
  return logged === null || logged === FORESEEN ? String(sql.get(`SELECT ${RANDOM_DIGITS}`)?.[0]) : String(logged);
}

/** A key of several columns, or a parent's, is worked out while the row is there; once it is gone, it is known from before. */
function translateKeys(sql: Sql, registry: Registry, entity: Entity): void {
  const { table, type } = entity;
  const columns = localColumns(entity);
  const isArray = 'columns' in entity.identity;
  const places = columns.map((_, index) => `?${index + 2}`);
  const local = columns.length === 1 ? '?2' : `json_array(${places.join(', ')})`;
  const row = columns
    .map((column, index) => {
      const same = `t.${sqlName(column)} = ?${index + 1}`;
      return isArray ? `${same} AND ${same} COLLATE BINARY` : same;
    })
    .join(' AND ');
  for (const [key = null] of sql.all(`SELECT DISTINCT key FROM scsync_log WHERE tbl = ?`, table)) {
    const parts = isArray ? partsOf(String(key)) : [key];
    const known = sql.get(`SELECT id FROM scsync_records WHERE type = ?1 AND local = ${local}`, type, ...parts)?.[0];
    const [found] = keysOf(sql, registry, entity, row, parts);
    // The number of a parent may have been handed out anew, so that the same key is another record's.
    if (known !== undefined && known !== found?.id) {
      sql.run(`UPDATE scsync_records SET local = NULL WHERE type = ? AND id = ?`, type, known);
      sql.run(
        `INSERT INTO scsync_log (tbl, key, scope, at) SELECT tbl, key, scope, ${NOW} FROM scsync_log
         WHERE tbl = ?1 AND key IS ?2 AND NOT EXISTS (SELECT 1 FROM scsync_log WHERE tbl = ?1 AND key IS ?2 AND at IS NOT NULL)
         LIMIT 1`,
        table,
        key,
      );
    }
    if (found !== undefined) addRecord(sql, entity, found.id, found.local);
    const written = found?.id ?? null;
    // In one step, since a key may be spelled as its id.
    sql.run(
      `UPDATE scsync_log SET key = iif(at IS NULL, ?, ?) WHERE tbl = ? AND key IS ?`,
      written,
      known ?? written,
      table,
      key,
    );
  }
}

/** The values that SQLite's `quote` wrote, with commas between them. */
function partsOf(key: string): SqlValue[] {
  return [...key.matchAll(/'((?:[^']|'')*)'|X'[0-9A-F]*'|[^,]+/g)].map(([part, text]): SqlValue => {
    if (text !== undefined && part.startsWith("'")) return text.replaceAll("''", "'");
    if (/^-?\d+$/.test(part)) return BigInt(part);
    return /^-?\d/.test(part) ? Number(part) : part;
  });
}

/** Several columns make a JSON array, which can hold no BLOB; exports name such a row. */
function fitForJson(entity: Entity): string[] {
  const columns = localColumns(entity);
  return columns.length === 1 ? [] : columns.map((column) => `typeof(t.${sqlName(column)}) <> 'blob'`);
}

/** The ids of the rows that a condition selects: that of their parent, or the array of their values. */
function keysOf(
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
