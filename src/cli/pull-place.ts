import { SyncError } from '../errors.js';
import { commitFolder } from '../git/commit-folder.js';
import { mergeUpstream } from '../git/merge-upstream.js';
import type { MergedBy } from '../git/merge-upstream.js';
import { findUnfinished, requireRepository } from '../git/repository.js';
import type { Repository } from '../git/repository.js';
import { fetchUpstream, findUpstream } from '../git/upstream.js';
import type { Upstream } from '../git/upstream.js';
import { sync } from '../sync.js';
import type { SyncOutcome } from '../sync.js';
import type { Context, Place } from './context.js';
import { describeRefusal } from './refusal.js';

/** What a pull did. */
export interface Pulled {
  readonly repository: Repository;
  readonly upstream: Upstream;
  /** The commit that the remote's branch is at; undefined where it has none yet. */
  readonly theirs: string | undefined;
  readonly merged: Exclude<MergedBy, 'moved'>;
  /** The first lines of the commits that were made of the data folder. */
  readonly commits: readonly string[];
  /** Each sync, in order: before the merge, and after one that brought something. */
  readonly syncs: readonly SyncOutcome[];
}

/**
 * Everything of the database into the files and a commit, what the remote has into that, and all of it into the database. Throws what
 * its steps throw; whatever was done before stays good.
 */
export async function pullPlace(context: Context, place: Place): Promise<Pulled> {
  const repository = requireRepository(context.resolve('.'));
  const unfinished = findUnfinished(repository);
  if (unfinished !== undefined) {
    throw new SyncError('refused', `git is in the middle of a ${unfinished}`, {
      hint: `finish it or give it up first (git ${unfinished} --continue or --abort); resolve heals data files`,
    });
  }
  const upstream = findUpstream(repository);
  const { dir } = place;
  const { actor = 'unknown' } = context.syncOptions(place);
  const syncs: SyncOutcome[] = [];
  const commits: (string | undefined)[] = [];
  const syncAndCommit = async (): Promise<void> => {
    syncs.push(syncOrThrow(context, place));
    commits.push(await commitFolder(repository, dir, actor));
  };
  for (let tries = 1; ; tries++) {
    await syncAndCommit();
    const theirs = await fetchUpstream(repository, upstream);
    const merged =
      theirs === undefined ? 'up to date' : await mergeUpstream({ repository, dir, upstream, commit: theirs, actor });
    if (merged === 'moved' && tries < MOST_TRIES) continue;
    if (merged === 'moved') throw keepsMoving(tries);
    if (merged !== 'up to date') await syncAndCommit();
    return { repository, upstream, theirs, merged, syncs, commits: commits.filter((each) => each !== undefined) };
  }
}

/** So often a merge is made anew because somebody in this clone committed or exported meanwhile. */
const MOST_TRIES = 20;

function keepsMoving(tries: number): SyncError {
  return new SyncError('busy', `nothing was merged: this clone was changed ${tries} times while a merge was made`, {
    hint: 'everything is committed in this clone; try again when it is quiet',
  });
}

/** What is not in the files must not be committed as if it were. */
function syncOrThrow(context: Context, place: Place): SyncOutcome {
  const outcome = sync(context.store(), context.syncOptions(place));
  const error = describeRefusal(outcome.export.refused);
  if (error === undefined) return outcome;
  const { message, details, hint } = error;
  throw new SyncError('refused', message, { details, ...(hint !== null && { hint }) });
}
