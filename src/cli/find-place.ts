import { basename, dirname, join } from 'node:path';

import { SyncError } from '../errors.js';
import { exportDirectory, resolvePath } from '../files/directory.js';
import type { Registry } from '../registry/entity.js';
import type { Store } from '../savecontext/store.js';
import { findProject } from '../sync/project.js';
import type { Folders } from './folders.js';
import { requireProject } from './required-project.js';

/** A project in the database, and the export directory of its files. */
export interface Place {
  /** The path that the project's rows have, symbolic links resolved. */
  readonly projectPath: string;
  readonly dir: string;
}

/** What says which project it is. */
export interface PlaceContext {
  readonly folders: Folders;
  /** The path that was given with `--project`. */
  readonly project: string | undefined;
  /** Whether all of the database is one project. */
  readonly isOneProject: boolean;
  readonly store: () => Store<Registry>;
  /** The call that makes a project of a path; undefined where this one makes it. */
  readonly hintToMake: (path: string) => string | undefined;
}

/**
 * The project and its export directory, with what was taken that the folder does not say. Throws `not_found` for a project that was named and is
 * not in the database, unless it is to be made.
 */
export function findPlace(context: PlaceContext): { readonly place: Place; readonly choice?: string } {
  const { folders, project, isOneProject, store, hintToMake } = context;
  const dir = exportDirectory(folders.dir);
  if (isOneProject) {
    if (project === undefined) return { place: { projectPath: dirname(dir), dir } };
    throw new SyncError('usage', `Cannot take --project: all of the database belongs to ${dir}`);
  }
  if (project === '') throw new SyncError('usage', '--project needs a path');
  if (project === undefined) {
    const { path, ...choice } = projectOf(dir, folders, store());
    return { place: { projectPath: resolvePath(path), dir }, ...choice };
  }
  const projectPath = resolvePath(project);
  const hint = hintToMake(projectPath);
  if (hint !== undefined && projectPath !== dirname(dir)) requireProject(store(), projectPath, hint);
  return { place: { projectPath, dir } };
}

/** A linked work tree has the project of its main work tree, unless it was used with another one before. */
function projectOf(
  dir: string,
  { main }: Folders,
  store: Store<Registry>,
): { readonly path: string; readonly choice?: string } {
  const { by, project: path } = findProject(store, dir);
  if (by === 'records')
    return { path, choice: `the records in ${dir} belong to the project ${path}, so that one is used` };
  if (by === 'bound' || main === undefined) return { path };
  const { project } = findProject(store, join(main, basename(dir)));
  return {
    path: project,
    choice: `this is a linked work tree of git, so the project of its main work tree is used: ${project}`,
  };
}
