import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { findRepository } from '../../src/git/repository.js';
import { resolveFolder } from '../../src/git/resolve.js';
import { tryGit } from '../git/clones.js';
import type { Ran } from '../cli/built-command.js';
import type { Clone } from './clone.js';
import { hasUnseen, syncFiles } from './engine-operations.js';
import type { Knowledge } from './knowledge.js';
import { recordLines } from './merge-trees.js';
import { cloneAnew, run } from './repository.js';
import type { World } from './world.js';
import { savecontext } from '../../src/savecontext/registry.js';

// The same steps as those of the simulated git, in repositories of the machine's own.

/** A file of few lines has changed by more than half after one edit, and git would not know it again under another name. */
const FINDS_RENAMES = '-Xfind-renames=1%';

export const inClone = ({ dir }: Clone, ...args: readonly string[]): string => run(dirname(dir), ...args);
const tryIn = ({ dir }: Clone, ...args: readonly string[]): Ran => tryGit(dirname(dir), args);
const isClean = (clone: Clone): boolean => inClone(clone, '--no-optional-locks', 'status', '--porcelain') === '';

export function commit(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined || isClean(clone)) return;
  inClone(clone, 'add', '--all');
  inClone(clone, 'commit', '--quiet', '-m', 'records');
  world.say(clone, 'git commit');
}

export function pull(world: World, clone: Clone, pick: number): void {
  pullFrom(world, clone, 'origin', 'main', pick);
}

export function mergePeer(world: World, clone: Clone, pick: number): void {
  const peer = peerOf(world, clone, pick);
  pullFrom(world, clone, dirname(peer.dir), 'main', pick);
}

/** Any clone but this one. */
function peerOf(world: World, clone: Clone, pick: number): Clone {
  const others = world.clones.filter((other) => other !== clone);
  return others[pick % others.length]!;
}

function pullFrom(world: World, clone: Clone, remote: string, branch: string, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  inClone(clone, 'fetch', '--quiet', remote, branch);
  deepen(clone);
  const steps = ['merge', FINDS_RENAMES, '--quiet', '--no-edit', 'FETCH_HEAD'];
  finish(world, clone, pick, steps, ['commit', '--quiet', '--no-edit']);
}

/** A shallow clone without a commit that both sides have cannot merge: git and the command say so, and how to get it. */
function deepen(clone: Clone): void {
  if (tryIn(clone, 'merge-base', 'HEAD', 'FETCH_HEAD').status === 0) return;
  inClone(clone, 'fetch', '--quiet', '--unshallow', '--no-write-fetch-head', 'origin');
}

export function push(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined) return;
  const { status } = tryIn(clone, 'push', '--quiet', 'origin', 'main');
  world.remoteHead = inClone(clone, 'rev-parse', 'origin/main');
  world.say(clone, status === 0 ? 'git push' : 'git push (others were faster)');
}

export function rebase(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  inClone(clone, 'fetch', '--quiet', 'origin', 'main');
  deepen(clone);
  const steps = ['rebase', FINDS_RENAMES, '--quiet', 'FETCH_HEAD'];
  finish(world, clone, pick, steps, ['-c', 'core.editor=true', 'rebase', '--continue']);
}

export function cherryPick(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  inClone(clone, 'fetch', '--quiet', dirname(peerOf(world, clone, pick).dir), 'main');
  const isMerge = tryIn(clone, 'rev-parse', '--verify', '--quiet', 'FETCH_HEAD^2').status === 0;
  if (isMerge || tryIn(clone, 'merge-base', '--is-ancestor', 'FETCH_HEAD', 'HEAD').status === 0) return;
  const steps = ['cherry-pick', '--allow-empty', '--keep-redundant-commits', 'FETCH_HEAD'];
  finish(world, clone, pick, steps, ['-c', 'core.editor=true', 'cherry-pick', '--continue']);
}

/** Throws the last commit away; what is in it was exported, so the database has it. */
export function reset(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined || hasUnseen(world, clone)) return;
  commit(world, clone);
  const { status } = tryIn(clone, 'reset', '--quiet', '--hard', 'HEAD~1');
  if (status !== 0) return;
  world.knowledge.takeBack(linesIn(clone));
  world.say(clone, 'git reset --hard HEAD~1');
}

function linesIn(clone: Clone): Parameters<Knowledge['takeBack']>[0] {
  return recordLines(clone.files()).flatMap(({ type, id, versions }) =>
    versions.flatMap((version) => (version.kind === 'present' ? [{ type, id, raw: version.raw }] : [])),
  );
}

export function stash(world: World, clone: Clone): void {
  if (isClean(clone) || hasUnseen(world, clone)) return;
  inClone(clone, 'stash', '--quiet');
  world.say(clone, 'git stash');
}

export function stashPop(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined || inClone(clone, 'stash', 'list') === '') return;
  commit(world, clone);
  finish(world, clone, pick, ['stash', 'pop', '--quiet'], ['stash', 'drop', '--quiet']);
}

/** Takes away all that git does not know, what is ignored too. */
export function clean(world: World, clone: Clone): void {
  commit(world, clone);
  inClone(clone, 'clean', '-fdxq');
  world.say(clone, 'git clean -fdx');
}

/** Throws the repository away, with commits that nobody else has, and clones it anew. The database stays. */
export function cloneAgain(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined || hasUnseen(world, clone)) return;
  const isShallow = pick % 2 === 0;
  cloneAnew(clone, isShallow);
  world.knowledge.takeBack(linesIn(clone));
  world.say(clone, `git clone${isShallow ? ' --depth=1' : ''}`);
}

export function checkoutOld(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  const commits = inClone(clone, 'rev-list', 'HEAD').split('\n');
  checkout(world, clone, commits[pick % commits.length]!);
}

function checkout(world: World, clone: Clone, commit: string): void {
  inClone(clone, 'checkout', '--quiet', '--detach', commit);
  clone.detachedFrom = clone.head;
  world.say(clone, 'git checkout of an old commit');
}

export function checkoutBack(world: World, clone: Clone): void {
  if (clone.detachedFrom === undefined) return;
  // Nobody throws away what was edited by hand and never read.
  if (hasUnseen(world, clone)) syncFiles(world, clone);
  clone.detachedFrom = undefined;
  inClone(clone, 'checkout', '--quiet', '--force', 'main');
  world.say(clone, 'git checkout -f main');
}

const MOST_STOPS = 20;

/** Runs what merges; where it stops at conflicts they are healed, and git goes on. With the driver it never stops. */
function finish(world: World, clone: Clone, pick: number, first: readonly string[], goOn: readonly string[]): void {
  let ran = tryIn(clone, ...first);
  let stops = 0;
  for (; ran.status !== 0 && stops < MOST_STOPS; stops++) {
    const unmerged = inClone(clone, 'diff', '--name-only', '--diff-filter=U', '-z').split('\0').filter(Boolean);
    const folders = dataFolders(clone);
    const isMoved = folders.length > 1;
    if (unmerged.length === 0 || (clone.hasDriver && !isMoved)) {
      throw new Error(`git ${first.join(' ')}: ${ran.stderr}${ran.stdout}`);
    }
    clone.dir = join(dirname(clone.dir), folders.at(-1) ?? '');
    heal(clone, unmerged, isMoved ? 1 : pick);
    ran = tryIn(clone, ...goOn);
  }
  world.say(clone, `git ${first[0] ?? ''}${stops > 0 ? ` (as text, ${byHand(pick) ? 'by hand' : 'resolved'})` : ''}`);
}

/** The data folders of each clone, with the index of git that they stand in. */
const foldersInIndex = new WeakMap<Clone, { readonly index: string; readonly folders: readonly string[] }>();

/** The folders of a repository that have data files: the first one, and what it was moved to, with a number that grows. */
export function dataFolders(clone: Clone): string[] {
  // Git writes a new index for each change, and most steps make none.
  const stats = statSync(join(dirname(clone.dir), '.git/index'), { bigint: true, throwIfNoEntry: false });
  const index = `${stats?.ino} ${stats?.mtimeNs}`;
  const known = foldersInIndex.get(clone);
  const folders = known?.index === index ? known.folders : readDataFolders(clone);
  foldersInIndex.set(clone, { index, folders });
  return [...folders];
}

function readDataFolders(clone: Clone): string[] {
  const paths = inClone(clone, 'ls-files', '-z', '--', '*.jsonl').split('\0').filter(Boolean);
  const numberOf = (folder: string): number => Number(/\d+$/.exec(folder)?.[0] ?? 0);
  return [...new Set(paths.map((path) => dirname(path)))].sort((a, b) => numberOf(a) - numberOf(b));
}

const byHand = (pick: number): boolean => pick % 3 === 0;

/** By \`resolve\`, or by a user who only takes the markers out. */
function heal(clone: Clone, paths: readonly string[], pick: number): void {
  const root = dirname(clone.dir);
  if (byHand(pick)) {
    for (const path of paths) {
      const text = readFileSync(join(root, path), 'utf8');
      writeFileSync(join(root, path), text.replaceAll(/^(?:<{7}|={7}|>{7}).*\n/gm, ''));
    }
    inClone(clone, 'add', '--', ...paths);
    return;
  }
  const { files, left } = resolveFolder(savecontext, findRepository(root), clone.dir, {
    now: Date.now(),
    dryRun: false,
  });
  const problems = [...left, ...files.flatMap((file) => file.problems)];
  if (problems.length > 0) throw new Error(problems.join('; '));
}
