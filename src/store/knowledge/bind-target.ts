import type { Sql } from '../sql.js';
import { forgetBases } from './base.js';
import { findTarget, forgetNote, forgetNotes } from './target.js';
import type { Target } from './target.js';

/** Binds a directory to a project as `plannedTarget` says; an existing binding is changed only if it names another project. */
export function bindTarget(sql: Sql, { id, dir, project }: Target): Target {
  const found = findTarget(sql, dir);
  if (found?.project === project) return found;
  return sql.transaction('immediate', () => {
    if (found !== undefined) forgetTarget(sql, found);
    if (id >= 0) {
      sql.run(`UPDATE scsync_targets SET dir = ? WHERE target = ?`, dir, id);
      forgetNote(sql, { id }, 'point');
    } else sql.run(`INSERT INTO scsync_targets (dir, project) VALUES (?, ?)`, dir, project);
    const target = findTarget(sql, dir);
    if (target === undefined) throw new Error('a target that was just written is not there');
    return target;
  });
}

/** Forgets a directory, which may belong to another project now: it has no base there. */
export function forgetTarget(sql: Sql, target: Target): void {
  forgetBases(sql, target.id);
  for (const table of ['scsync_files', 'scsync_targets']) {
    sql.run(`DELETE FROM ${table} WHERE target = ?`, target.id);
  }
  forgetNotes(sql, target);
}
