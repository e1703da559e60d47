import { SyncError } from '../errors.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git, gitFailed, runWhenFree } from './run.js';

/** Our own hooks do nothing while this package commits and merges. */
const QUIET = { SC_SYNC_HOOK: 'off' } as const;

/** The environment of commits: who makes them, and that our hooks keep still. Without an identity git would refuse. */
export function committerEnvironment({ setting }: Repository, actor: string): Record<string, string> {
  const name = setting('user.name') ?? actor;
  const email = setting('user.email') ?? `${actor.replaceAll(/[^\w.+-]+/g, '.')}@localhost`;
  // An empty variable is as good as none.
  const of = (variable: string): string | undefined => [process.env[variable]].find((value) => value !== '');
  return {
    ...QUIET,
    GIT_AUTHOR_NAME: of('SC_ACTOR') ?? of('GIT_AUTHOR_NAME') ?? name,
    GIT_AUTHOR_EMAIL: of('GIT_AUTHOR_EMAIL') ?? email,
    GIT_COMMITTER_NAME: of('GIT_COMMITTER_NAME') ?? name,
    GIT_COMMITTER_EMAIL: of('GIT_COMMITTER_EMAIL') ?? email,
  };
}

/**
 * Commits what changed in an export directory, and nothing else: what is staged elsewhere stays staged. Gives the commit's first line,
 * or undefined when there was nothing to commit. Throws `io` with git's words.
 */
export async function commitFolder(repository: Repository, dir: string, actor: string): Promise<string | undefined> {
  const { root: cwd } = repository;
  const folder = pathInRepository(repository, dir);
  const path = `:(top,literal)${folder}`;
  const isClean = (): boolean => isFolderClean(repository, folder);
  if (isClean()) return undefined;
  const add = ['add', '--', path];
  const added = await runWhenFree(add, { cwd, env: QUIET });
  if (added.status !== 0) throw gitFailed(add, added.stderr);
  const subject = subjectOf(git(['diff', '--cached', '--numstat', '--', path], { cwd }));
  const commit = ['commit', '--quiet', '--only', '-m', subject, '-m', `By ${actor}.`, '--', path];
  const { status, stdout, stderr } = await runWhenFree(commit, { cwd, env: committerEnvironment(repository, actor) });
  if (status === 0) return subject;
  // Somebody else in this clone committed the same meanwhile.
  if (isClean()) return undefined;
  throw gitFailed(commit, stderr.trim() === '' ? stdout : stderr);
}

/**
 * Says whether git has all that stands in an export directory. Throws `refused` where it would never take some of it: what a team is to get
 * must not be left behind without a word.
 */
export function isFolderClean({ root: cwd }: Repository, folder: string): boolean {
  if (folder.startsWith('../')) {
    throw leftBehind(
      folder,
      'lies outside of the work tree',
      'make it a folder of the repository, not a link out of it',
    );
  }
  const args = [
    'status',
    '--porcelain',
    '-z',
    '--untracked-files=all',
    '--ignored=matching',
    '--',
    `:(top,literal)${folder}`,
  ];
  const entries = git(args, { cwd })
    .split('\0')
    .filter((entry) => entry !== '');
  // The folder itself, one that it lies in, or a file right in it: copies that lie deeper are for nobody else.
  const isData = (path: string): boolean =>
    `${folder}/`.startsWith(path) ||
    (path.startsWith(`${folder}/`) && /^(?:[^/.][^/]*\.jsonl|sync\.json)$/.test(path.slice(folder.length + 1)));
  const ignored = entries.find((entry) => entry.startsWith('!! ') && isData(entry.slice(3)));
  if (ignored !== undefined) {
    const path = ignored.slice(3);
    throw leftBehind(path, 'is ignored by git', `git check-ignore -v ${path} names the rule to take away`);
  }
  return entries.every((entry) => entry.startsWith('!! '));
}

function leftBehind(path: string, why: string, hint: string): SyncError {
  return new SyncError('refused', `${path} ${why}, so it cannot be committed`, { hint });
}

/** What a commit is about, from how many lines of which files came. */
function subjectOf(numstat: string): string {
  let changed = 0;
  let deleted = 0;
  let undeleted = 0;
  for (const line of numstat.split('\n')) {
    const [added, removed, path = ''] = line.split('\t');
    if (path.endsWith('/deletions.jsonl')) {
      deleted += Number(added);
      undeleted += Math.max(0, Number(removed) - Number(added));
    } else if (path.endsWith('.jsonl')) changed += Number(added);
  }
  const counts = { changed, deleted, 'no longer deleted': undeleted };
  const parts = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return `Records: ${parts.length === 0 ? 'set-up' : parts.join(', ')}`;
}
