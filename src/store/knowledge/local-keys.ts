import type { Entity, Registry } from '../../registry/entity.js';
import type { SqlValue } from '../database.js';
import { isBag, isMapped, localColumns } from '../identity.js';
import type { Sql } from '../sql.js';
import { sqlName, sqlText } from '../sql-name.js';
import { matchBag, mustBeLookedAt } from './bags.js';
import { addRecord, keysOf, nameUnnamed } from './name-rows.js';
import { FORESEEN, NOW, RANDOM_DIGITS } from './triggers.js';

/** The local key of a row that goes, as the log has it, is put in the place of the id in none of our tables any more. */
const FORGET = `UPDATE scsync_records SET local = NULL WHERE type = ? AND local = ?`;

/**
 * Puts ids in the place of local keys in the change log, and gives one to each row that is new. A number that was handed out again is a new
 * record; a row that `REPLACE` wrote over itself is the same one.
 */
export function translateLog(sql: Sql, registry: Registry): void {
  for (const entity of registry.entities) {
    if (!isMapped(entity) || isBag(entity)) continue;
    if ('number' in entity.identity) translateNumbers(sql, entity);
    else translateKeys(sql, registry, entity);
  }
  // The rows of a bag are told apart by ids that they refer to, among others.
  for (const entity of registry.entities) {
    if (!isBag(entity)) continue;
    if (mustBeLookedAt(sql, entity)) nameReferred(sql, registry, entity);
    matchBag(sql, registry, entity);
  }
}

/** Of a table that was not watched until now no row has an id yet. */
function nameReferred(sql: Sql, registry: Registry, { synced }: Entity): void {
  const types = new Set(synced.flatMap(({ field }) => (field.kind === 'ref' ? [field.to] : [])));
  for (const entity of registry.entities)
    if (types.has(entity.type) && isMapped(entity) && !isBag(entity)) nameUnnamed(sql, registry, entity);
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
  sql.exec(
    `CREATE TEMP TABLE IF NOT EXISTS scsync_translated (key UNIQUE, written, gone); DELETE FROM temp.scsync_translated`,
  );
  for (const [key = null] of sql.all(`SELECT DISTINCT key FROM scsync_log WHERE tbl = ?`, table)) {
    const parts = isArray ? partsOf(String(key)) : [key];
    const known = sql.get(`SELECT id FROM scsync_records WHERE type = ?1 AND local = ${local}`, type, ...parts)?.[0];
    const [found] = keysOf(sql, registry, entity, row, parts);
    if (known !== undefined && known !== found?.id)
      sql.run(`UPDATE scsync_records SET local = NULL WHERE type = ? AND id = ?`, type, known);
    if (found !== undefined) addRecord(sql, entity, found.id, found.local);
    const written = found?.id ?? null;
    sql.run(`INSERT INTO temp.scsync_translated (key, written, gone) VALUES (?, ?, ?)`, key, written, known ?? written);
  }
  // The number of a parent may have been handed out anew, so that the same key is another record's.
  sql.run(
    `INSERT INTO scsync_log (tbl, key, scope, at)
     SELECT l.tbl, l.key, l.scope, ${NOW} FROM temp.scsync_translated k JOIN scsync_log l ON l.tbl = ? AND l.key IS k.key
     WHERE k.gone IS NOT k.written GROUP BY l.key HAVING count(l.at) = 0`,
    table,
  );
  // In one step, since a key may be spelled as the id of another.
  sql.run(
    `UPDATE scsync_log SET key = iif(at IS NULL, k.written, k.gone) FROM temp.scsync_translated k
     WHERE tbl = ? AND scsync_log.key IS k.key`,
    table,
  );
}

/** The values that SQLite's `quote` wrote, with commas between them. */
function partsOf(key: string): SqlValue[] {
  return [...key.matchAll(/'((?:[^']|'')*)'|X'[0-9A-F]*'|[^,]+/g)].map(([part, text]): SqlValue => {
    if (text !== undefined && part.startsWith("'")) return text.replaceAll("''", "'");
    if (/^-?\d+$/.test(part)) return BigInt(part);
    return /^-?\d/.test(part) ? Number(part) : part;
  });
}
