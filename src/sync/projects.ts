import { join } from 'node:path';

import { fileExists, fileSize } from '../files/file.js';
import { fileNames } from '../format/line-key.js';
import { compareUtf8 } from '../record/order.js';
import { isOneProject } from '../registry/entity.js';
import { listTargets } from '../store/knowledge/target.js';
import { project as projectSql } from '../store/knowledge/triggers.js';
import type { SyncStore } from '../store/store.js';
import { sqlName } from '../store/sql-name.js';
import { rowsOf } from '../store/row-source.js';

/** A project of a database. */
export interface ProjectCount {
  readonly path: string;
  /** How many records it has. */
  readonly records: number;
}

/** The projects of a database, in the order of their paths: those that have a row, a record or an export directory. */
export function listProjects({ sql, registry }: SyncStore): ProjectCount[] {
  if (isOneProject(registry)) return [];
  const counts = new Map<string, number>();
  const add = (path: unknown, records: number): void => {
    if (typeof path === 'string') counts.set(path, (counts.get(path) ?? 0) + records);
  };
  const { scopeTable, entities } = registry;
  const rows =
    scopeTable === undefined ? [] : sql.all(`SELECT ${sqlName(scopeTable.path)} FROM ${sqlName(scopeTable.table)}`);
  for (const [path] of rows) add(path, 0);
  for (const { project } of listTargets(sql)) add(project, 0);
  for (const entity of entities) {
    const found = sql.all(
      `SELECT ${projectSql(registry, entity, 't')}, count(*) FROM ${rowsOf(registry, entity)} t GROUP BY 1`,
    );
    for (const [path, records] of found) add(path, Number(records));
  }
  return [...counts].map(([path, records]) => ({ path, records })).sort((a, b) => compareUtf8(a.path, b.path));
}

/** Whether a project has neither a record in the database nor a line in its files. */
export function isEmptyProject(
  store: SyncStore,
  { projectPath, dir }: { readonly projectPath: string; readonly dir: string },
): boolean {
  const { sql, registry } = store;
  const hasLines = fileNames(registry).some((name) => fileExists(join(dir, name)) && fileSize(join(dir, name)) > 0);
  const hasRows = registry.entities.some((entity) => {
    const isOfProject = `${projectSql(registry, entity, 't')} = ?`;
    return (
      sql.get(
        `SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE ${isOfProject} LIMIT 1`,
        store.projectAt(projectPath),
      ) !== undefined
    );
  });
  return !hasLines && !hasRows;
}
