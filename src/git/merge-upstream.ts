import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { moveLostValues } from '../jsonl/lost-values.js';
import { committerEnvironment } from './commit-folder.js';
import { DRIVER_NAME, driverCommand } from './driver-command.js';
import { pathInRepository, requireRepository } from './repository.js';
import type { Repository } from './repository.js';
import { resolveFolder } from './resolve.js';
import { git, runGit, runWhenFree, tryGit } from './run.js';
import type { Upstream } from './upstream.js';

/** How another commit came into the branch; `moved` when somebody else changed branch or data folder meanwhile. */
export type MergedBy = 'up to date' | 'fast forward' | 'merge' | 'moved';

/** What is merged for whom. */
export interface UpstreamMerge {
  readonly repository: Repository;
  /** The export directory. */
  readonly dir: string;
  readonly upstream: Upstream;
  /** The commit that the upstream is at. */
  readonly commit: string;
  readonly actor: string;
}

/**
 * Merges a commit into the branch that is checked out. The merge commit is made in a work tree of its own, so that work tree, index
 * and state of this one are as they were until git moves them forward to it, at once or not at all.
 *
 * Throws `refused` when git cannot merge or must not overwrite somebody's work: nothing was changed then.
 */
export async function mergeUpstream(merge: UpstreamMerge): Promise<MergedBy> {
  const { repository, dir, commit, actor } = merge;
  const { root: cwd } = repository;
  const head = tryGit(['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd });
  const isAncestor = (one: string, other: string): boolean =>
    runGit(['merge-base', '--is-ancestor', one, other], { cwd }).status === 0;
  if (head !== undefined && isAncestor(commit, head)) return 'up to date';
  const env = committerEnvironment(repository, actor);
  const isForward = head === undefined || isAncestor(head, commit);
  const target = isForward ? commit : makeMerge(merge, head, env);
  // What a user set for merges of branches (`branch.*.mergeOptions`, `merge.autoStash`) is not for this step.
  const options = ['--quiet', '--ff-only', '--commit', '--no-squash', '--no-autostash'];
  const moved = await runWhenFree(['merge', ...options, target], { cwd, env });
  if (moved.status === 0) return isForward ? 'fast forward' : 'merge';
  const isElsewhere = tryGit(['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd }) !== head;
  const path = `:(top,literal)${pathInRepository(repository, dir)}`;
  if (isElsewhere || git(['status', '--porcelain', '--', path], { cwd }) !== '') return 'moved';
  throw cannotMerge(`${moved.stderr}\n${moved.stdout}`.split('\n'));
}

/** Makes the merge commit, data files by the merge driver whether this clone is set up or not. Gives its name. */
function makeMerge(merge: UpstreamMerge, head: string, env: Readonly<Record<string, string>>): string {
  const { repository, dir, commit, upstream, actor } = merge;
  const tree = mkdtempSync(join(tmpdir(), 'sc-sync-merge-'));
  // Hooks of the user expect a work tree with files in it.
  const settings = ['core.hooksPath=/dev/null', 'submodule.recurse=false'];
  try {
    git(['worktree', 'add', '--quiet', '--detach', '--no-checkout', tree, head], {
      cwd: repository.root,
      env,
      settings,
    });
    git(['read-tree', 'HEAD'], { cwd: tree });
    const folder = pathInRepository(repository, dir);
    const place = { repository: requireRepository(tree), dir: join(tree, folder) };
    mkdirSync(place.dir, { recursive: true });
    const options = ['--quiet', '--no-ff', '--commit', '--no-squash', '--no-autostash'];
    if (isUnrelated(merge, head, folder)) options.push('--allow-unrelated-histories');
    const messages = ['-m', `Merge ${upstream.branch} of ${upstream.remote}`, '-m', `By ${actor}.`];
    const { status, stdout, stderr } = runGit(['merge', ...options, ...messages, commit], {
      cwd: tree,
      env,
      settings: [...settings, `merge.${DRIVER_NAME}.driver=${driverCommand()}`],
    });
    if (status !== 0) {
      healConflicts(place, folder, `${stderr}\n${stdout}`);
      git(['commit', '--quiet', '--no-edit'], { cwd: tree, env, settings });
    }
    moveLostValues(place.dir, dir);
    return git(['rev-parse', 'HEAD'], { cwd: tree }).trim();
  } finally {
    runGit(['worktree', 'remove', '--force', tree], { cwd: repository.root });
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Heals data files as `resolve` does; where other files conflict, nothing is merged. */
function healConflicts(
  { repository, dir }: Pick<UpstreamMerge, 'repository' | 'dir'>,
  folder: string,
  said: string,
): void {
  const unmerged = git(['diff', '--name-only', '--diff-filter=U', '-z'], { cwd: repository.root })
    .split('\0')
    .filter((path) => path !== '');
  if (unmerged.length === 0) throw cannotMerge(said.split('\n'));
  const others = unmerged.filter((path) => folder !== '.' && !path.startsWith(`${folder}/`));
  if (others.length > 0) throw cannotMerge(others.map((path) => `conflict in ${path}`));
  const { files, left } = resolveFolder(repository, dir, { now: Date.now(), dryRun: false });
  const problems = files.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`));
  if (left.length + problems.length > 0) {
    throw cannotMerge([...left.map((name) => `conflict in ${folder}/${name}`), ...problems]);
  }
}

/** Two first pushes to one empty remote have no commit in common. Where one side has nothing but records they can be merged. */
function isUnrelated({ repository, commit }: UpstreamMerge, head: string, folder: string): boolean {
  const { root: cwd } = repository;
  if (runGit(['merge-base', head, commit], { cwd }).status === 0) return false;
  const hasOnlyRecords = (each: string): boolean =>
    git(['ls-tree', '-r', '-z', '--full-tree', '--name-only', each], { cwd })
      .split('\0')
      .every((path) => path === '' || path.startsWith(`${folder}/`));
  return hasOnlyRecords(head) || hasOnlyRecords(commit);
}

function cannotMerge(details: readonly string[]): SyncError {
  return new SyncError('refused', 'git cannot merge what the remote has; nothing was changed', {
    details: details.filter((line) => line.trim() !== ''),
    hint: 'merge by hand (git pull), then run sync',
  });
}
