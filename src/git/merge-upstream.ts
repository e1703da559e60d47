import { SyncError } from '../errors.js';
import { commitMessage } from '../files/commit-template.js';
import type { Registry } from '../registry/entity.js';
import { committerEnvironment } from './commit-folder.js';
import { mergeObjects } from './merge-objects.js';
import { mergeInWorkTree, removeStaleTrees } from './merge-work-tree.js';
import type { MergeResult } from './merge-work-tree.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git } from './run.js';
import { readWays, requirePlain } from './trees.js';
import type { Tree } from './trees.js';
import type { Heads, Upstream } from './upstream.js';

/** How another commit comes into the branch. */
export type MergedBy = 'up to date' | 'fast forward' | 'merge';

/** What is merged for whom. */
export interface UpstreamMerge extends Heads {
  readonly repository: Repository;
  readonly registry: Registry;
  /** The export directory. */
  readonly dir: string;
  readonly upstream: Upstream;
  readonly actor: string;
  /** The template of its message; undefined for the usual one. */
  readonly message?: string | undefined;
}

/** A merge that is made, with a branch that is where it was. */
export interface MadeMerge extends UpstreamMerge {
  readonly by: MergedBy;
  /** The commit that has both sides. */
  readonly commit: string | undefined;
  /** The files with what lost in it, which wait for the next import. */
  readonly lostValues: readonly string[];
}

/**
 * Merges the upstream's commit with that of the branch that is checked out: branch, work tree, index and state of this clone stay as they are
 * until `bringForward`. Throws `refused` when git cannot merge.
 */
export async function mergeUpstream(merge: UpstreamMerge): Promise<MadeMerge> {
  const { repository, dir, head, theirs, bases } = merge;
  const { root: cwd } = repository;
  const made = { ...merge, lostValues: [] };
  if (theirs === undefined || bases.includes(theirs)) return { ...made, by: 'up to date', commit: head };
  const folder = pathInRepository(repository, dir);
  const isForward = head === undefined || bases.includes(head);
  const [theirWay = [], ...ways] = readWays(cwd, isForward ? [theirs] : [theirs, head, ...bases], folder);
  requirePlain(theirWay, folder);
  if (isForward) return { ...made, by: 'fast forward', commit: theirs };
  return { ...made, by: 'merge', ...(await makeMerge({ ...merge, head, theirs }, [theirWay, ...ways])) };
}

/** @param ways the trees from the root to the export directory: of theirs, of ours, and of each base */
async function makeMerge(
  merge: UpstreamMerge & { readonly head: string; readonly theirs: string },
  [theirs = [], ours = [], base, ...otherBases]: readonly (readonly Tree[])[],
): Promise<MergeResult> {
  const { repository, actor, upstream } = merge;
  const subject = `Merge ${upstream.branch} of ${upstream.remote}`;
  const message = commitMessage(merge.message, { subject, actor });
  const all = { ...merge, message, env: committerEnvironment(repository, actor) };
  removeStaleTrees(repository);
  if (base === undefined) {
    requireWholeHistory(repository.root);
    return mergeInWorkTree(
      all,
      hasOnlyRecords(merge, [merge.head, merge.theirs]) ? ['--allow-unrelated-histories'] : [],
    );
  }
  // Git makes one base of several first.
  const made = otherBases.length > 0 ? undefined : mergeObjects(all, { base, ours, theirs });
  return made ?? mergeInWorkTree(all, []);
}

/** A shallow clone may lack the last commit that both sides have: without it each record of one side would be new to the other. */
function requireWholeHistory(cwd: string): void {
  if (git(['rev-parse', '--is-shallow-repository'], { cwd }).trim() !== 'true') return;
  throw new SyncError('refused', 'This clone is shallow, and has no commit in common with the remote', {
    hint: 'run git fetch --unshallow, then try again',
  });
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
