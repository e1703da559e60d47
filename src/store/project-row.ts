import type { ProjectCoordinates } from '../format/format.js';
import { sha256 } from '../record/json.js';
import type { Registry } from '../registry/entity.js';
import type { Sql } from './sql.js';
import { sqlName, sqlNames } from './sql-name.js';

/** Makes the row of a project where its schema has one, and it is missing; says whether it was. */
export function ensureProjectRow(sql: Sql, registry: Registry, project: string, now: number): boolean {
  const table = registry.scopeTable;
  if (table === undefined) return false;
  const isThere =
    sql.get(`SELECT 1 FROM ${sqlName(table.table)} WHERE ${sqlName(table.path)} = ?`, project) !== undefined;
  if (!isThere) projectCoordinates(sql, registry, project, { now });
  return !isThere;
}

/** What the project's coordinates are on this machine; makes the project's row when `create` says so. */
export function projectCoordinates(
  sql: Sql,
  registry: Registry,
  project: string,
  create?: { readonly now: number },
): ProjectCoordinates {
  const table = registry.scopeTable;
  if (table === undefined) return { project, scopeId: '' };
  const row = sql.get(
    `SELECT ${sqlName(table.id)} FROM ${sqlName(table.table)} WHERE ${sqlName(table.path)} = ?`,
    project,
  );
  if (row !== undefined) return { project, scopeId: String(row[0]) };
  const scopeId = `${table.idPrefix}${sha256(project).slice(0, 12)}`;
  if (create !== undefined) {
    const columns = [table.id, table.path, table.name, ...table.timestamps];
    sql.run(
      `INSERT INTO ${sqlName(table.table)} (${sqlNames(columns)}) VALUES (${columns.map(() => '?').join(', ')})`,
      scopeId,
      project,
      project.slice(project.lastIndexOf('/') + 1) || project,
      ...table.timestamps.map(() => create.now),
    );
  }
  return { project, scopeId };
}
