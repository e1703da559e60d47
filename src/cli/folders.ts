import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

import {
  ADOPTED_FOLDER,
  EXPORT_FOLDER,
  ancestors,
  isFolder,
  projectExportDir,
  resolvePath,
  workTreeOf,
} from '../files/directory.js';
import { REGISTRY_FILE } from '../files/registry-file.js';
import { SyncError } from '../errors.js';
import { gitFolder } from '../files/git-folder.js';

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
  /** The export directory. */
  readonly dir: string;
  /** The folder of the main work tree that it stands for, in a linked work tree of git. */
  readonly main: string | undefined;
}

/** The export directories that a folder may have: that of SaveContext, and that of another program's database, with its registry. */
function exportDirectoryIn(folder: string): string | undefined {
  const own = join(folder, EXPORT_FOLDER);
  if (isFolder(own)) return own;
  const adopted = join(folder, ADOPTED_FOLDER);
  return isFolder(adopted) && existsSync(join(adopted, REGISTRY_FILE)) ? adopted : undefined;
}

/**
 * Finds the project's folder: that of the given export directory, else the nearest one upwards that has one, else the root of the git work
 * tree, else the folder itself. Runs no git. The home folder's own `.savecontext` holds the default database, and makes no project of
 * all that lies below it.
 */
export function findFolders(from: string, given?: string, home: string = homedir()): Folders {
  const workTree = workTreeOf(from);
  const nearest = ancestors(from).find(
    (folder) => resolvePath(folder) !== resolvePath(home) && exportDirectoryIn(folder) !== undefined,
  );
  const folder = given === undefined ? (nearest ?? workTree ?? from) : dirname(given);
  const dir = given ?? exportDirectoryIn(folder) ?? projectExportDir(folder);
  return { folder, dir, main: workTree === undefined ? undefined : folderInMain(workTree, folder) };
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

/** The folder in which the registry of another program's database lies, or is to lie, where nobody named one. */
export function adoptionFolder({ dir, folder }: Folders): string {
  return basename(dir) === EXPORT_FOLDER ? join(folder, ADOPTED_FOLDER) : dir;
}
