import { SyncError } from '../errors.js';
import { committerEnvironment, gitWhenFree } from './commit-folder.js';
import { DRIVER_NAME, driverCommand } from './driver-command.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { resolveFolder } from './resolve.js';
import { git, runGit, tryGit } from './run.js';

/** How another commit came into the branch. */
export type MergedBy = 'up to date' | 'fast forward' | 'merge';

/**
 * Merges a commit into the branch that is checked out, data files by the merge driver whether this clone is set up or not. Where they still
 * conflict they are healed as `resolve` does; where other files conflict the merge is taken back.
 *
 * Throws `refused` when git cannot merge: nothing was changed then.
 */
export async function mergeCommit(
  repository: Repository,
  dir: string,
  commit: string,
  actor: string,
): Promise<MergedBy> {
  const { root: cwd } = repository;
  if (runGit(['merge-base', '--is-ancestor', commit, 'HEAD'], { cwd }).status === 0) return 'up to date';
  const isForward = runGit(['merge-base', '--is-ancestor', 'HEAD', commit], { cwd }).status === 0;
  const env = committerEnvironment(repository, actor);
  const settings = ['-c', `merge.${DRIVER_NAME}.driver=${driverCommand()}`];
  const merge = runGit([...settings, 'merge', '--quiet', '--no-edit', '--ff', commit], { cwd, env });
  if (merge.status === 0) return isForward ? 'fast forward' : 'merge';
  const unmerged = git(['diff', '--name-only', '--diff-filter=U', '-z'], { cwd })
    .split('\0')
    .filter((path) => path !== '');
  if (unmerged.length === 0) {
    if (!isForward && (await mergeBesideIndex(repository, settings, commit, env))) return 'merge';
    throw cannotMerge(`${merge.stderr}\n${merge.stdout}`.split('\n'));
  }
  const folder = `${pathInRepository(repository, dir)}/`;
  const others = unmerged.filter((path) => !path.startsWith(folder));
  if (others.length === 0) {
    const { files, left } = resolveFolder(repository, dir, { now: Date.now(), dryRun: false });
    if (left.length === 0 && files.every(({ problems }) => problems.length === 0)) {
      await gitWhenFree(['commit', '--quiet', '--no-edit'], cwd, env);
      return 'merge';
    }
  }
  runGit(['merge', '--abort'], { cwd });
  throw cannotMerge((others.length > 0 ? others : unmerged).map((path) => `conflict in ${path}`));
}

function cannotMerge(details: readonly string[]): SyncError {
  return new SyncError('refused', 'git cannot merge what the remote has; nothing was changed', {
    details: details.filter((line) => line.trim() !== ''),
    hint: 'merge by hand (git pull), then run sync',
  });
}

/** Git merges only over an index that is as committed. Where other work is staged, the merge is made beside it and then moved to. */
async function mergeBesideIndex(
  { root: cwd }: Repository,
  settings: readonly string[],
  commit: string,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const { status, stdout } = runGit([...settings, 'merge-tree', '--write-tree', 'HEAD', commit], { cwd, env });
  const tree = stdout.split('\n')[0] ?? '';
  if (status !== 0 || !/^[0-9a-f]{40,64}$/.test(tree)) return false;
  const message = `Merge ${commit.slice(0, 10)}`;
  const made = tryGit(['commit-tree', tree, '-p', 'HEAD', '-p', commit, '-m', message], { cwd, env });
  if (made === undefined) return false;
  await gitWhenFree(['merge', '--quiet', '--ff-only', made], cwd, env);
  return true;
}
