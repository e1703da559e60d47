import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { workTreeOf } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { gitFolder } from '../files/git-folder.js';
import { areFirm, attributesOf } from './attributes.js';
import { literally, pathInRepository } from './repository.js';
import { tryGit } from './run.js';

/**
 * Throws `refused` where the files of an export directory are not what git has of them: some are left out of the work tree, or git
 * changes their text on the way. What is not there would pass for what never was, and what git wrote for what somebody edited.
 */
export function requireCheckedOut(dir: string): void {
  const root = workTreeOf(dir);
  if (root === undefined) return;
  requireNoneLeftOut(root, pathInRepository({ root }, dir));
  requireUnchanged(root, dir);
}

/** A sparse checkout leaves files out, and says so in the index. */
function requireNoneLeftOut(root: string, folder: string): void {
  if (!existsSync(join(gitFolder(root), 'info/sparse-checkout'))) return;
  const listed = tryGit(['ls-files', '-t', '-z', '--', literally(folder)], { cwd: root }) ?? '';
  const out = listed
    .split('\0')
    .flatMap((entry) => (entry.startsWith('S ') ? [entry.slice(2)] : []))
    .filter((path) => !existsSync(join(root, path)));
  if (out.length === 0) return;
  throw new SyncError(
    'refused',
    'Nothing was changed: a sparse checkout of git leaves data files out of this work tree',
    {
      details: out,
      hint: `git sparse-checkout add ${folder} brings them`,
    },
  );
}

/** Attributes by which git writes another text than it has. Filters and line ends come back as they were. */
const CHANGING = ['ident', 'working-tree-encoding'] as const;

function requireUnchanged(root: string, dir: string): void {
  if (areFirm(root, dir)) return;
  const [found] = attributesOf(root, CHANGING, [pathInRepository({ root }, join(dir, 'any.jsonl'))]).filter(
    ({ value }) => value !== 'unspecified' && value !== 'unset',
  );
  if (found === undefined) return;
  throw new SyncError(
    'refused',
    `Nothing was changed: the git attribute ${found.name} changes the text of data files`,
    {
      hint: `run sc-sync init, which sets it aside in this clone; then remove the files in ${dir}, and take them again with git checkout`,
    },
  );
}
