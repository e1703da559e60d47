import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { withIoErrors } from '../files/io-error.js';
import { readPlain } from '../files/file.js';
import { commonGitFolder, gitFolder } from '../files/git-folder.js';
import { git, tryGit } from './run.js';

/** The branch that is checked out in a work tree, without `refs/heads/`; undefined where none is (a detached head). Throws `io`. */
export function branchOf(root: string): string | undefined {
  const name = /^ref: refs\/heads\/(.+)\n$/.exec(headFile(root))?.[1];
  if (name !== undefined && name !== IN_TABLES) return name;
  // What git calls the short name of a branch is another where a tag has that name too.
  return tryGit(['symbolic-ref', '--quiet', 'HEAD'], { cwd: root })?.replace(/^refs\/heads\//, '');
}

/** The commit that is checked out in a work tree without a branch. Throws `io`. */
export function detachedCommit(root: string): string {
  return COMMIT.exec(headFile(root))?.[1] ?? git(['rev-parse', 'HEAD'], { cwd: root }).trim();
}

/** The commit that is checked out, where files say it: refs may lie in tables too, or many in one file. Throws `io`. */
export function looseCommit(root: string): string | undefined {
  const text = headFile(root);
  const ref = /^ref: (refs\/heads\/.+)\n$/.exec(text)?.[1];
  const said = ref === undefined ? text : readPlain(join(commonGitFolder(root), ref))?.toString();
  return COMMIT.exec(said ?? '')?.[1];
}

const COMMIT = /^([0-9a-f]{40,})\n$/;

/** What the file says for old versions of git where refs lie in tables. */
const IN_TABLES = '.invalid';

/** To read this file takes a hundredth of what a process takes. A head may be a link, of which git knows more. */
function headFile(root: string): string {
  const path = join(gitFolder(root), 'HEAD');
  return withIoErrors(path, 'read', () =>
    lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, 'utf8') : '',
  );
}
