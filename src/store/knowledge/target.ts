import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { digestFile } from '../../files/file-bytes.js';
import type { PathForm } from '../../record/version.js';
import { readMeta, writeMeta } from './meta.js';
import type { SqlValue } from '../database.js';
import type { Sql } from '../sql.js';

/** An export directory together with the project whose records it holds. */
export interface Target {
  readonly id: number;
  /** The directory, symbolic links resolved. */
  readonly dir: string;
  /** The project's path in the database. */
  readonly project: string;
  /** Every change up to this number was looked at. */
  readonly exportedThrough: number;
  /** The form in which the last export wrote coordinates; undefined before the first one. */
  readonly form: PathForm | undefined;
}

/** The target of a directory, or undefined when the database has never seen it. */
export function findTarget(sql: Sql, dir: string): Target | undefined {
  const row = sql.get(`SELECT target, project, exported_through, form FROM scsync_targets WHERE dir = ?`, dir);
  if (row === undefined) return undefined;
  const [id, project, through, form] = row;
  return {
    id: Number(id),
    dir,
    project: String(project),
    exportedThrough: Number(through),
    form: form === 'portable' || form === 'absolute' ? form : undefined,
  };
}

/** Every target that the database knows, in the order of their projects. */
export function listTargets(sql: Sql): Pick<Target, 'dir' | 'project'>[] {
  return sql
    .all(`SELECT dir, project FROM scsync_targets ORDER BY project, dir`)
    .map(([dir, project]) => ({ dir: String(dir), project: String(project) }));
}

/** The target as a first use would bind it, for looking without changing anything. */
export function plannedTarget(sql: Sql, dir: string, project: string): Target {
  const found = findTarget(sql, dir) ?? movedTarget(sql, dir, project);
  return found?.project === project ? { ...found, dir } : { id: -1, dir, project, exportedThrough: 0, form: undefined };
}

/**
 * The target that a directory was before somebody moved it here, or a folder above it: the one of its project in a directory that has its
 * files no more (git leaves ignored ones behind), and of which a file lies here as it was agreed on.
 */
function movedTarget(sql: Sql, dir: string, project: string): Target | undefined {
  const moved = emptiedTargets(sql, project).filter(({ id }) =>
    sql
      .all(`SELECT name, hash FROM scsync_files WHERE target = ?`, id)
      .some(([name, hash]) => digestFile(join(dir, String(name)))?.hash === hash),
  );
  const [only, ...others] = moved;
  return only === undefined || others.length > 0 ? undefined : findTarget(sql, only.dir);
}

/** Whether a target is still bound to the directory that it was before somebody moved it. */
export function isMoved(sql: Sql, { id, dir }: Target): boolean {
  return id >= 0 && findTarget(sql, dir)?.id !== id;
}

/** The directories of a project that have the files no more that they were synced with. */
export function emptiedTargets(sql: Sql, project: string): { readonly id: SqlValue; readonly dir: string }[] {
  return sql
    .all(`SELECT target, dir FROM scsync_targets WHERE project = ?`, project)
    .map(([id, dir]) => ({ id: id ?? null, dir: String(dir) }))
    .filter(({ id, dir }) => !namesOfFiles(sql, id).some((name) => existsSync(join(dir, name))));
}

function namesOfFiles(sql: Sql, target: SqlValue): string[] {
  return sql.all(`SELECT name FROM scsync_files WHERE target = ?`, target).map(([name]) => String(name));
}

/**
 * What is remembered of a target beside its records: the `point` of the files' history at which database and files last agreed, and the
 * `private rules` that the last export went by.
 */
const NOTES = ['point', 'private rules'] as const;
type Note = (typeof NOTES)[number];

/** What is remembered of a target; undefined before it was. */
export function readNote(sql: Sql, target: Target, note: Note): string | undefined {
  return readMeta(sql, noteName(target, note));
}

/** Remembers something of a target. */
export function writeNote(sql: Sql, target: Target, note: Note, value: string): void {
  writeMeta(sql, noteName(target, note), value);
}

/** Forgets one thing that is remembered of a target. */
export function forgetNote(sql: Sql, target: Pick<Target, 'id'>, note: Note): void {
  sql.run(`DELETE FROM scsync_meta WHERE name = ?`, noteName(target, note));
}

function noteName({ id }: Pick<Target, 'id'>, note: Note): string {
  return `${note} of target ${id}`;
}

/** Forgets all that is remembered of a target beside its records. */
export function forgetNotes(sql: Sql, target: Target): void {
  for (const note of NOTES) forgetNote(sql, target, note);
}

/** Remembers the form in which coordinates were written. */
export function writeForm(sql: Sql, target: Target, form: PathForm): void {
  sql.run(`UPDATE scsync_targets SET form = ?1 WHERE target = ?2 AND form IS NOT ?1`, form, target.id);
}
