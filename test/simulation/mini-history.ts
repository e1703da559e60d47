import type { History, HistoryCommit, HistoryLine } from '../../src/sync/file-history.js';
import { linesOf } from './clone.js';
import type { Clone } from './clone.js';
import { isClean } from './git-operations.js';
import type { Tree } from './mini-git.js';
import type { World } from './world.js';

/** What the simulated git says of the history of a clone's files. */
export function miniHistory(world: World, clone: Clone): History {
  const { git } = world;
  const before = (tips: Iterable<number>): Set<number> => new Set([...tips].flatMap((tip) => [...git.ancestors(tip)]));
  const history = git.ancestors(clone.head);
  const remote = before([git.origin, ...git.squashed, ...(git.shared === undefined ? [] : [git.shared])]);
  const parting = (since: string | undefined): number =>
    since === undefined ? 0 : Math.max(...[...git.ancestors(Number(since))].filter((commit) => history.has(commit)));
  function* arrived(commits: Iterable<number>, except: ReadonlySet<number>): Generator<HistoryLine> {
    const known = new Map<number, HistoryCommit>();
    // A commit has a higher number than those that it was made upon.
    for (const number of [...commits].sort((a, b) => a - b)) {
      if (except.has(number)) continue;
      const commit = { parents: git.parents(number).flatMap((parent) => known.get(parent) ?? []) };
      known.set(number, commit);
      for (const parent of git.parents(number))
        for (const line of added(git.tree(parent), git.tree(number), false)) yield { ...line, commit };
    }
  }
  return {
    point: () => (isClean(world, clone) ? String(clone.head) : undefined),
    *changes(since) {
      const [then, now] = [git.tree(parting(since)), git.tree(clone.head)];
      yield* added(now, then, false);
      yield* added(then, now, true);
    },
    arrivals: (since) => arrived(history, git.ancestors(parting(since))),
    anywhere: () => arrived(history, new Set()),
    published: () => arrived(remote, history),
    unpublished: () =>
      arrived(
        before([...clone.heads, ...(clone.main === undefined ? [] : [clone.main])]),
        new Set([...remote, ...history]),
      ),
  };
}

/** The lines that a tree has and an older one has not. */
function* added(from: Tree, to: Tree, isNow: boolean): Generator<HistoryLine> {
  for (const [file, text] of to) {
    const known = new Set(linesOf(from.get(file)));
    for (const line of linesOf(text)) if (!known.has(line)) yield { file, line, isNow };
  }
}
