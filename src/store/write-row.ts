import { columnOf } from '../registry/field.js';
import type { Entity, Registry } from '../registry/entity.js';
import { isRowOf, valueOfReference } from './identity.js';
import { forgetHeld } from './knowledge/bags.js';
import { refersTo, rowsOf } from './row-source.js';
import type { Sql } from './sql.js';
import { sqlName } from './sql-name.js';

/** Puts a reference into a row that has none. */
export function setReference(
  sql: Sql,
  registry: Registry,
  entity: Entity,
  name: string,
  target: string,
  id: string,
): void {
  const field = entity.fields[name];
  const column = sqlName((field && columnOf(name, field)) ?? name);
  const value = field?.kind === 'ref' ? valueOfReference(registry, field, '?1') : '?1';
  forgetHeld(sql, entity, 'SELECT ?', id);
  sql.run(
    `UPDATE ${sqlName(entity.table)} AS t SET ${column} = ${value} WHERE ${isRowOf(entity, '?2')} AND t.${column} IS NULL`,
    target,
    id,
  );
}

/** Clears the references of an entity's rows to a record. */
export function clearReferences(sql: Sql, registry: Registry, entity: Entity, name: string, target: string): void {
  const field = entity.fields[name];
  const column = sqlName((field && columnOf(name, field)) ?? name);
  const value = field?.kind === 'ref' ? valueOfReference(registry, field, '?1') : '?1';
  const referring = `SELECT t.${sqlName(entity.key)} FROM ${rowsOf(registry, entity)} t WHERE ${refersTo(registry, entity, name, '?1')}`;
  forgetHeld(sql, entity, referring, target);
  sql.run(`UPDATE ${sqlName(entity.table)} SET ${column} = NULL WHERE ${column} = ${value}`, target);
}

/** Sets a text of a row. */
export function setText(sql: Sql, entity: Entity, name: string, text: string, id: string): void {
  const field = entity.fields[name];
  const column = sqlName((field && columnOf(name, field)) ?? name);
  sql.run(`UPDATE ${sqlName(entity.table)} AS t SET ${column} = ?1 WHERE ${isRowOf(entity, '?2')}`, text, id);
}

/** Deletes a row. Its number is its own until the change log says that it is gone. */
export function deleteRow(sql: Sql, entity: Entity, id: string): void {
  sql.run(`DELETE FROM ${sqlName(entity.table)} AS t WHERE ${isRowOf(entity, '?1')}`, id);
}
