import { SyncError } from '../errors.js';
import { readSettings } from '../files/settings.js';
import { commitFolder } from '../git/commit-folder.js';
import { bringForward } from '../git/bring-forward.js';
import { mergeUpstream } from '../git/merge-upstream.js';
import type { MadeMerge, MergedBy } from '../git/merge-upstream.js';
import { findUnfinished, inTheMiddle, requireRepository, wayOut } from '../git/repository.js';
import type { Repository } from '../git/repository.js';
import { withAttributes } from '../git/set-up.js';
import { fetchUpstream, findUpstream, followDefaultBranch, requireBranch, requireSameName } from '../git/upstream.js';
import type { Upstream } from '../git/upstream.js';
import type { SyncStore } from '../store/store.js';
import { sync } from '../sync/sync.js';
import type { SyncOptions, SyncOutcome } from '../sync/sync.js';
import type { Call } from './describe.js';
import type { Place } from './find-place.js';
import type { Session } from './session.js';
import { refusalOf } from './refusal.js';
import type { Options } from './verb.js';

/** What a pull did. */
export interface Pulled {
  readonly upstream: Upstream;
  /** How each merge came about: there are several where others pushed or changed this clone meanwhile. */
  readonly merged: readonly MergedBy[];
  /** Whether the remote had the branch; undefined when the pull did not get so far. */
  readonly isThere: boolean | undefined;
  /** The first lines of the commits that were made of the data folder. */
  readonly commits: readonly string[];
  /** Each sync, in order: before a merge, and after one that brought something. */
  readonly syncs: readonly SyncOutcome[];
  /** What ended it before it was done; all of the above stays good. */
  readonly error: SyncError | undefined;
}

/**
 * Sends a merge to the remote, before the branch here moves to it. `merge` makes one, each time with what the remote has by then. Gives the
 * one that was sent; undefined when somebody changed this clone meanwhile.
 */
export type Share = (merge: () => Promise<MadeMerge>) => Promise<MadeMerge | undefined>;

/** How the commits of a pull are made, and which branch of the remote they are for. */
export interface PullOptions {
  /** A branch in the place of the upstream. */
  readonly branch?: string | undefined;
  /** A template of the messages, in the place of that of `sync.json`. */
  readonly message?: string | undefined;
}

/** The same, as options of a verb say it. */
export function pullOptions({ branch, message }: Options): PullOptions {
  return {
    branch: typeof branch === 'string' ? branch : undefined,
    message: typeof message === 'string' ? message : undefined,
  };
}

/**
 * Everything of the database into the files and a commit, what the remote has into that, and all of it into the database. Throws what
 * its steps throw before anything was done; later it gives the error with what was done.
 *
 * @param share what the database derives from what was merged is sent by it as well, in a commit of its own.
 */
export async function pullPlace(
  session: Session,
  place: Place,
  { branch, message }: PullOptions,
  share?: Share,
): Promise<Pulled> {
  const repository = requireIdle(session);
  const followed = branch === undefined ? followDefaultBranch(repository) : undefined;
  if (followed !== undefined) session.notes.push(followed);
  const upstream = findUpstream(repository, branch);
  if (share !== undefined && branch === undefined) requireSameName(repository, upstream);
  const pull = new Pull(repository, upstream, session, { ...session.syncOptions(place), message });
  try {
    await pull.run(share);
  } catch (error) {
    if (!(error instanceof SyncError) || pull.syncs.length === 0) throw error;
    pull.error = error;
  }
  return pull;
}

/** A pull, with what it did so far. */
class Pull implements Pulled {
  readonly #repository: Repository;
  readonly #store: SyncStore;
  readonly #options: SyncOptions & PullOptions;
  readonly #called: Call;
  readonly upstream: Upstream;
  readonly commits: string[] = [];
  readonly syncs: SyncOutcome[] = [];
  merged: readonly MergedBy[] = [];
  isThere: boolean | undefined;
  error: SyncError | undefined;

  constructor(repository: Repository, upstream: Upstream, session: Session, options: SyncOptions & PullOptions) {
    this.#repository = repository;
    this.#store = session.store();
    this.#called = session.called;
    this.#options = options;
    this.upstream = upstream;
  }

  async run(share: Share | undefined): Promise<void> {
    const merges: MergedBy[] = [];
    const merge = async (): Promise<MadeMerge> => {
      const made = await this.#merge();
      merges.push(made.by);
      return made;
    };
    let isMerged = false;
    for (let tries = 1; ; tries++) {
      const isCommitted = await this.#commit(isMerged);
      const isAllSent = share === undefined || !isCommitted;
      if (isMerged && isAllSent) return;
      if (tries > MOST_TRIES) throw keepsMoving(MOST_TRIES);
      const made = await (share === undefined ? merge() : share(merge));
      isMerged = made !== undefined && (await bringForward(made)) === 'done';
      if (made === undefined) continue;
      // A merge that the branch never moved to is told only where the pull went on after it.
      this.merged = [...merges];
      this.isThere = made.theirs !== undefined;
      if (made.by === 'up to date') return;
    }
  }

  /** Everything of the database into the files, and into a commit; false where there was nothing to commit. */
  async #commit(isMerged: boolean): Promise<boolean> {
    const { dir, actor = 'unknown' } = this.#options;
    requireBranch(this.#repository, this.upstream);
    const outcome = withAttributes(dir, () => sync(this.#store, this.#options));
    this.syncs.push(outcome);
    const refusal = refusalOf(outcome.export.refused, this.#called);
    // What is not in the files must not be committed as if it were.
    if (refusal !== undefined) throw refusal;
    // The files are those of the merge, and git need not look at them.
    if (isMerged && outcome.export.files.length === 0) return false;
    const subject = await commitFolder(this.#repository, this.#store.registry, dir, actor, this.#message);
    if (subject !== undefined) this.commits.push(subject);
    return subject !== undefined;
  }

  async #merge(): Promise<MadeMerge> {
    const { dir, actor = 'unknown' } = this.#options;
    const repository = this.#repository;
    const heads = await fetchUpstream(repository, this.upstream);
    return mergeUpstream({
      repository,
      registry: this.#store.registry,
      dir,
      upstream: this.upstream,
      ...heads,
      actor,
      message: this.#message,
    });
  }

  /** A template that came by pull changes no more than the words of a commit, so nobody has to accept it. */
  get #message(): string | undefined {
    const { dir, message } = this.#options;
    return message ?? readSettings(dir, this.#store.registry).commit.message;
  }
}

/** The repository, in which git has nothing begun. */
function requireIdle(session: Session): Repository {
  const repository = requireRepository(session.resolve('.'));
  const unfinished = findUnfinished(repository);
  if (unfinished === undefined) return repository;
  throw new SyncError('refused', `Cannot pull: ${inTheMiddle(unfinished)}`, {
    hint: `end it first: ${wayOut(unfinished)}; sc-sync resolve heals data files`,
  });
}

/** So often a merge is made anew because somebody in this clone committed or exported meanwhile. */
const MOST_TRIES = 20;

function keepsMoving(tries: number): SyncError {
  return new SyncError('busy', `Nothing was merged: this clone changed ${tries} times while a merge was made`, {
    hint: 'everything is committed in this clone; try again when it is quiet',
  });
}
