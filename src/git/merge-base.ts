import { SyncError } from '../errors.js';
import { requireCommit } from './commit-files.js';
import type { Repository } from './repository.js';
import { tryGit } from './run.js';

/** Where forges name the branch that a merge request goes into: GitHub, Gitea and Forgejo; GitLab; Bitbucket; Jenkins. */
const TARGETS = [
  'GITHUB_BASE_REF',
  'CI_MERGE_REQUEST_TARGET_BRANCH_NAME',
  'BITBUCKET_PR_DESTINATION_BRANCH',
  'CHANGE_TARGET',
] as const;

/**
 * The commit at which HEAD parted from a branch: the one that is named, else the one of `origin` that a merge request goes into, else the
 * upstream. Throws `usage` where there is none.
 */
export function mergeBase(repository: Repository, wanted: string | undefined, env: NodeJS.ProcessEnv): string {
  const { root: cwd } = repository;
  const name = wanted ?? targetIn(env) ?? upstreamOf(cwd);
  if (name === undefined) {
    throw new SyncError('usage', 'Cannot tell what to compare with: the branch has no upstream', {
      hint: 'name the branch that it is to be merged into, for example --base origin/main',
    });
  }
  const base = tryGit(['merge-base', requireCommit(repository, name), requireCommit(repository, 'HEAD')], { cwd });
  if (base !== undefined) return base;
  throw new SyncError('usage', `HEAD and ${name} have no commit in common here`, {
    hint: 'a shallow clone lacks older commits: git fetch --unshallow brings them',
  });
}

function targetIn(env: NodeJS.ProcessEnv): string | undefined {
  // Elsewhere a forge leaves its variable empty.
  const branch = TARGETS.map((name) => env[name] ?? '').find((value) => value !== '');
  return branch === undefined ? undefined : `refs/remotes/origin/${branch}`;
}

function upstreamOf(cwd: string): string | undefined {
  return tryGit(['rev-parse', '--verify', '--quiet', '@{upstream}'], { cwd });
}
