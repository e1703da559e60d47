import { lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { refuseLinkedFolder } from './file.js';
import { errorCode, withIoErrors } from './io-error.js';

/** The name of a project's export directory. */
export const EXPORT_FOLDER = '.savecontext';

/** The name of the export directory of a database of another program, which a registry in it describes. */
export const ADOPTED_FOLDER = '.sc-sync';

/** The export directory of a project: `<project>/.savecontext`. */
export function projectExportDir(projectPath: string): string {
  return join(projectPath, EXPORT_FOLDER);
}

/** The export directory that goes with a database and no project: the database's own folder. */
export function defaultExportDir(databasePath: string): string {
  return dirname(resolve(databasePath));
}

/** A path with its symbolic links resolved; as it is where nothing lies there (a path of another machine). */
export function resolvePath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * The path of an export directory with the symbolic links before it resolved. The path of a project may lead through links; the directory
 * itself must be none, since that may be part of what somebody committed, and lead to anywhere. Throws `refused`.
 */
export function exportDirectory(dir: string): string {
  const path = resolve(dir);
  const real = join(resolvePath(dirname(path)), basename(path));
  refuseLinkedFolder(real);
  return real;
}

/** A folder and all that it lies in, the nearest first. */
export function ancestors(from: string): string[] {
  const parent = dirname(from);
  return parent === from ? [from] : [from, ...ancestors(parent)];
}

/**
 * The root of the work tree of git that a folder lies in, symbolic links resolved: the nearest folder upwards with a `.git`, which nobody can
 * commit. Git itself would take a bare repository for one too, and that may be part of what somebody committed.
 */
export function workTreeOf(folder: string): string | undefined {
  return ancestors(resolvePath(resolve(folder))).find((each) => hasGit(each));
}

/** A linked work tree and a submodule have a file that names the git folder. A folder without a head is none that git takes. */
function hasGit(folder: string): boolean {
  const found = (...names: string[]): Stats | undefined => {
    // Under a file that stands where the folder should be there is nothing.
    if (!isFolder(folder)) return undefined;
    const path = join(folder, ...names);
    return withIoErrors(path, 'read', () => lstatSync(path, { throwIfNoEntry: false }));
  };
  return found('.git')?.isFile() === true || found('.git', 'HEAD') !== undefined;
}

/** For folders that nobody but their owner is to look into. */
export const OWNER_ONLY = 0o700;

/** Makes a folder with its parents; says whether it was missing. Throws `io`. */
export function makeFolder(dir: string, mode = 0o777): boolean {
  return withIoErrors(dir, 'create the folder', () => {
    // One by one: Node's own way to make parents too never ends where one can hold no folder, as `/proc/x` in `/proc`.
    const all = ancestors(resolve(dir));
    const missing = all.slice(0, all.findIndex(isFolder));
    for (const folder of missing.reverse()) makeOne(folder, mode);
    return missing.length > 0;
  });
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (errorCode(error) !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

/** Whether a path is a folder, or leads to one. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
