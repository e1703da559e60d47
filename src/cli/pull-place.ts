import { SyncError } from '../errors.js';
import { commitFolder } from '../git/commit-folder.js';
import { bringForward, mergeUpstream } from '../git/merge-upstream.js';
import type { MadeMerge, MergedBy } from '../git/merge-upstream.js';
import { findUnfinished, requireRepository } from '../git/repository.js';
import type { Repository } from '../git/repository.js';
import { fetchUpstream, findUpstream, requireBranch, requireSameName } from '../git/upstream.js';
import type { Upstream } from '../git/upstream.js';
import { sync } from '../sync.js';
import type { SyncOptions, SyncOutcome } from '../sync.js';
import type { Context, Place } from './context.js';
import { describeRefusal } from './refusal.js';

/** What a pull did. */
export interface Pulled {
  readonly upstream: Upstream;
  /** How each merge came about: there are several where others pushed or changed this clone meanwhile. */
  readonly merged: readonly MergedBy[];
  /** True when the remote had the branch. */
  readonly isThere: boolean;
  /** The first lines of the commits that were made of the data folder. */
  readonly commits: readonly string[];
  /** Each sync, in order: before a merge, and after one that brought something. */
  readonly syncs: readonly SyncOutcome[];
}

/**
 * Sends a merge to the remote, before the branch here moves to it. `merge` makes one, each time with what the remote has by then. Gives the
 * one that was sent; undefined when somebody changed this clone meanwhile.
 */
export type Share = (merge: () => Promise<MadeMerge>) => Promise<MadeMerge | undefined>;

/**
 * Everything of the database into the files and a commit, what the remote has into that, and all of it into the database. Throws what
 * its steps throw; whatever was done before stays good.
 *
 * @param share what the database derives from what was merged is sent by it as well, in a commit of its own.
 */
export async function pullPlace(context: Context, place: Place, share?: Share): Promise<Pulled> {
  const repository = requireIdle(context);
  const upstream = findUpstream(repository);
  if (share !== undefined) requireSameName(repository, upstream);
  const { dir } = place;
  const options = context.syncOptions(place);
  const { actor = 'unknown' } = options;
  const [syncs, commits, merged]: [SyncOutcome[], string[], MergedBy[]] = [[], [], []];
  const merge = async (): Promise<MadeMerge> => {
    const theirs = await fetchUpstream(repository, upstream);
    const made = await mergeUpstream({ repository, dir, upstream, theirs, actor });
    merged.push(made.by);
    return made;
  };
  let isThere = false;
  let isMerged = false;
  for (let tries = 1; ; tries++) {
    requireBranch(repository, upstream);
    syncs.push(syncOrThrow(context, options));
    const subject = await commitFolder(repository, dir, actor);
    if (subject !== undefined) commits.push(subject);
    const isAllSent = share === undefined || subject === undefined;
    if (isMerged && isAllSent) break;
    if (tries > MOST_TRIES) throw keepsMoving(MOST_TRIES);
    const made = await (share === undefined ? merge() : share(merge));
    isMerged = made !== undefined && (await bringForward(made)) === 'done';
    if (made === undefined) continue;
    isThere = made.theirs !== undefined;
    if (made.by === 'up to date') break;
  }
  return { upstream, merged, isThere, commits, syncs };
}

/** The repository, in which git has nothing begun. */
function requireIdle(context: Context): Repository {
  const repository = requireRepository(context.resolve('.'));
  const unfinished = findUnfinished(repository);
  if (unfinished === undefined) return repository;
  throw new SyncError('refused', `git is in the middle of a ${unfinished}`, {
    hint: `finish it or give it up first (git ${unfinished} --continue or --abort); resolve heals data files`,
  });
}

/** So often a merge is made anew because somebody in this clone committed or exported meanwhile. */
const MOST_TRIES = 20;

function keepsMoving(tries: number): SyncError {
  return new SyncError('busy', `nothing was merged: this clone was changed ${tries} times while a merge was made`, {
    hint: 'everything is committed in this clone; try again when it is quiet',
  });
}

/** What is not in the files must not be committed as if it were. */
function syncOrThrow(context: Context, options: SyncOptions): SyncOutcome {
  const outcome = sync(context.store(), options);
  const error = describeRefusal(outcome.export.refused);
  if (error === undefined) return outcome;
  const { message, details, hint } = error;
  throw new SyncError('refused', message, { details, ...(hint !== null && { hint }) });
}
