import type { Entity, Registry } from '../registry/entity.js';
import { isBag, isMapped, isRowOf, joinLocal, numberColumn, numberField, valueOfReference } from './identity.js';
import type { Sql } from './sql.js';
import { sqlName, sqlText } from './sql-name.js';

/** A record that got another number than it has elsewhere. */
export interface Renumbered {
  readonly id: string;
  readonly number: bigint;
}

/** From here on numbers are not counted up: after the greatest one there is none, and a table that counts would take no row any more. */
const ENDLESS = 2n ** 62n;

/** SQL for the number that a text is, if it is one that a row may get. */
function numberIn(text: string): string {
  const number = `CAST(${text} AS INTEGER)`;
  return `iif(CAST(${number} AS TEXT) = ${text} AND ${number} < ${ENDLESS}, ${number}, NULL)`;
}

/**
 * Gives numbers to the new rows that wait in a table `staged`, as its column `local`: each the one that it had where it was made, where that
 * is free, else the next one. Gives those that got another.
 */
export function handOutNumbers(sql: Sql, entity: Entity, staged: string): Renumbered[] {
  const { type } = entity;
  const column = numberColumn(entity);
  if (column === undefined) return [];
  const [table, number] = [sqlName(entity.table), sqlName(column)];
  const field = numberField(entity);
  const wanted =
    isMapped(entity) && !isBag(entity)
      ? numberIn(`substr(s.id, 1, instr(s.id, '~') - 1)`)
      : field === undefined
        ? 'NULL'
        : `iif(s.v${field.index} < ${ENDLESS}, s.v${field.index}, NULL)`;
  const known = `q.type = ${sqlText(type)} AND q.local`;
  sql.run(
    `UPDATE ${staged} AS w SET local = f.wanted FROM (
       SELECT s.id, ${wanted} AS wanted, row_number() OVER (PARTITION BY ${wanted} ORDER BY s.rowid) AS place
       FROM ${staged} s WHERE s.is_new = 1) f
     WHERE f.id = w.id AND f.place = 1 AND f.wanted IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM ${table} t WHERE t.${number} = f.wanted)
       AND NOT EXISTS (SELECT 1 FROM scsync_records q WHERE ${known} = f.wanted)`,
  );
  const last = [
    `(SELECT coalesce(max(${number}), 0) FROM ${table} WHERE ${number} < ${ENDLESS})`,
    `(SELECT coalesce(max(q.local), 0) FROM scsync_records q WHERE ${known} < ${ENDLESS})`,
    `(SELECT coalesce(max(s.local), 0) FROM ${staged} s)`,
  ].join(', ');
  const waiting = `FROM ${staged} s WHERE s.is_new = 1 AND s.local IS NULL`;
  const others = sql.all(
    `SELECT s.id, max(${last}) + row_number() OVER (ORDER BY s.rowid), ${wanted} IS NOT NULL ${waiting}`,
  );
  for (const [id = null, local = null] of others) sql.run(`UPDATE ${staged} SET local = ? WHERE id = ?`, local, id);
  const kept = isMapped(entity) ? 's.local, NULL' : `NULL, iif(s.local = ${wanted}, NULL, ${wanted})`;
  sql.run(
    `INSERT INTO scsync_records (type, id, local, number) SELECT ?, s.id, ${kept} FROM ${staged} s WHERE s.is_new = 1
     ON CONFLICT (type, id) DO UPDATE SET local = excluded.local, number = excluded.number`,
    type,
  );
  return others.flatMap(([id, local, isAnother]) =>
    isAnother === 1n ? [{ id: String(id), number: local as bigint }] : [],
  );
}

/**
 * Keeps what lines say of the numbers of rows that are there, all or that of one record: a row keeps its own number, and a line the one that
 * came. Nothing is kept where both are the same.
 */
export function rememberNumbers(sql: Sql, entity: Entity, staged: string, id?: string): void {
  const field = numberField(entity);
  if (field === undefined || !('number' in entity.identity)) return;
  const came = `s.v${field.index}`;
  sql.run(
    `INSERT INTO scsync_records (type, id, number)
     SELECT ?1, s.id, iif(t.${sqlName(entity.identity.number)} IS ${came}, NULL, ${came})
     FROM ${staged} s JOIN ${sqlName(entity.table)} t ON ${isRowOf(entity, 's.id')}
     WHERE s.is_new = 0 AND s.id = coalesce(?2, s.id)
     ON CONFLICT (type, id) DO UPDATE SET number = excluded.number`,
    entity.type,
    id ?? null,
  );
}

/** Puts the local keys of rows that are there beside what waits to be written into them. */
export function rememberLocal(sql: Sql, { type }: Entity, staged: string): void {
  sql.run(
    `UPDATE ${staged} SET local = (SELECT q.local FROM scsync_records q WHERE q.type = ? AND q.id = ${staged}.id) WHERE is_new = 0`,
    type,
  );
}

/** Takes the local key from a record that has no row, or none any more: it may be handed out anew. */
export function forgetKey(sql: Sql, entity: Entity, id: string): void {
  if (!isMapped(entity)) return;
  const row = `SELECT 1 FROM ${sqlName(entity.table)} t WHERE ${joinLocal(entity, 't', 'scsync_records')}`;
  sql.run(`UPDATE scsync_records SET local = NULL WHERE type = ? AND id = ? AND NOT EXISTS (${row})`, entity.type, id);
}

/** Remembers the keys of rows that were just inserted, where they follow from their columns. */
export function rememberKeys(sql: Sql, registry: Registry, entity: Entity, staged: string): void {
  const { identity, type } = entity;
  if (!('columns' in identity || 'of' in identity)) return;
  const parts =
    'of' in identity
      ? [valueOfReference(registry, { kind: 'ref', role: 'core', nullable: false, to: identity.of }, 's.id')]
      : identity.columns.map((name) => {
          const field = entity.fields[name];
          const place = `s.v${String(entity.indexOf.get(name))}`;
          return field?.kind === 'ref' ? valueOfReference(registry, field, place) : place;
        });
  const value = parts.length === 1 ? parts.join('') : `json_array(${parts.join(', ')})`;
  sql.run(
    `INSERT INTO scsync_records (type, id, local) SELECT ?, s.id, ${value} FROM ${staged} s WHERE s.is_new = 1
     ON CONFLICT (type, id) DO UPDATE SET local = excluded.local`,
    type,
  );
}
