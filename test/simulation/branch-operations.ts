import type { Clone } from './clone.js';
import { syncFiles } from './engine-operations.js';
import { checkout, commit, isClean, merge, noteLosses, pickCommit, pull, push, replay } from './git-operations.js';
import { mergeTrees } from './merge-trees.js';
import { add, deleteRecord, edit, remove } from './row-operations.js';
import type { World } from './world.js';

// A branch that clones share, whose commits do not come into the main branch as they are.

/** Leaves the main branch for the shared one, which is made where there is none. */
export function branch(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined || clone.main !== undefined) return;
  commit(world, clone);
  clone.main = clone.head;
  if (world.git.shared === undefined) share(world, clone.head);
  else checkout(world, clone, world.git.shared);
  world.say(clone, `git checkout of the shared branch, at ${clone.head}`);
}

function share(world: World, tip: number): void {
  world.git.shared = tip;
  for (const each of world.git.ancestors(tip)) world.git.onceShared.add(each);
}

/** Follows the shared branch, which may have been written anew; back to the main branch where it is gone. */
export function pullShared(world: World, clone: Clone): void {
  const { git } = world;
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  if (git.shared === undefined) {
    leave(world, clone);
    return;
  }
  if (git.isAncestor(git.shared, clone.head)) return;
  // Commits that were shared once and are gone are no commits of this clone, as `rebase --fork-point` finds out.
  replay(world, clone, git.shared, (each) => !git.onceShared.has(each));
}

export function pushShared(world: World, clone: Clone): void {
  const { git } = world;
  if (clone.detachedFrom !== undefined || git.shared === undefined) return;
  if (!git.isAncestor(git.shared, clone.head)) return;
  share(world, clone.head);
  world.say(clone, `git push of the shared branch, ${clone.head}`);
}

function leave(world: World, clone: Clone): void {
  const { main } = clone;
  if (main === undefined) return;
  clone.main = undefined;
  checkout(world, clone, main);
  world.say(clone, `git checkout main, at ${main}`);
  merge(world, clone, world.git.origin, 1);
}

/** Whether the clone is at the tip of the shared branch, and the last commit belongs to that branch alone. */
function isAtTip({ git }: World, clone: Clone): boolean {
  if (clone.detachedFrom !== undefined || clone.main === undefined) return false;
  return clone.head === git.shared && git.parents(clone.head).length === 1 && !git.isAncestor(clone.head, git.origin);
}

/** Puts what was changed since into the last commit, and pushes that by force. */
export function amend(world: World, clone: Clone): void {
  if (!isAtTip(world, clone)) return;
  syncFiles(world, clone);
  if (isClean(world, clone)) return;
  clone.head = world.git.commit(clone.files(), world.git.parents(clone.head));
  share(world, clone.head);
  world.say(clone, `git commit --amend, git push --force ${clone.head}`);
}

/** Makes the commits of the shared branch anew on the main branch, and pushes them by force. */
export function rebaseShared(world: World, clone: Clone): void {
  if (!isAtTip(world, clone)) return;
  commit(world, clone);
  const { git } = world;
  const theirs = git.ancestors(git.origin);
  replay(world, clone, git.origin, (each) => !theirs.has(each));
  share(world, clone.head);
  world.say(clone, `git push --force ${clone.head}`);
}

/** Makes one commit of the shared branch on the main one, which ends it; the remote's may stay. */
export function squash(world: World, clone: Clone, pick: number): void {
  const { git } = world;
  if (clone.detachedFrom !== undefined || clone.main === undefined) return;
  syncFiles(world, clone);
  pullShared(world, clone);
  pushShared(world, clone);
  const tip = git.shared;
  if (tip === undefined) return;
  leave(world, clone);
  const base = git.baseTree(clone.head, tip, (b, o, t) => mergeTrees(b, o, t).tree);
  const { tree, losses } = mergeTrees(base, git.tree(clone.head), git.tree(tip));
  noteLosses(world, clone, losses);
  checkout(world, clone, git.commit(tree, [clone.head]));
  git.shared = undefined;
  if (pick % 2 === 0) git.squashed.push(tip);
  world.say(clone, `git merge --squash of ${tip} -> ${clone.head}${pick % 2 === 0 ? '' : ', branch deleted'}`);
  push(world, clone);
}

/** Takes the last commit of the shared branch into the main one. */
export function pickShared(world: World, clone: Clone): void {
  const { git } = world;
  const tip = git.shared;
  if (clone.detachedFrom !== undefined || clone.main !== undefined || tip === undefined) return;
  commit(world, clone);
  if (git.parents(tip).length !== 1 || git.isAncestor(tip, clone.head)) return;
  checkout(world, clone, pickCommit(world, clone, clone.head, tip));
  world.say(clone, `git cherry-pick ${tip} -> ${clone.head}`);
}

/** Every branch comes to an end. */
export function comeBack(world: World, clone: Clone, pick: number): void {
  if (clone.main === undefined) return;
  if (world.git.shared === undefined) pullShared(world, clone);
  else squash(world, clone, pick);
}

/** One after the other, on the shared branch while there is one: what others did is taken in, something is changed and published. */
export function turn(world: World, clone: Clone, pick: number): void {
  if (world.git.shared !== undefined) branch(world, clone);
  pull(world, clone, pick);
  syncFiles(world, clone);
  const rest = Math.floor(pick / 7);
  if (pick % 7 === 0) deleteRecord(world, clone, rest, true);
  else if (pick % 7 < 3) remove(world, clone, rest);
  else if (pick % 7 < 5) add(world, clone, rest);
  else edit(world, clone, rest, true);
  if (rest % 3 === 0) amend(world, clone);
  syncFiles(world, clone);
  commit(world, clone);
  push(world, clone);
}
