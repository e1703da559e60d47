import { quote, sha256 } from '../../record/json.js';
import { WHOLE_DATABASE } from '../../registry/entity.js';
import { columnOf } from '../../registry/field.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { readStored, storedColumn } from '../columns.js';
import type { SqlValue } from '../database.js';
import { idOfReference, isBag, localColumns } from '../identity.js';
import type { Sql } from '../sql.js';
import { sqlName, sqlText } from '../sql-name.js';
import { readMeta, writeMeta } from './meta.js';
import { NOW, isWatched } from './triggers.js';

/**
 * Rows of tables without a key. Nothing names such a row for good: `VACUUM`, or a migration that makes the table anew, gives it another
 * number. So a record is found again by what its row held when it was last looked at, and a row that holds something else is another record.
 * Of equal rows nobody can say which is which, and nobody has to.
 */

/** What was true when the rows of a type were last looked at. */
interface LastLook {
  /** SQLite counts this up whenever rows may have got other numbers: by `VACUUM`, or where a table is made anew. */
  readonly schema: number;
  /** The fields that rows were told apart by. */
  readonly fields: readonly string[];
}

/** Whether rows of a table without a key may have other numbers than they had. */
export function mayBeRenumbered(sql: Sql, { entities }: Registry): boolean {
  return entities.some((entity) => isBag(entity) && mustBeLookedAt(sql, entity));
}

/** Whether rows may have other numbers than they had, or are told apart by other fields. */
export function mustBeLookedAt(sql: Sql, entity: Entity): boolean {
  const last = lastLook(sql, entity);
  return last?.schema !== schemaVersion(sql) || !isSame(last.fields, comparedFields(entity));
}

/**
 * Finds out which row is which record now, and logs the records that came and those that went. A row that went while no trigger watched is no
 * deletion: it comes back from the files, as one of any other table does.
 */
export function matchBag(sql: Sql, registry: Registry, entity: Entity): void {
  const [count, changed = null] =
    sql.get(`SELECT count(*), max(changed) FROM scsync_log WHERE tbl = ? AND key IS NULL`, entity.table) ?? [];
  if (count === 0n && !mustBeLookedAt(sql, entity)) return;
  const now: LastLook = { schema: schemaVersion(sql), fields: comparedFields(entity) };
  const last = lastLook(sql, entity) ?? now;
  sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_bag (local INTEGER PRIMARY KEY, holds TEXT NOT NULL, id TEXT);
    CREATE INDEX IF NOT EXISTS temp.scsync_bag_id ON scsync_bag (id)`);
  const isTold = last.fields.every((name) => now.fields.includes(name));
  // Where nobody can tell any more what rows held, their numbers must do.
  if (!isTold) sql.run(`UPDATE scsync_records SET holds = NULL WHERE type = ? AND local IS NOT NULL`, entity.type);
  look(sql, registry, entity, isTold ? last.fields : now.fields);
  pair(sql, entity);
  nameNew(sql, entity, changed);
  forgetGone(sql, entity, changed);
  keepPairs(sql, entity);
  if (isTold && !isSame(last.fields, now.fields)) compareAnew(sql, registry, entity, now.fields);
  writeMeta(sql, noteOf(entity), JSON.stringify(now));
}

/** Puts every row with a digest of what it holds into the temporary table. Nulls are left out, so that a new column changes nothing by itself. */
function look(sql: Sql, registry: Registry, entity: Entity, fields: readonly string[]): void {
  const { encoding } = sql;
  const [number = ''] = localColumns(entity);
  const columns = fields.map((name) => {
    const field = entity.fields[name];
    const column = `t.${sqlName((field && columnOf(name, field)) ?? name)}`;
    return storedColumn(field?.kind === 'ref' ? idOfReference(registry, field, column) : column, encoding);
  });
  const local = `t.${sqlName(number)}`;
  sql.exec(`DELETE FROM temp.scsync_bag`);
  for (let after: bigint | undefined; ;) {
    const rows = sql.all(
      `SELECT ${[local, ...columns].join(', ')} FROM ${sqlName(entity.table)} t
       ${after === undefined ? '' : `WHERE ${local} > ?`} ORDER BY ${local} LIMIT ${PAGE}`,
      ...(after === undefined ? [] : [after]),
    );
    for (const [key, ...values] of rows) {
      after = key as bigint;
      const held = values.flatMap((value, index) => {
        const token = readStored(value, encoding) ?? 'null';
        return token === 'null' ? [] : [`${quote(fields[index] ?? '')}:${token}`];
      });
      sql.run(`INSERT INTO temp.scsync_bag (local, holds) VALUES (?, ?)`, after, digestOf(entity, held));
    }
    if (rows.length < PAGE) return;
  }
}

const PAGE = 500;

function digestOf({ type }: Entity, held: readonly string[]): string {
  return sha256(`[${quote(type)},{${[...held].sort().join(',')}}]`).slice(0, 24);
}

/** Says of each row whose record it is: of equal ones in any order. What an import or an edit wrote is found by its number. */
function pair(sql: Sql, { type }: Entity): void {
  sql.run(
    `UPDATE scsync_records SET holds = (SELECT b.holds FROM temp.scsync_bag b WHERE b.local = scsync_records.local)
     WHERE type = ? AND local IS NOT NULL AND holds IS NULL`,
    type,
  );
  sql.run(
    `UPDATE temp.scsync_bag SET id = r.id
     FROM (SELECT local, row_number() OVER (PARTITION BY holds ORDER BY local) AS place FROM temp.scsync_bag) b,
       (SELECT id, holds, row_number() OVER (PARTITION BY holds ORDER BY id) AS place
        FROM scsync_records WHERE type = ? AND holds IS NOT NULL) r
     WHERE b.local = scsync_bag.local AND r.holds = scsync_bag.holds AND r.place = b.place`,
    type,
  );
}

/** Names the other rows by what they hold, so that every database comes to the same names, and logs them. */
function nameNew(sql: Sql, { type, table }: Entity, changed: SqlValue): void {
  const counts = new Map<string, number>();
  for (const [local = null, value] of sql.all(
    `SELECT local, holds FROM temp.scsync_bag WHERE id IS NULL ORDER BY local`,
  )) {
    const holds = String(value);
    let id: string;
    do {
      const place = (counts.get(holds) ?? 0) + 1;
      counts.set(holds, place);
      id = place === 1 ? holds : `${holds}~${place}`;
    } while (sql.get(`SELECT 1 FROM temp.scsync_bag WHERE id = ?`, id) !== undefined);
    sql.run(`UPDATE temp.scsync_bag SET id = ? WHERE local = ?`, id, local);
    sql.run(`INSERT INTO scsync_records (type, id) VALUES (?, ?) ON CONFLICT DO NOTHING`, type, id);
    logRecord(sql, table, id, { changed });
  }
}

/** A record whose row is gone has no number any more. */
function forgetGone(sql: Sql, entity: Entity, changed: SqlValue): void {
  const { type, table } = entity;
  const gone = sql.all(
    `SELECT r.id FROM scsync_records r WHERE r.type = ? AND r.holds IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM temp.scsync_bag b WHERE b.id = r.id)`,
    type,
  );
  const isDeletion = isWatched(sql, entity);
  const at = changed ?? sql.get(`SELECT ${NOW}`)?.[0] ?? null;
  for (const [id] of gone) {
    if (isDeletion) logRecord(sql, table, String(id), { at });
    sql.run(`UPDATE scsync_records SET local = NULL, holds = NULL WHERE type = ? AND id = ?`, type, String(id));
  }
}

/** Keeps the number and the digest of each record's row. Two may have traded numbers. */
function keepPairs(sql: Sql, { type }: Entity): void {
  const row = `FROM temp.scsync_bag b WHERE b.id = scsync_records.id`;
  sql.run(
    `UPDATE scsync_records SET local = NULL WHERE type = ? AND local IS NOT NULL AND local IS NOT (SELECT b.local ${row})`,
    type,
  );
  sql.run(
    `UPDATE scsync_records SET local = b.local, holds = b.holds FROM temp.scsync_bag b
     WHERE b.id = scsync_records.id AND type = ? AND (scsync_records.local IS NULL OR scsync_records.holds IS NOT b.holds)`,
    type,
  );
}

/** From now on rows are told apart by other fields. What one of them says is new in the line. */
function compareAnew(sql: Sql, registry: Registry, entity: Entity, fields: readonly string[]): void {
  const { type, table } = entity;
  look(sql, registry, entity, fields);
  const other = sql.all(
    `SELECT r.id, b.holds FROM temp.scsync_bag b JOIN scsync_records r ON r.type = ? AND r.local = b.local WHERE r.holds IS NOT b.holds`,
    type,
  );
  for (const [id, holds = null] of other) {
    sql.run(`UPDATE scsync_records SET holds = ? WHERE type = ? AND id = ?`, holds, type, String(id));
    logRecord(sql, table, String(id), {});
  }
}

/** Rows of records were written by their ids, which a SELECT names: they stay those records, whatever they hold now. */
export function forgetHeld(sql: Sql, entity: Entity, ids: string, ...parameters: readonly SqlValue[]): void {
  if (!isBag(entity)) return;
  sql.run(
    `UPDATE scsync_records SET holds = NULL WHERE type = ${sqlText(entity.type)} AND id IN (${ids})`,
    ...parameters,
  );
}

function logRecord(
  sql: Sql,
  table: string,
  id: string,
  { at = null, changed = null }: { readonly at?: SqlValue; readonly changed?: SqlValue },
): void {
  sql.run(
    `INSERT INTO scsync_log (tbl, key, scope, at, changed) VALUES (?, ?, ?, ?, ?)`,
    ...[table, id, WHOLE_DATABASE, at, changed],
  );
}

/** The fields that a row is told from others by: those that its own columns hold. */
function comparedFields({ synced }: Entity): string[] {
  return synced.flatMap(({ name, field }) => (columnOf(name, field) === undefined ? [] : [name])).sort();
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, index) => name === others[index]);
}

function schemaVersion(sql: Sql): number {
  return Number(sql.get('PRAGMA schema_version')?.[0]);
}

function noteOf({ type }: Entity): string {
  return `bag:${type}`;
}

function lastLook(sql: Sql, entity: Entity): LastLook | undefined {
  const note = readMeta(sql, noteOf(entity));
  return note === undefined ? undefined : (JSON.parse(note) as LastLook);
}
