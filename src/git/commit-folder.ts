import { posix } from 'node:path';

import { SyncError } from '../errors.js';
import { commitMessage } from '../files/commit-template.js';
import { fileNames } from '../format/line-key.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import type { Registry } from '../registry/entity.js';
import { StagedPaths, addCommand, commitFailed } from './commit-paths.js';
import type { ChangedPath } from './commit-paths.js';
import { planCommit } from './commit-subject.js';
import { literally, pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git, runGit } from './run.js';
import { REGISTRY_FILE } from '../files/registry-file.js';

/** Our own hooks do nothing while this package commits and merges. */
const QUIET = { SC_SYNC_HOOK: 'off' } as const;

/**
 * The environment of commits: who makes them, and that our hooks keep still. Throws `usage` where nobody said who that is: a login, often
 * root, is not what a team should read in its history for good.
 */
export function committerEnvironment({ setting }: Repository, actor: string): Record<string, string> {
  // An empty variable is as good as none.
  const of = (variable: string): string | undefined => [process.env[variable]].find((value) => value !== '');
  const email = setting('user.email') ?? `${actor.replaceAll(/[^\w.+-]+/g, '.')}@localhost`;
  const name = setting('user.name') ?? of('SC_ACTOR') ?? of('GIT_AUTHOR_NAME');
  if (name === undefined) {
    throw new SyncError('usage', `Git does not know who you are: the commit would be by ${actor} <${email}>`, {
      hint: 'git config --global user.name "Your Name", and user.email likewise; or set SC_ACTOR',
    });
  }
  return {
    ...QUIET,
    GIT_AUTHOR_NAME: of('SC_ACTOR') ?? of('GIT_AUTHOR_NAME') ?? name,
    GIT_AUTHOR_EMAIL: of('GIT_AUTHOR_EMAIL') ?? email,
    GIT_COMMITTER_NAME: of('GIT_COMMITTER_NAME') ?? name,
    GIT_COMMITTER_EMAIL: of('GIT_COMMITTER_EMAIL') ?? email,
  };
}

/** What a team shares of an export directory, and what it must not miss. An ignore file is no measure: whoever can push can change it. */
function sharedNames(registry: Registry): {
  readonly needed: ReadonlySet<string>;
  readonly shared: ReadonlySet<string>;
} {
  const needed = new Set(['sync.json', REGISTRY_FILE, CONFLICTS_FILE, ...fileNames(registry)]);
  return { needed, shared: new Set(['.gitignore', '.gitattributes', ...needed]) };
}

/**
 * Commits what changed in an export directory of what a team shares, and nothing else: what is staged elsewhere stays staged. Gives the
 * commit's first line, or undefined when there was nothing to commit. Throws `usage` without an identity, `io` with git's words; the index
 * is as it was then.
 *
 * @param template what the commit says; undefined for the usual words.
 */
export async function commitFolder(
  repository: Repository,
  registry: Registry,
  dir: string,
  actor: string,
  template?: string,
): Promise<string | undefined> {
  const folder = pathInRepository(repository, dir);
  const changed = changedFiles(repository, registry, folder);
  if (changed.length === 0) return undefined;
  const env = committerEnvironment(repository, actor);
  const staged = await StagedPaths.stage(repository, changed);
  const { subject, files } = planCommit(
    registry,
    repository.root,
    changed.map(({ path }) => literally(path)),
  );
  const paths = changed.map(({ path }) => path).filter((path) => files.includes(posix.basename(path)));
  if (paths.length === 0) return undefined;
  const message = commitMessage(template, { subject, actor });
  const result = await staged.commit(paths, message, env);
  if (result.status === 0) return message.split('\n', 1)[0];
  // Somebody else in this clone committed the same meanwhile.
  if (isFolderClean(repository, registry, folder)) return undefined;
  staged.takeBack();
  throw commitFailed(result);
}

/** Adds what changed in an export directory of what a team shares to the index that the environment names, whatever comes of it. */
export function addFolder(
  repository: Repository,
  registry: Registry,
  dir: string,
  env: Readonly<Record<string, string>>,
): void {
  const { changed } = statusOf(repository, registry, pathInRepository(repository, dir));
  if (changed.length > 0) runGit(addCommand(changed.map(({ path }) => path)), { cwd: repository.root, env });
}

/** Says whether git has all that a team shares of an export directory. Throws as {@link changedFiles}. */
export function isFolderClean(repository: Repository, registry: Registry, folder: string): boolean {
  return changedFiles(repository, registry, folder).length === 0;
}

/**
 * The files of an export directory that a team shares and git does not have as they are. Throws `refused` where git would never take some
 * of them: what a team is to get must not be left behind without a word.
 */
function changedFiles(repository: Repository, registry: Registry, folder: string): readonly ChangedPath[] {
  if (folder.startsWith('../')) {
    throw leftBehind(
      folder,
      'lies outside of the work tree',
      'make it a folder of the repository, not a link out of it',
    );
  }
  const { changed, ignored } = statusOf(repository, registry, folder);
  if (ignored === undefined) return changed;
  throw leftBehind(ignored, 'is ignored by git', `git check-ignore -v ${ignored} names the rule to take away`);
}

/** What git says of an export directory; nothing of one that lies elsewhere. */
export function folderStatus(repository: Repository, registry: Registry, dir: string): FolderStatus {
  const folder = pathInRepository(repository, dir);
  if (folder.startsWith('../')) return { changed: [], ignored: undefined, others: [], unmerged: [] };
  return statusOf(repository, registry, folder);
}

/** What git says of an export directory. */
export interface FolderStatus {
  /** Shared files that git does not have as they are. */
  readonly changed: readonly ChangedPath[];
  /** A shared file, or the folder, that git ignores. */
  readonly ignored: string | undefined;
  /** Files that are for nobody else, and that `git add` would take: an ignore file lets them through. */
  readonly others: string[];
  /** The names of files that git calls unmerged. */
  readonly unmerged: string[];
}

function statusOf({ root: cwd }: Repository, registry: Registry, folder: string): FolderStatus {
  const { needed, shared } = sharedNames(registry);
  const flags = ['--porcelain=v2', '-z', '--no-renames', '--untracked-files=all', '--ignored=matching'];
  const entries = git(['status', ...flags, '--', literally(folder)], { cwd })
    .split('\0')
    .flatMap(parseEntry);
  const prefix = folder === '.' ? '' : `${folder}/`;
  const nameOf = (path: string): string => (path.startsWith(prefix) ? path.slice(prefix.length) : '');
  // The folder itself, one that it lies in, or a file of it with records or settings.
  const isNeeded = (path: string): boolean => prefix.startsWith(path) || needed.has(nameOf(path));
  const paths = (wanted: StatusEntry['kind']): string[] =>
    entries.flatMap(({ kind, path }) => (kind === wanted ? [path] : []));
  const isShared = (path: string): boolean => shared.has(nameOf(path));
  return {
    changed: entries.filter(({ kind, path }) => kind !== '!' && isShared(path)),
    ignored: paths('!').find(isNeeded),
    others: paths('?').filter((path) => !isShared(path)),
    unmerged: paths('u').map((path) => path.slice(prefix.length)),
  };
}

/** What git says of a path: it changed, is unmerged, is not tracked, or ignored. */
interface StatusEntry extends ChangedPath {
  readonly kind: '1' | 'u' | '?' | '!';
}

/** How many words stand before the path. */
const WORDS: Readonly<Record<StatusEntry['kind'], number>> = { '1': 8, u: 10, '?': 1, '!': 1 };

function parseEntry(entry: string): StatusEntry[] {
  const kind = entry.slice(0, 1);
  if (!isKind(kind)) return [];
  const words = entry.split(' ');
  const path = words.slice(WORDS[kind]).join(' ');
  const at = (index: number): string => words[index] ?? '';
  // Of a file the mode and the object in the index; of an unmerged one those of each version.
  const versions =
    kind === '1' ? [[at(4), at(7), 0]] : kind === 'u' ? [1, 2, 3].map((n) => [at(2 + n), at(6 + n), n]) : [];
  const there = versions.filter(([mode]) => mode !== '000000');
  return [{ kind, path, staged: there.map((version) => `${version.join(' ')}\t${path}`) }];
}

function isKind(kind: string): kind is StatusEntry['kind'] {
  return kind in WORDS;
}

function leftBehind(path: string, why: string, hint: string): SyncError {
  return new SyncError('refused', `Cannot commit ${path}: it ${why}`, { hint });
}
