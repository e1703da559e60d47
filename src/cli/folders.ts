import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

import { EXPORT_FOLDER, ancestors, isFolder, resolvePath, workTreeOf } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { gitFolder } from '../git/repository.js';

/**
 * A path with its `~` for the home folder, which a shell puts in only at the beginning of a word: not in `--db=~/a.db`, and not in a
 * variable that a settings file sets.
 *
 * @throws SyncError `usage` for the home folder of somebody else, of which only a shell knows where it is
 */
export function atHome(path: string, home: string = homedir()): string {
  const [, user, rest = ''] = /^~([^/\\]*)(?:[/\\](.*))?$/s.exec(path) ?? [];
  if (user === undefined) return path;
  if (user === '') return join(home, rest);
  if (!/[/\\]/.test(path)) return path;
  throw new SyncError('usage', `Cannot read ${path}: the home folder of ${user} is not known here`, {
    hint: `write the whole path, or ./${path} for a folder of that name`,
  });
}

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
