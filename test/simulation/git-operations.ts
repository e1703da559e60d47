import type { Clone } from './clone.js';
import { hasUnseen, syncFiles } from './engine-operations.js';
import { valuesInLoss } from './knowledge.js';
import { mergeAsText, mergeTrees } from './merge-trees.js';
import type { FileLoss } from '../../src/merge/file.js';
import { changedNames, sameTree } from './mini-git.js';
import type { Tree } from './mini-git.js';
import { pullShared, pushShared } from './branch-operations.js';
import type { World } from './world.js';

export function commit(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined || isClean(world, clone)) return;
  clone.head = world.git.commit(clone.files(), [clone.head]);
  world.say(clone, `git commit ${clone.head}`);
}

export function pull(world: World, clone: Clone, pick: number): void {
  if (clone.main === undefined) merge(world, clone, world.git.origin, pick);
  else pullShared(world, clone);
}

export function mergePeer(world: World, clone: Clone, pick: number): void {
  const peer = world.clones[pick % world.clones.length]!;
  if (clone.main === undefined && peer.main === undefined) merge(world, clone, peer.head, pick);
}

export function merge(world: World, clone: Clone, other: number, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  if (world.options.syncsBeforePull && clone.hasDiscarded) syncFiles(world, clone);
  commit(world, clone);
  const { git } = world;
  if (git.isAncestor(other, clone.head)) return;
  if (git.isAncestor(clone.head, other)) {
    checkout(world, clone, other);
    world.say(clone, `git pull (fast forward) ${other}`);
    return;
  }
  const base = git.baseTree(clone.head, other, (b, o, t) => mergeTrees(b, o, t).tree);
  const [ours, theirs] = [git.tree(clone.head), git.tree(other)];
  const merged = clone.hasDriver
    ? mergeTrees(base, ours, theirs)
    : mergeAsText(base, ours, theirs, pick % 3 === 0 ? 'keep both' : 'resolve');
  if (clone.hasDriver) checkMerge(world, base, ours, theirs, merged.tree);
  noteLosses(world, clone, merged.losses);
  const head = git.commit(merged.tree, [clone.head, other]);
  checkout(world, clone, head);
  world.say(clone, `git merge ${other} -> ${head}${clone.hasDriver ? '' : ' (as text)'}`);
}

function checkMerge(world: World, base: Tree, ours: Tree, theirs: Tree, merged: Tree): void {
  world.checks += 3;
  if (!sameTree(merged, mergeTrees(base, theirs, ours).tree)) world.fail('P6', 'the merge is not commutative');
  for (const side of [ours, theirs]) {
    const same = mergeTrees(base, side, base).tree;
    if (changedNames(same, side) !== '') world.fail('P6', 'merge(b, x, b) is not x');
  }
}

export function push(world: World, clone: Clone): void {
  if (clone.main !== undefined) {
    pushShared(world, clone);
    return;
  }
  if (clone.detachedFrom !== undefined || !world.git.isAncestor(world.git.origin, clone.head)) return;
  world.git.origin = clone.head;
  world.say(clone, `git push ${clone.head}`);
}

export function rebase(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined || clone.main !== undefined || !clone.hasDriver) return;
  if (world.options.syncsBeforePull && clone.hasDiscarded) syncFiles(world, clone);
  commit(world, clone);
  const { git } = world;
  const upstream = git.origin;
  if (git.isAncestor(upstream, clone.head)) return;
  const theirs = git.ancestors(upstream);
  replay(world, clone, upstream, (commit) => !theirs.has(commit));
}

/** Makes the commits of a clone that fit anew, on another one. */
export function replay(world: World, clone: Clone, onto: number, fits: (commit: number) => boolean): void {
  const { git } = world;
  const entry = [...git.ancestors(clone.head)]
    .filter((commit) => git.parents(commit).length === 1 && fits(commit))
    .sort((a, b) => a - b);
  const head = entry.reduce((at, commit) => pickCommit(world, clone, at, commit), onto);
  checkout(world, clone, head);
  world.say(clone, `git rebase onto ${onto} -> ${head}`);
}

/** Does what a commit did once more, on another one. */
export function pickCommit(world: World, clone: Clone, onto: number, commit: number): number {
  const { git } = world;
  const { tree, losses } = mergeTrees(git.tree(git.parents(commit)[0]!), git.tree(onto), git.tree(commit));
  noteLosses(world, clone, losses);
  return sameTree(tree, git.tree(onto)) ? onto : git.commit(tree, [onto]);
}

/** Throws the last commit away; what is in it was exported, so the database has it. */
export function reset(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined || hasUnseen(world, clone)) return;
  commit(world, clone);
  const [parent] = world.git.parents(clone.head);
  if (parent === undefined || parent === 0) return;
  clone.hasDiscarded = true;
  checkout(world, clone, parent);
  world.say(clone, `git reset --hard ${parent}`);
}

export function checkoutOld(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  const commits = [...world.git.ancestors(clone.head)].sort((a, b) => a - b);
  clone.detachedFrom = clone.head;
  checkout(world, clone, commits[pick % commits.length]!);
  world.say(clone, `git checkout ${clone.head}`);
}

export function checkoutSide(world: World, clone: Clone, pick: number): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  clone.detachedFrom = clone.head;
  checkout(world, clone, world.clones[pick % world.clones.length]!.head);
  world.say(clone, `git checkout ${clone.head} (another's)`);
}

export function checkoutBack(world: World, clone: Clone): void {
  const branch = clone.detachedFrom;
  if (branch === undefined) return;
  // Nobody throws away what was edited by hand and never read.
  if (hasUnseen(world, clone)) syncFiles(world, clone);
  clone.detachedFrom = undefined;
  clone.hasDiscarded = true;
  checkout(world, clone, branch);
  world.say(clone, `git checkout -f ${branch}`);
}

export function stash(world: World, clone: Clone): void {
  if (isClean(world, clone) || hasUnseen(world, clone)) return;
  checkout(world, clone, clone.head);
  clone.hasDiscarded = true;
  world.say(clone, 'git stash');
}

export function revert(world: World, clone: Clone): void {
  if (clone.detachedFrom !== undefined) return;
  commit(world, clone);
  const [parent, ...others] = world.git.parents(clone.head);
  if (parent === undefined || parent === 0 || others.length > 0) return;
  checkout(world, clone, world.git.commit(world.git.tree(parent), [clone.head]));
  world.say(clone, `git revert -> ${clone.head}`);
}

export function isClean(world: World, clone: Clone): boolean {
  return sameTree(clone.files(), world.git.tree(clone.head));
}

export function checkout(world: World, clone: Clone, commit: number): void {
  clone.head = commit;
  clone.write(world.git.tree(commit));
}

export function noteLosses(world: World, clone: Clone, losses: readonly FileLoss[]): void {
  for (const { type, id, loss } of losses) for (const value of valuesInLoss(type, id, loss)) clone.journal.add(value);
}
