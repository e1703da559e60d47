import { SyncError } from '../errors.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git, gitFailed, runGit, tryGit } from './run.js';

/** Our own hooks do nothing while this package commits and merges. */
const QUIET = { SC_SYNC_HOOK: 'off' } as const;

/** How long another git that holds the index is waited for, in milliseconds. */
const PATIENCE = 10_000;

/** The environment of commits: who makes them, and that our hooks keep still. Without an identity git would refuse. */
export function committerEnvironment({ root }: Repository, actor: string): Record<string, string> {
  const setting = (name: string): string | undefined => tryGit(['config', '--get', name], { cwd: root });
  const name = setting('user.name') ?? actor;
  const email = setting('user.email') ?? `${actor.replaceAll(/[^\w.+-]+/g, '.')}@localhost`;
  const env = process.env;
  return {
    ...QUIET,
    GIT_AUTHOR_NAME: env['SC_ACTOR'] ?? env['GIT_AUTHOR_NAME'] ?? name,
    GIT_AUTHOR_EMAIL: env['GIT_AUTHOR_EMAIL'] ?? email,
    GIT_COMMITTER_NAME: env['GIT_COMMITTER_NAME'] ?? name,
    GIT_COMMITTER_EMAIL: env['GIT_COMMITTER_EMAIL'] ?? email,
  };
}

/**
 * Commits what changed in an export directory, and nothing else: what is staged elsewhere stays staged. Gives the commit's first line,
 * or undefined when there was nothing to commit. Throws `io` with git's words.
 */
export async function commitFolder(repository: Repository, dir: string, actor: string): Promise<string | undefined> {
  const { root: cwd } = repository;
  const path = `:(top,literal)${pathInRepository(repository, dir)}`;
  if (git(['status', '--porcelain', '--', path], { cwd }) === '') return undefined;
  await gitWhenFree(['add', '--', path], cwd, QUIET);
  const subject = subjectOf(git(['diff', '--cached', '--numstat', '--', path], { cwd }));
  const env = committerEnvironment(repository, actor);
  await gitWhenFree(['commit', '--quiet', '--only', '-m', subject, '-m', `By ${actor}.`, '--', path], cwd, env);
  return subject;
}

/** What a commit is about, from how many lines of which files came. */
function subjectOf(numstat: string): string {
  let changed = 0;
  let deleted = 0;
  for (const line of numstat.split('\n')) {
    const [added, , path = ''] = line.split('\t');
    if (path.endsWith('/deletions.jsonl')) deleted += Number(added);
    else if (path.endsWith('.jsonl')) changed += Number(added);
  }
  const parts = [...(changed > 0 ? [`${changed} changed`] : []), ...(deleted > 0 ? [`${deleted} deleted`] : [])];
  return `Records: ${parts.length === 0 ? 'set-up' : parts.join(', ')}`;
}

/** Runs git, again as long as another git holds the index. */
export async function gitWhenFree(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  for (const since = Date.now(); ;) {
    const { status, stdout, stderr } = runGit(args, { cwd, env });
    if (status === 0) return stdout;
    if (!/\.lock'?: File exists/.test(stderr)) throw gitFailed(args, stderr.trim() === '' ? stdout : stderr);
    if (Date.now() - since > PATIENCE) {
      throw new SyncError('busy', 'another git holds the index of this clone', { hint: 'wait for it, then try again' });
    }
    await new Promise((resume) => setTimeout(resume, 50 + Math.random() * 100));
  }
}
