import { join, relative, sep } from 'node:path';

import { sha256 } from '../record/json.js';
import { workTreeOf } from './directory.js';
import { commonGitFolder } from './git-folder.js';

/** What this package keeps in the git folder that all work trees of a clone share: there no `git clean` takes it. */
const OWN_FOLDER = 'sc-sync';

/**
 * The folder in which lost values of data files wait in a clone.
 *
 * @param common the git folder that all work trees of the clone share.
 * @param folder the path of an export directory in the repository; undefined for files of other programs.
 */
export function lostValueFolder(common: string, folder: string | undefined): string {
  const own = join(common, OWN_FOLDER);
  return folder === undefined ? own : join(own, shortHash(folder));
}

/**
 * The folder in which lost values of an export directory wait in its clone; undefined outside of one.
 *
 * @param root the work tree of the directory, which may be gone itself.
 */
export function lostValueFolderOf(dir: string, root = workTreeOf(dir)): string | undefined {
  if (root === undefined) return undefined;
  const folder = relative(root, dir);
  return lostValueFolder(commonGitFolder(root), folder === '' ? '.' : folder.split(sep).join('/'));
}

/** Tells what was left from one work tree from what was left from others. */
export function workTreeMark(workTree: string): string {
  return shortHash(workTree);
}

function shortHash(text: string): string {
  return sha256(text).slice(0, 16);
}
