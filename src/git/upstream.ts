import { SyncError } from '../errors.js';
import { branchOf } from './head.js';
import { findUnfinished } from './repository.js';
import type { Repository } from './repository.js';
import { NO_MAINTENANCE, git, runGit, runWithLockRetry, tryGit } from './run.js';
import type { GitOptions } from './run.js';

/** Where a branch is pushed to and pulled from. */
export interface Upstream {
  readonly remote: string;
  /** The branch there, without `refs/heads/`. */
  readonly branch: string;
  /** The branch here. */
  readonly local: string;
  /** The ref here that says where the branch there was last seen. */
  readonly tracking: string;
}

/**
 * The upstream of the branch that is checked out. Throws `usage` for a detached head, and without a remote.
 *
 * @param wanted a branch to exchange with in its place, of the remote that git pushes to.
 */
export function findUpstream(repository: Repository, wanted?: string): Upstream {
  const { root, setting } = repository;
  const local = branchOf(root);
  if (local === undefined) {
    throw new SyncError('usage', 'Cannot pull or push: no branch is checked out (detached HEAD)', {
      hint: 'git switch to a branch first; sc-sync sync works without one',
    });
  }
  const remotes = repository.named('remote');
  const pulledFrom = setting(`branch.${local}.remote`);
  const configured = wanted === undefined ? pulledFrom : (pushedTo(setting, local) ?? pulledFrom);
  const remote = configured ?? (remotes.length === 1 ? remotes[0] : remotes.find((name) => name === 'origin'));
  if (remote === undefined) {
    throw new SyncError(
      'usage',
      remotes.length === 0
        ? 'Cannot pull or push: this repository has no remote'
        : 'Cannot choose a remote: none is named origin',
      {
        details: remotes,
        hint: 'git remote add origin <url>, or git branch --set-upstream-to',
      },
    );
  }
  requireName(local, remote);
  if (wanted !== undefined) requireBranchName(root, wanted);
  const branch = wanted ?? (setting(`branch.${local}.merge`) ?? local).replace(/^refs\/heads\//, '');
  // A remote without a name has no tracking branches.
  const tracking = `refs/remotes/${remotes.includes(remote) ? remote : 'sc-sync'}/${branch}`;
  return { remote, branch, local, tracking };
}

/**
 * A branch without a commit is one that git named by itself, and the remote may have begun with another: that one is taken then. Gives a
 * sentence about it. A branch that the remote has too, or that somebody gave an upstream, is meant.
 */
export function followDefaultBranch(repository: Repository): string | undefined {
  const { root: cwd, setting } = repository;
  const present = branchOf(cwd);
  if (present !== undefined && setting(`branch.${present}.merge`) !== undefined) return undefined;
  if (tryGit(['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd }) !== undefined) return undefined;
  const { remote, local } = findUpstream(repository);
  const { stdout } = runGit(['ls-remote', '--symref', remote, 'HEAD', `refs/heads/${local}`], network(repository));
  const branch = /^ref: refs\/heads\/([^\s\p{Cc}]+)\tHEAD$/mu.exec(stdout)?.[1];
  if (branch === undefined || stdout.endsWith(`\trefs/heads/${local}\n`)) return undefined;
  git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], { cwd });
  return `this clone has no commit yet, so its branch is now ${branch}, as in ${remote}; it was ${local}`;
}

/** Git takes what begins with a dash for one of its options, and some of them name a program to start. */
function requireName(local: string, remote: string): void {
  if (!/^-|\p{Cc}/u.test(remote)) return;
  throw new SyncError('usage', `Cannot use the remote of the branch ${local}: ${JSON.stringify(remote)} is no name`, {
    hint: `git config branch.${local}.remote origin, or the name of another remote`,
  });
}

function requireBranchName(cwd: string, name: string): void {
  const isValid = !name.startsWith('-') && tryGit(['check-ref-format', `refs/heads/${name}`], { cwd }) !== undefined;
  if (isValid) return;
  throw new SyncError('usage', `Cannot use the branch ${JSON.stringify(name)}: git takes no such name`, {
    hint: 'name it as git does, for example records',
  });
}

/** The remote that git pushes a branch to, where it is told. */
function pushedTo(setting: Repository['setting'], local: string): string | undefined {
  return setting(`branch.${local}.pushremote`) ?? setting('remote.pushdefault');
}

/** Throws `refused` where another branch was checked out since, or git is in the middle of something: a push may take minutes. */
export function requireBranch(repository: Repository, { local }: Upstream): void {
  const unfinished = findUnfinished(repository);
  if (unfinished === undefined && branchOf(repository.root) === local) return;
  const what = unfinished === undefined ? `another branch than ${local} was checked out` : `a ${unfinished} was begun`;
  throw new SyncError('refused', `Stopped: ${what} meanwhile`, {
    hint: `what is committed on ${local} stays there; try again when it is checked out, and git is done`,
  });
}

/**
 * Throws `usage` for a branch that pulls from one of another name: `git push` refuses to push there as well (`push.default`),
 * since what is on a branch of somebody's own is not meant for the one that it began from. So it does for one that git pushes to another remote.
 */
export function requireSameName({ setting }: Repository, { remote, branch, local }: Upstream): void {
  const pushed = pushedTo(setting, local) ?? remote;
  if (pushed !== remote) {
    throw new SyncError(
      'usage',
      `Cannot push: the branch ${local} pulls from ${remote}, and git pushes it to ${pushed}`,
      {
        hint: `sc-sync pull, then sc-sync push --branch ${local} sends it to ${pushed}; or git config branch.${local}.pushRemote ${remote}`,
      },
    );
  }
  if (branch === local || setting('push.default') === 'upstream') return;
  throw new SyncError(
    'usage',
    `Cannot push: the branch ${local} pulls from ${remote}/${branch}, a branch of another name`,
    {
      hint: `git push --set-upstream ${remote} ${local} once, or set push.default to upstream to push to ${branch}`,
    },
  );
}

/** Nobody is asked for a password, and a connection that stands still ends: both are errors. */
function network({ root: cwd, setting }: Repository): GitOptions {
  const isSet = process.env['GIT_SSH_COMMAND'] !== undefined || process.env['GIT_SSH'] !== undefined;
  const hasCommand = isSet || setting('core.sshcommand') !== undefined;
  const ssh = 'ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15';
  return {
    cwd,
    settings: ['http.lowSpeedLimit=1', 'http.lowSpeedTime=60', 'push.followTags=false', ...NO_MAINTENANCE],
    env: {
      GIT_TERMINAL_PROMPT: '0',
      // Programs that ask in a window are not started; one that is named for git itself may give a token.
      GIT_ASKPASS: process.env['GIT_ASKPASS'] ?? '',
      SC_SYNC_HOOK: 'off',
      ...(hasCommand ? {} : { GIT_SSH_COMMAND: ssh }),
    },
  };
}

/** The commits that a branch is at. */
export interface Heads {
  /** Here; undefined for a branch without a commit. */
  readonly head: string | undefined;
  /** At the remote; undefined where that has none yet. */
  readonly theirs: string | undefined;
  /** The last commits that both have in common: one, but where branches were merged crosswise, or have none. */
  readonly bases: readonly string[];
}

/** Fetches the branch, and gives where both sides are. Throws `io` and `refused`. */
export async function fetchUpstream(repository: Repository, upstream: Upstream): Promise<Heads> {
  const { remote, branch, tracking } = upstream;
  // Another fetch may overwrite FETCH_HEAD at any time.
  const args = ['fetch', '--quiet', '--no-tags', remote, `+refs/heads/${branch}:${tracking}`];
  const { status, stderr } = await runWithLockRetry(args, network(repository));
  const isThere = status === 0;
  if (!isThere && !/couldn't find remote ref|no such ref was fetched/i.test(stderr)) throw remoteError(remote, stderr);
  const here = `refs/heads/${upstream.local}`;
  // Both and what they have in common, by one process, where both are there.
  const both = isThere ? tryGit(['rev-parse', `${here}...${tracking}`], { cwd: repository.root }) : undefined;
  const [theirs, head, ...bases] = both?.split('\n') ?? [];
  if (head !== undefined) return { head, theirs, bases: bases.map((base) => base.slice(1)) };
  return { head: commitOf(repository, here), theirs: isThere ? commitOf(repository, tracking) : undefined, bases };
}

/** The commit of the branch, whatever is checked out by now. */
export function headOf({ repository, upstream }: { repository: Repository; upstream: Upstream }): string | undefined {
  return commitOf(repository, `refs/heads/${upstream.local}`);
}

/** The commit that a ref names, where there is one. */
function commitOf({ root: cwd }: Repository, name: string): string | undefined {
  return tryGit(['rev-parse', '--verify', '--quiet', name], { cwd });
}

/** What a push came to: `raced` when somebody else was faster. */
export type Pushed = 'pushed' | 'up to date' | 'raced';

/** Pushes a commit to the branch. Throws `io` and `refused`, in words that say what to do. */
export function pushUpstream(repository: Repository, { remote, branch }: Upstream, commit: string): Pushed {
  const args = ['push', '--porcelain', remote, `${commit}:refs/heads/${branch}`];
  const { status, stdout, stderr } = runGit(args, network(repository));
  if (status === 0) return /^=\t/m.test(stdout) ? 'up to date' : 'pushed';
  if (RACED.test(stdout)) return 'raced';
  throw remoteError(remote, `${stdout}\n${stderr}`);
}

/** The line of `git push --porcelain` about a ref that somebody else moved; what a hook of the server says stands elsewhere. */
const RACED =
  /^!\t.*\((?:non-fast-forward|fetch first|stale info|cannot lock ref.*|failed to update ref|incorrect old value.*|reference already exists|failed to lock)\)$/im;

/** A kind of failure of a remote, with what to do about it. */
interface Failure {
  readonly pattern: RegExp;
  readonly code: 'io' | 'refused';
  readonly what: string;
  readonly hint: string;
}

/** The first that fits counts. */
const FAILURES: readonly Failure[] = [
  {
    pattern:
      /authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied|access denied|\b40[13]\b/i,
    code: 'io',
    what: 'asks for a login, or does not let you in',
    hint: 'set up a credential helper or an SSH key for it, then try again: nothing is lost',
  },
  {
    pattern:
      /protected branch|hook declined|pre-receive|GH0\d\d|not allowed to|denied(?:ing|NonFastForward|CurrentBranch)?\b|remote rejected/i,
    code: 'refused',
    what: 'takes no push to this branch',
    hint: 'sc-sync push --branch records sends them to a branch of that name, to be merged there; the commits are in this clone',
  },
  {
    pattern:
      /does not appear to be a git repository|could not (?:read from|resolve)|unable to (?:access|connect)|connection|timed out|not found/i,
    code: 'io',
    what: 'cannot be reached',
    hint: 'check git remote -v and the network; the commits are in this clone, and the next push sends them',
  },
];

const OTHER: Omit<Failure, 'pattern'> = {
  code: 'io',
  what: 'could not be used: git or a hook of it failed',
  hint: 'see what it says; the commits are in this clone, and the next push sends them',
};

function remoteError(remote: string, said: string): SyncError {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /^(?:fatal|error|remote|ERROR|ssh|!|\S+: Permission)/.test(line));
  const failure = FAILURES.find(({ pattern }) => pattern.test(said));
  const { code, what, hint } = failure ?? OTHER;
  return new SyncError(code, `The remote ${remote} ${what}`, {
    details: failure === undefined ? lines : telling,
    hint,
  });
}
