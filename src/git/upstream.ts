import { SyncError } from '../errors.js';
import type { Repository } from './repository.js';
import { runGit, tryGit } from './run.js';

/** Where a branch is pushed to and pulled from. */
export interface Upstream {
  readonly remote: string;
  /** The branch there, without `refs/heads/`. */
  readonly branch: string;
}

/** The upstream of the branch that is checked out. Throws `usage` for a detached head, and without a remote. */
export function findUpstream({ root: cwd }: Repository): Upstream {
  const branch = tryGit(['symbolic-ref', '--quiet', '--short', 'HEAD'], { cwd });
  if (branch === undefined) {
    throw new SyncError('usage', 'no branch is checked out (detached HEAD), so there is nothing to pull or push', {
      hint: 'git switch to a branch first; sync works without one',
    });
  }
  const remotes = (tryGit(['remote'], { cwd }) ?? '').split('\n').filter((name) => name !== '');
  const configured = tryGit(['config', '--get', `branch.${branch}.remote`], { cwd });
  const remote = configured ?? (remotes.length === 1 ? remotes[0] : remotes.find((name) => name === 'origin'));
  if (remote === undefined) {
    throw new SyncError(
      'usage',
      remotes.length === 0 ? 'this repository has no remote' : 'none of the remotes is named origin',
      {
        details: remotes,
        hint: 'git remote add origin <url>, or git branch --set-upstream-to',
      },
    );
  }
  const there = tryGit(['config', '--get', `branch.${branch}.merge`], { cwd });
  return { remote, branch: (there ?? branch).replace(/^refs\/heads\//, '') };
}

/** Nobody is asked for a password: a remote that wants one is an error. */
function network({ root: cwd }: Repository): Record<string, string> {
  const isSet = process.env['GIT_SSH_COMMAND'] !== undefined || process.env['GIT_SSH'] !== undefined;
  const hasCommand = isSet || tryGit(['config', '--get', 'core.sshCommand'], { cwd }) !== undefined;
  return { GIT_TERMINAL_PROMPT: '0', ...(hasCommand ? {} : { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' }) };
}

/** Fetches the branch; gives its commit there, undefined when the remote has no such branch. Throws `io` and `refused`. */
export function fetchUpstream(repository: Repository, { remote, branch }: Upstream): string | undefined {
  const cwd = repository.root;
  const { status, stderr } = runGit(['fetch', '--quiet', remote, `refs/heads/${branch}`], {
    cwd,
    env: network(repository),
  });
  if (status === 0) return tryGit(['rev-parse', '--verify', 'FETCH_HEAD'], { cwd });
  if (/couldn't find remote ref|no such ref was fetched/i.test(stderr)) return undefined;
  throw remoteError(remote, stderr);
}

/** What a push came to: `raced` when somebody else was faster. */
export type Pushed = 'pushed' | 'up to date' | 'raced';

/** Pushes HEAD to the branch. Throws `io` and `refused`, in words that say what to do. */
export function pushUpstream(repository: Repository, { remote, branch }: Upstream): Pushed {
  const args = ['push', '--porcelain', remote, `HEAD:refs/heads/${branch}`];
  const { status, stdout, stderr } = runGit(args, {
    cwd: repository.root,
    env: { ...network(repository), SC_SYNC_HOOK: 'off' },
  });
  if (status === 0) return /^=\t/m.test(stdout) ? 'up to date' : 'pushed';
  const said = `${stdout}\n${stderr}`;
  if (RACED.test(said)) return 'raced';
  throw remoteError(remote, said);
}

const RACED =
  /non-fast-forward|fetch first|stale info|cannot lock ref|failed to update ref|incorrect old value|reference already exists|unable to create .*\.lock/i;

/** Kinds of failure of a remote, with what to do about each. The first that fits counts. */
const FAILURES: readonly (readonly [pattern: RegExp, code: 'io' | 'refused', what: string, hint: string])[] = [
  [
    /authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied|access denied|\b40[13]\b/i,
    'io',
    'asks for a login, or does not let you in',
    'set up a credential helper or an SSH key for it, then try again: nothing is lost',
  ],
  [
    /protected branch|hook declined|pre-receive|GH0\d\d|not allowed to|denied(?:ing|NonFastForward|CurrentBranch)?\b|remote rejected/i,
    'refused',
    'takes no push to this branch',
    'push to another branch and merge it there; the commits are in this clone',
  ],
  [
    /./s,
    'io',
    'cannot be reached',
    'check git remote -v and the network; the commits are in this clone, and the next push sends them',
  ],
];

function remoteError(remote: string, said: string): SyncError {
  const details = said.split('\n').filter((line) => /^(?:fatal|error|remote|ERROR|ssh|!|\S+: Permission)/.test(line));
  const [, code, what, hint] = FAILURES.find(([pattern]) => pattern.test(said)) ?? FAILURES[2] ?? [/./, 'io', '', ''];
  return new SyncError(code, `the remote ${remote} ${what}`, { details, hint });
}
