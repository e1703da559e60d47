import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { SyncError, messageOf } from '../errors.js';
import { withLock } from '../store/lock.js';
import { committerEnvironment, isFolderClean } from './commit-folder.js';
import { cannotMerge } from './merge-work-tree.js';
import type { MadeMerge } from './merge-upstream.js';
import { pathInRepository } from './repository.js';
import { git, gitBytes, isHeld, runGit, runWithLockRetry } from './run.js';
import type { GitOptions, GitResult } from './run.js';
import { headOf, requireBranch } from './upstream.js';

/** An export that is at work is waited for so long, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Moves branch, index and work tree forward to a merge, at once or not at all; `moved` when somebody in this clone committed or exported
 * meanwhile. A dry run only looks whether git would. Throws `refused` when git must not overwrite somebody's work, `io` when it could not
 * write, in a full disk for example: nothing was moved then.
 */
export async function bringForward(merge: MadeMerge, { dryRun = false } = {}): Promise<'done' | 'moved'> {
  const { repository, dir, upstream, head, commit, actor } = merge;
  const { root: cwd } = repository;
  if (commit === undefined || commit === head) return 'done';
  requireBranch(repository, upstream);
  const look = ['read-tree', '--dry-run', '-m', '-u', ...(head === undefined ? [] : [head]), commit];
  // Hooks of ours would wait for the lock, and have nothing to do: what is pulled is imported next.
  const env = { ...committerEnvironment(repository, actor), SC_SYNC_HOOK: 'off' };
  const { status, stdout, stderr } = await runWithLockRetry(look, { cwd, env }, (args, options) =>
    withLock(dir, { timeoutMs: PATIENCE }, () => {
      const looked = lookThrough(args, options);
      return dryRun || looked.status !== 0 ? looked : moveForward(merge, commit, options);
    }),
  );
  if (status === 0) return 'done';
  if (headOf(merge) !== head || !isFolderClean(repository, merge.registry, pathInRepository(repository, dir)))
    return 'moved';
  throw cannotMerge(`${stderr}\n${stdout}`.split('\n'));
}

/** Looks whether anything is in the way. A file that was only touched is no work of anybody: git learns that from a second look. */
function lookThrough(look: readonly string[], options: GitOptions): GitResult {
  const found = runGit(look, options);
  if (found.status === 0 || isHeld(found)) return found;
  runGit(['update-index', '-q', '--refresh'], options);
  return runGit(look, options);
}

/** Moves forward where nothing is in the way. Git that stops while it writes leaves files that are new, and one that is cut. */
function moveForward(merge: MadeMerge, commit: string, options: GitOptions): GitResult {
  // What a user set for merges of branches (`branch.*.mergeOptions`, `merge.autoStash`) is not for this step.
  const forward = ['merge', '--quiet', '--ff-only', '--commit', '--no-squash', '--no-autostash', commit];
  const result = runGit(forward, options);
  if (result.status === 0 || isHeld(result) || headOf(merge) !== merge.head) return result;
  const details = result.stderr.split('\n').filter((line) => line.trim() !== '');
  const notBack = takeBack(options.cwd, merge.head, commit);
  throw new SyncError('io', 'Cannot write what was merged into the work tree', {
    details: [...details, ...notBack],
    hint:
      notBack.length === 0
        ? 'branch and files are as they were; see what git says, make room where the disk is full, then try again'
        : 'see what git says, make room where the disk is full, then git checkout -- . and try again',
  });
}

/** A file that git writes or removes where it moves forward. */
interface Change {
  readonly path: string;
  readonly isInHead: boolean;
  /** The object that it becomes; undefined for one that goes. */
  readonly object: string | undefined;
}

/**
 * Puts files back as HEAD has them that git wrote of a commit, whole or in part. Nothing is in the way of that commit, so what such a file has now is of
 * git; where it has something else, somebody wrote it since. Gives why something could not be put back.
 */
function takeBack(cwd: string, head: string | undefined, commit: string): string[] {
  try {
    const differing = new Set(git(['diff-files', '--name-only', '-z'], { cwd }).split('\0'));
    const touched = changesBetween(cwd, head, commit).filter(
      ({ path, isInHead, object }) => (!isInHead || differing.has(path)) && isOfGit(cwd, path, object),
    );
    const paths = (isInHead: boolean): string[] =>
      touched.filter((change) => change.isInHead === isInHead).map(({ path }) => path);
    // First what takes room.
    for (const path of paths(false)) rmSync(join(cwd, path), { force: true });
    const back = paths(true);
    if (back.length > 0) {
      git(['checkout-index', '--force', '--quiet', '-z', '--stdin'], { cwd, input: `${back.join('\0')}\0` });
    }
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function changesBetween(cwd: string, head: string | undefined, commit: string): Change[] {
  const from = head ?? git(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' }).trim();
  const parts = git(['diff-tree', '-r', '-z', '--no-renames', from, commit], { cwd }).split('\0');
  return parts.flatMap((part, index) => {
    const [, before, after, , object] = /^:(\d+) (\d+) (\w+) (\w+) /.exec(part) ?? [];
    const path = parts[index + 1];
    if (before === undefined || after === undefined || path === undefined) return [];
    // Links and submodules are written in one step.
    if (![before, after].every((mode) => mode.startsWith('100') || /^0+$/.test(mode))) return [];
    return [{ path, isInHead: !/^0+$/.test(before), object: /^0+$/.test(after) ? undefined : object }];
  });
}

/** Says whether a file is what git writes of an object, or the beginning of that, or gone. */
function isOfGit(cwd: string, path: string, object: string | undefined): boolean {
  const found = lstatSync(join(cwd, path), { throwIfNoEntry: false });
  if (found === undefined) return true;
  if (object === undefined || !found.isFile()) return false;
  const written = gitBytes(['cat-file', '--filters', `--path=${path}`, object], { cwd });
  const there = readFileSync(join(cwd, path));
  return written.subarray(0, there.length).equals(there);
}
