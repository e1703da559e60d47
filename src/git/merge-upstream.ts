import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { resolvePath } from '../directory.js';
import { SyncError } from '../errors.js';
import { moveLostValues } from '../jsonl/lost-values.js';
import { committerEnvironment } from './commit-folder.js';
import { DRIVER_NAME, driverCommand } from './driver-command.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { resolveFolder } from './resolve.js';
import { NO_MAINTENANCE, git, runGit, runWhenFree, tryGit } from './run.js';
import type { Upstream } from './upstream.js';

/** How another commit comes into the branch. */
export type MergedBy = 'up to date' | 'fast forward' | 'merge';

/** What is merged for whom. */
export interface UpstreamMerge {
  readonly repository: Repository;
  /** The export directory. */
  readonly dir: string;
  readonly upstream: Upstream;
  /** The commit that the upstream is at; undefined where it has none yet. */
  readonly theirs: string | undefined;
  readonly actor: string;
}

/** A merge that is made, with a branch that is where it was. */
export interface MadeMerge extends UpstreamMerge {
  readonly by: MergedBy;
  /** Where the branch was; undefined for one without a commit. */
  readonly head: string | undefined;
  /** The commit that has both sides. */
  readonly commit: string | undefined;
  /** The files with what lost in it, which wait in the export directory for the next import. */
  readonly lostValues: readonly string[];
}

/**
 * Merges the upstream's commit with that of the branch that is checked out, in a work tree of its own: branch, work tree, index and state of this
 * one stay as they are until {@link bringForward}. Throws `refused` when git cannot merge.
 */
export function mergeUpstream(merge: UpstreamMerge): MadeMerge {
  const { repository, theirs } = merge;
  const { root: cwd } = repository;
  const head = headOf(repository);
  const made = { ...merge, head, lostValues: [] };
  if (theirs === undefined) return { ...made, by: 'up to date', commit: head };
  if (head === undefined) return { ...made, by: 'fast forward', commit: theirs };
  const base = tryGit(['merge-base', head, theirs], { cwd });
  if (base === theirs) return { ...made, by: 'up to date', commit: head };
  if (base === head) return { ...made, by: 'fast forward', commit: theirs };
  const isUnrelated = base === undefined && hasOnlyRecords(merge, [head, theirs]);
  return {
    ...made,
    by: 'merge',
    ...makeMerge({ ...merge, theirs }, head, isUnrelated ? ['--allow-unrelated-histories'] : []),
  };
}

function headOf({ root: cwd }: Repository): string | undefined {
  return tryGit(['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd });
}

/**
 * Moves branch, index and work tree forward to a merge, at once or not at all; `moved` when somebody in this clone committed or exported
 * meanwhile. A dry run only looks whether git would. Throws `refused` when git must not overwrite somebody's work: nothing was moved then.
 */
export async function bringForward(merge: MadeMerge, { dryRun = false } = {}): Promise<'done' | 'moved'> {
  const { repository, dir, head, commit, actor } = merge;
  const { root: cwd } = repository;
  if (commit === undefined || commit === head) return 'done';
  // What a user set for merges of branches (`branch.*.mergeOptions`, `merge.autoStash`) is not for this step.
  const forward = ['merge', '--quiet', '--ff-only', '--commit', '--no-squash', '--no-autostash', commit];
  const args = dryRun ? ['read-tree', '--dry-run', '-m', '-u', ...(head === undefined ? [] : [head]), commit] : forward;
  const { status, stdout, stderr } = await runWhenFree(args, { cwd, env: committerEnvironment(repository, actor) });
  if (status === 0) return 'done';
  const path = `:(top,literal)${pathInRepository(repository, dir)}`;
  const isMoved = headOf(repository) !== head || git(['status', '--porcelain', '--', path], { cwd }) !== '';
  if (isMoved) return 'moved';
  throw cannotMerge(`${stderr}\n${stdout}`.split('\n'));
}

/** Hooks of the user expect a work tree with files in it. */
const SETTINGS = ['core.hooksPath=/dev/null', 'submodule.recurse=false', ...NO_MAINTENANCE];

/** Makes the merge commit, data files by the merge driver whether this clone is set up or not. */
function makeMerge(
  merge: UpstreamMerge & { readonly theirs: string },
  head: string,
  more: readonly string[],
): Pick<MadeMerge, 'commit' | 'lostValues'> {
  const { repository, dir, theirs, upstream, actor } = merge;
  const env = committerEnvironment(repository, actor);
  const tree = mkdtempSync(join(tmpdir(), 'sc-sync-merge-'));
  const cwd = tree;
  try {
    const add = ['worktree', 'add', '--quiet', '--detach', '--no-checkout', tree, head];
    git(add, { cwd: repository.root, env, settings: SETTINGS });
    git(['read-tree', 'HEAD'], { cwd });
    const folder = pathInRepository(repository, dir);
    const place = { root: resolvePath(tree), dir: join(resolvePath(tree), folder) };
    mkdirSync(place.dir, { recursive: true });
    // How files merge git reads from files of attributes, and from none that is not there. HEAD need not have any.
    runGit(['checkout', '--quiet', 'HEAD', '--', ':(top,glob)**/.gitattributes'], { cwd, settings: SETTINGS });
    const attributes = `${tree}.attributes`;
    writeFileSync(attributes, `**/${basename(dir)}/*.jsonl merge=${DRIVER_NAME}\n`, { flag: 'wx' });
    const options = ['--quiet', '--no-ff', '--commit', '--no-squash', '--no-autostash', ...more];
    const messages = ['-m', `Merge ${upstream.branch} of ${upstream.remote}`, '-m', `By ${actor}.`];
    const { status, stdout, stderr } = runGit(['merge', ...options, ...messages, theirs], {
      cwd,
      env,
      settings: [...SETTINGS, `core.attributesFile=${attributes}`, `merge.${DRIVER_NAME}.driver=${driverCommand()}`],
    });
    if (status !== 0) {
      healConflicts(place, folder, `${stderr}\n${stdout}`);
      git(['commit', '--quiet', '--no-edit'], { cwd, env, settings: SETTINGS });
    }
    const commit = git(['rev-parse', 'HEAD'], { cwd }).trim();
    return { commit, lostValues: moveLostValues(place.dir, dir) };
  } finally {
    runGit(['worktree', 'remove', '--force', tree], { cwd: repository.root });
    for (const path of [tree, `${tree}.attributes`]) rmSync(path, { recursive: true, force: true });
  }
}

/** Heals data files as `resolve` does; where other files conflict, nothing is merged. */
function healConflicts(
  { root, dir }: { readonly root: string; readonly dir: string },
  folder: string,
  said: string,
): void {
  const unmerged = git(['diff', '--name-only', '--diff-filter=U', '-z'], { cwd: root })
    .split('\0')
    .filter((path) => path !== '');
  if (unmerged.length === 0) throw cannotMerge(said.split('\n'));
  const others = unmerged.filter((path) => folder !== '.' && !path.startsWith(`${folder}/`));
  if (others.length > 0) throw cannotMerge(others.map((path) => `conflict in ${path}`));
  const { files, left } = resolveFolder({ root }, dir, { now: Date.now(), dryRun: false });
  const problems = files.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`));
  if (left.length + problems.length > 0) {
    throw cannotMerge([...left.map((name) => `conflict in ${folder}/${name}`), ...problems]);
  }
}

/** Two first pushes to one empty remote have no commit in common. Where one side has nothing but records they can be merged. */
function hasOnlyRecords({ repository, dir }: UpstreamMerge, commits: readonly string[]): boolean {
  const folder = pathInRepository(repository, dir);
  return commits.some((commit) =>
    git(['ls-tree', '-r', '-z', '--full-tree', '--name-only', commit], { cwd: repository.root })
      .split('\0')
      .every((path) => path === '' || path.startsWith(`${folder}/`)),
  );
}

function cannotMerge(details: readonly string[]): SyncError {
  return new SyncError('refused', 'git cannot merge what the remote has; nothing was changed', {
    details: details.filter((line) => line.trim() !== ''),
    hint: 'merge by hand (git pull), then run sync',
  });
}
