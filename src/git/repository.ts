import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

import { resolvePath, workTreeOf } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { ifGitIsThere, runGit, tryGit } from './run.js';

/** The work tree of git that a folder lies in. */
export interface Repository {
  /** The root of the work tree, symbolic links resolved. */
  readonly root: string;
  /** The git folder of this work tree: of a linked one its own, not the common one. */
  readonly gitDir: string;
  /** A setting of git that holds here, undefined where there is none. All are read once, when the first is asked for. */
  readonly setting: (name: string) => string | undefined;
  /** What the same settings name in a section, in order: the remotes in `remote`. */
  readonly named: (section: string) => readonly string[];
}

/** What git is in the middle of, which somebody must finish or give up first. */
export type Unfinished = 'merge' | 'rebase' | 'am' | 'cherry-pick' | 'revert' | 'bisect';

/** The work tree that a folder lies in; undefined outside of one, in a bare repository, or without git. */
export function findRepository(folder: string): Repository | undefined {
  const found = ifGitIsThere(() => look(folder));
  return found instanceof SyncError ? undefined : found;
}

/** The same to set it up: throws `usage` where git is, but no work tree that it works in (a bare repository, one of another owner). */
export function findRepositoryToSetUp(folder: string): Repository | undefined {
  const found = ifGitIsThere(() => look(folder));
  if (found instanceof SyncError && found.details.length > 0) throw found;
  return found instanceof SyncError ? undefined : found;
}

/** The work tree that a folder lies in. Throws `usage` where there is none, `io` without git. */
export function requireRepository(folder: string): Repository {
  const found = look(folder);
  if (found instanceof SyncError) throw found;
  return found;
}

const LOOK = ['rev-parse', '--show-toplevel', '--absolute-git-dir'] as const;

/** The work tree that a folder lies in, or why there is none: with git's own words, but where there is no repository at all. */
function look(folder: string): Repository | SyncError {
  const cwd = workTreeOf(folder) ?? folder;
  const found = existsSync(cwd) ? runGit(LOOK, { cwd }) : undefined;
  const [root, gitDir] = found?.status === 0 ? found.stdout.split(/\r?\n/) : [];
  if (root === undefined || gitDir === undefined || root === '') return noWorkTree(folder, found?.stderr ?? '');
  if (!isSameFolder(root, cwd)) return noWorkTree(folder, `fatal: ${cwd} has a .git, and its work tree is ${root}`);
  return { root: cwd, gitDir, ...settingsIn(cwd) };
}

/** Git may write a path in another way than the system does. */
function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

/** What git says where no folder above is a repository. */
const NO_REPOSITORY = 'fatal: not a git repository (or any';
/** What it says of a bare repository, by whether it knows the setting that forbids to find one. */
const BARE = /cannot use bare repository|must be run in a work tree/;

function noWorkTree(folder: string, says: string): SyncError {
  const message = `${folder} lies in no work tree of git`;
  if (says === '' || says.startsWith(NO_REPOSITORY)) {
    return new SyncError('usage', message, { hint: 'run git init there first, or give another folder with -C' });
  }
  if (BARE.test(says)) {
    return new SyncError('usage', message, {
      details: ['a bare repository lies there, which has no files'],
      hint: 'make a work tree of it with git worktree add, or give another folder with -C',
    });
  }
  return new SyncError('usage', `${message} that can be used`, {
    details: says
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `git: ${line.trim()}`),
    hint: 'do what git says, or give another folder with -C',
  });
}

/** Git lists names in small letters, but for what stands between the first dot and the last. */
function settingsIn(cwd: string): Pick<Repository, 'setting' | 'named'> {
  let read: ReadonlyMap<string, string> | undefined;
  const settings = (): ReadonlyMap<string, string> => (read ??= readSettings(cwd));
  return {
    setting: (name) => settings().get(name),
    named: (section) => {
      const names = [...settings().keys()].map((name) =>
        name.startsWith(`${section}.`) ? name.slice(section.length + 1, Math.max(0, name.lastIndexOf('.'))) : '',
      );
      return [...new Set(names)].filter((name) => name !== '').sort();
    },
  };
}

function readSettings(cwd: string): ReadonlyMap<string, string> {
  const entries = (tryGit(['config', '--list', '-z'], { cwd }) ?? '').split('\0');
  return new Map(
    entries.map((entry) => {
      // A name alone means that it is on.
      const [name = '', ...lines] = entry.split('\n');
      return [name, lines.length === 0 ? 'true' : lines.join('\n')];
    }),
  );
}

/** A path as git names it: relative to the root, with slashes; `.` for the root itself. */
export function pathInRepository({ root }: Pick<Repository, 'root'>, path: string): string {
  const inside = relative(root, resolvePath(resolve(path)));
  return inside === '' ? '.' : inside.split(sep).join('/');
}

/** A path as {@link pathInRepository} gives it for a call of git, with nothing in it that means several. */
export function literally(path: string): string {
  return `:(top,literal)${path === '.' ? '' : path}`;
}

/** What git is in the middle of, if anything. */
export function findUnfinished({ gitDir }: Repository): Unfinished | undefined {
  const marks: readonly (readonly [string, Unfinished])[] = [
    ['rebase-merge', 'rebase'],
    ['rebase-apply/applying', 'am'],
    ['rebase-apply', 'rebase'],
    ['MERGE_HEAD', 'merge'],
    ['CHERRY_PICK_HEAD', 'cherry-pick'],
    ['REVERT_HEAD', 'revert'],
    ['BISECT_LOG', 'bisect'],
  ];
  return marks.find(([name]) => existsSync(join(gitDir, name)))?.[1];
}

/** That git is in the middle of something, as a sentence. */
export function inTheMiddle(unfinished: Unfinished): string {
  return `git is in the middle of ${unfinished === 'am' ? 'an' : 'a'} ${unfinished}`;
}

/** How somebody gets out of what git is in the middle of. */
export function wayOut(unfinished: Unfinished): string {
  return unfinished === 'bisect' ? 'git bisect reset' : `git ${unfinished} --continue or --abort`;
}
