import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

import { EXPORT_FOLDER, ancestors, resolvePath, workTreeOf } from '../directory.js';
import { gitFolder } from '../git/repository.js';

/** Where the command line stands. */
export interface Folders {
  /** The folder that holds the export directory. */
  readonly folder: string;
  /** The folder of the main work tree that it stands for, in a linked work tree of git. */
  readonly main: string | undefined;
}

/**
 * Finds the project's folder: the nearest one upwards that has an export directory, else the root of the git work tree, else
 * the given one. Runs no git. The home folder's own `.savecontext` holds the default database, and makes no project of
 * all that lies below it.
 */
export function findFolders(from: string, home: string = homedir()): Folders {
  const workTree = workTreeOf(from);
  const nearest = ancestors(from).find(
    (folder) => resolvePath(folder) !== resolvePath(home) && isFolder(join(folder, EXPORT_FOLDER)),
  );
  const folder = nearest ?? workTree ?? from;
  return { folder, main: workTree === undefined ? undefined : folderInMain(workTree, folder) };
}

/** The folder of the main work tree that has the place of a folder in a linked one. */
function folderInMain(workTree: string, folder: string): string | undefined {
  const inWorkTree = relative(workTree, folder);
  if (inWorkTree.startsWith('..')) return undefined;
  const main = mainWorkTree(workTree);
  return main === undefined ? undefined : join(main, inWorkTree);
}

/** In a linked work tree `.git` is a file that names `<main>/.git/worktrees/<name>`; a bare repository has no main work tree. */
function mainWorkTree(workTree: string): string | undefined {
  const folder = gitFolder(workTree);
  if (!/[\\/]worktrees[\\/][^\\/]+[\\/]?$/.test(folder)) return undefined;
  const common = dirname(dirname(folder));
  return basename(common) === '.git' ? dirname(common) : undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
