import { existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { makeFolder, resolvePath } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { fileExists } from '../files/file.js';
import { commonGitFolder } from '../files/git-folder.js';
import { lostValueFolderOf, workTreeMark } from '../files/lost-value-folder.js';
import { markedLostValues, removeLostValue } from '../files/lost-values.js';
import type { Registry } from '../registry/entity.js';
import { driverCommand, driverName } from './driver-command.js';
import { detachedCommit } from './head.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { resolveFolder } from './resolve.js';
import { NO_MAINTENANCE, git, gitFailed, runGit, runWithLockRetry } from './run.js';
import { readWays, requirePlain } from './trees.js';

/** Two commits that are to become one. */
export interface MergeOfTwo {
  readonly repository: Repository;
  readonly registry: Registry;
  /** The export directory. */
  readonly dir: string;
  readonly head: string;
  readonly theirs: string;
  readonly message: string;
  /** Who commits. */
  readonly env: Readonly<Record<string, string>>;
}

/** A commit that has both. */
export interface MergeResult {
  readonly commit: string;
  /** The files with what lost in it, which wait for the next import. */
  readonly lostValues: readonly string[];
}

/** Hooks of the user expect a work tree with files in it. */
const SETTINGS = ['core.hooksPath=/dev/null', 'submodule.recurse=false', ...NO_MAINTENANCE];

/** What the names of temporary work trees begin with, and after how many milliseconds one is left over from a process that was killed. */
const PREFIX = 'sc-sync-merge-';
const STALE = 3_600_000;
/** A list of files that a merge may replace lies beside each. */
const EXCLUDES = '.excludes';

/**
 * Removes what killed processes left. Anybody may put something of such a name into the temporary folder, so only a folder counts that git
 * itself lists as a work tree of this repository.
 */
export function removeStaleTrees({ root: cwd }: Repository): void {
  // Most clones have no other work tree, and no such folder.
  if (!existsSync(join(commonGitFolder(cwd), 'worktrees'))) return;
  const before = Date.now() - STALE;
  const trees = git(['worktree', 'list', '--porcelain'], { cwd })
    .split('\n')
    .flatMap((line) => (line.startsWith(TREE) ? [line.slice(TREE.length)] : []));
  for (const tree of trees.filter((path) => isOurTree(path))) {
    const found = lstatSync(tree, { throwIfNoEntry: false });
    const isStale = found?.isDirectory() === true && found.mtimeMs < before;
    if (isStale && runGit(['worktree', 'remove', '--force', tree], { cwd }).status === 0) {
      rmSync(`${tree}${EXCLUDES}`, { force: true });
    }
  }
}

/** What stands before the path of a work tree in the list. */
const TREE = 'worktree ';

function isOurTree(path: string): boolean {
  return basename(path).startsWith(PREFIX) && resolvePath(dirname(path)) === resolvePath(tmpdir());
}

/**
 * Makes the merge commit as git does, data files by the merge driver whether this clone is set up or not. Throws `refused` when git cannot merge.
 *
 * @param more options of `git merge`
 */
export async function mergeInWorkTree(merge: MergeOfTwo, more: readonly string[]): Promise<MergeResult> {
  const { repository, dir, head, theirs, env } = merge;
  const tree = mkdtempSync(join(tmpdir(), PREFIX));
  const cwd = tree;
  const lostValues = (): string[] => markedLostValues(lostValueFolderOf(dir) ?? dir, workTreeMark(resolvePath(tree)));
  let isMade = false;
  try {
    const add = ['worktree', 'add', '--quiet', '--detach', '--no-checkout', tree, head];
    const added = await runWithLockRetry(add, { cwd: repository.root, env, settings: SETTINGS });
    if (added.status !== 0) throw gitFailed(add, added.stderr);
    git(['read-tree', 'HEAD'], { cwd });
    const folder = pathInRepository(repository, dir);
    const place = { root: resolvePath(tree), dir: join(resolvePath(tree), folder) };
    makeFolder(place.dir);
    // How files merge git reads from files of attributes, and from none that is not there.
    runGit(['checkout', '--quiet', 'HEAD', '--', ':(top,glob)**/.gitattributes'], { cwd, settings: SETTINGS });
    const attributes = join(place.dir, '.gitattributes');
    // Git takes no attributes from a link, and nothing is written to where one leads.
    if (!fileExists(attributes)) writeFileSync(attributes, `*.jsonl merge=${driverName(folder)}\n`, { flag: 'wx' });
    // So that one which the merge brings may take the place of ours.
    writeFileSync(`${tree}${EXCLUDES}`, '.gitattributes\n', { flag: 'wx' });
    const options = ['--quiet', '--no-ff', '--commit', '--no-squash', '--no-autostash', ...more];
    const { status, stdout, stderr } = runGit(['merge', ...options, '-m', merge.message, theirs], {
      cwd,
      env,
      settings: [
        ...SETTINGS,
        `core.excludesFile=${tree}${EXCLUDES}`,
        `merge.${driverName(folder)}.driver=${driverCommand()}`,
      ],
    });
    if (status !== 0) {
      healConflicts(merge.registry, place, folder, `${stderr}\n${stdout}`);
      git(['commit', '--quiet', '--no-edit'], { cwd, env, settings: SETTINGS });
    }
    const commit = detachedCommit(tree);
    const [way = []] = readWays(cwd, [commit], folder);
    requirePlain(way, folder);
    isMade = true;
    return { commit, lostValues: lostValues() };
  } finally {
    if (!isMade) lostValues().forEach(removeLostValue);
    await runWithLockRetry(['worktree', 'remove', '--force', tree], { cwd: repository.root });
    for (const path of [tree, `${tree}${EXCLUDES}`]) rmSync(path, { recursive: true, force: true });
  }
}

/** Heals data files as `resolve` does; where other files conflict, nothing is merged. */
function healConflicts(
  registry: Registry,
  { root, dir }: { readonly root: string; readonly dir: string },
  folder: string,
  said: string,
): void {
  const unmerged = git(['diff', '--name-only', '--diff-filter=U', '-z'], { cwd: root })
    .split('\0')
    .filter((path) => path !== '');
  if (unmerged.length === 0) throw cannotMerge(said.split('\n'));
  if (resolvePath(dir) !== dir) throw cannotMerge([`${folder} became a symbolic link, or lies behind one`]);
  const others = unmerged.filter((path) => folder !== '.' && !path.startsWith(`${folder}/`));
  if (others.length > 0) throw cannotMerge(others.map((path) => `conflict in ${path}`));
  const { files, left } = resolveFolder(registry, { root }, dir, { now: Date.now(), dryRun: false });
  const problems = files.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`));
  if (left.length + problems.length > 0) {
    throw cannotMerge([...left.map((name) => `conflict in ${folder}/${name}`), ...problems]);
  }
}

export function cannotMerge(details: readonly string[]): SyncError {
  return new SyncError('refused', 'Cannot merge what the remote has; the branch is where it was', {
    details: details.filter((line) => line.trim() !== ''),
    hint: 'merge by hand (git pull), then run sc-sync sync',
  });
}
