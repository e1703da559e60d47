import { renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { SyncError } from '../../src/errors.js';
import { requireCheckedOut } from '../../src/git/checked-out.js';
import { MergeStrategy } from '../../src/sync/import/plan.js';
import type { Clone } from './clone.js';
import { hasUnseen, importFiles } from './engine-operations.js';
import { commit, dataFolders, inClone } from './real-git.js';
import type { Operation } from './schedule.js';
import type { World } from './world.js';

/** What takes the files of a repository to another place, or out of sight. */
export const OPERATIONS = { moveFolder, moveClone, narrow, widen };

/** Gives the data folder a new name, in a commit of its own. One clone alone does so: git merges no two names of one file. */
function moveFolder(world: World, clone: Clone): void {
  if (clone !== world.clones[0] || clone.detachedFrom !== undefined || clone.isNarrow) return;
  commit(world, clone);
  if (dataFolders(clone).length === 0) return;
  const name = world.fresh('data');
  inClone(clone, 'mv', basename(clone.dir), name);
  inClone(clone, 'commit', '--quiet', '-m', `moved to ${name}`);
  world.say(clone, `git mv ${basename(clone.dir)} ${name}`);
}

/** Gives the folder of the whole clone another name. */
function moveClone(world: World, clone: Clone): void {
  const root = dirname(clone.dir);
  const moved = join(dirname(root), world.fresh('moved'));
  renameSync(root, moved);
  clone.dir = join(moved, basename(clone.dir));
  world.say(clone, `mv ${basename(root)} ${basename(moved)}`);
}

/** Leaves the data folder out of the work tree. */
function narrow(world: World, clone: Clone): void {
  if (clone.isNarrow || clone.detachedFrom !== undefined || hasUnseen(world, clone)) return;
  commit(world, clone);
  inClone(clone, 'sparse-checkout', 'set', '--cone', 'elsewhere');
  clone.isNarrow = true;
  world.say(clone, 'git sparse-checkout set elsewhere');
}

function widen(world: World, clone: Clone): void {
  if (!clone.isNarrow) return;
  inClone(clone, 'sparse-checkout', 'disable');
  clone.isNarrow = false;
  world.say(clone, 'git sparse-checkout disable');
}

const OF_FILES: readonly Operation[] = ['export', 'sync'];

/** Whether git left files out, so that whatever reads or writes them is refused. */
export function isRefused(world: World, clone: Clone, operation: Operation): boolean {
  if (dataFolders(clone).length === 0) widen(world, clone);
  if (!clone.isNarrow || !OF_FILES.includes(operation)) return false;
  world.checks++;
  try {
    requireCheckedOut(clone.dir);
  } catch (error) {
    if (error instanceof SyncError && error.code === 'refused') return true;
    throw error;
  }
  world.fail('P3', `${clone.name}: ${operation} is not refused without the files`);
  return true;
}

/** Finds the data folder where git has put it. A file that somebody added in the old one meanwhile is imported, and taken away. */
export function follow(world: World, clone: Clone): void {
  const folders = dataFolders(clone);
  const latest = folders.pop();
  if (latest === undefined) return;
  const root = dirname(clone.dir);
  const wasMoved = basename(clone.dir) !== latest || folders.length > 0;
  for (const old of folders) {
    widen(world, clone);
    clone.dir = join(root, old);
    importFiles(world, clone, MergeStrategy.ThreeWay);
    inClone(clone, 'rm', '-r', '--quiet', '--', old);
  }
  clone.dir = join(root, latest);
  if (wasMoved) commit(world, clone);
}
