/** The `.jsonl` files of a folder, by name. */
export type Tree = ReadonlyMap<string, string>;

interface Commit {
  readonly tree: Tree;
  readonly parents: readonly number[];
}

/** Says whether two trees hold the same files. */
export function sameTree(a: Tree, b: Tree): boolean {
  return a.size === b.size && [...a].every(([name, text]) => b.get(name) === text);
}

/** The names of files, or tables, that are not the same. A file without lines is as good as none. */
export function changedNames(a: Tree, b: Tree): string {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => (a.get(name) ?? '') !== (b.get(name) ?? ''))
    .join(', ');
}

/** A repository that all clones of a schedule share: commits are whole trees, a branch is a number. */
export class MiniGit {
  readonly #commits: Commit[] = [{ tree: new Map(), parents: [] }];
  /** What the remote's branch points at. */
  origin = 0;
  /** What the remote's shared branch points at, while there is one. */
  shared: number | undefined;
  /** Every commit that the shared branch was ever at. */
  readonly onceShared = new Set<number>();
  /** The remote's branches that were squashed, and stay. */
  readonly squashed: number[] = [];

  commit(tree: Tree, parents: readonly number[]): number {
    return this.#commits.push({ tree, parents }) - 1;
  }

  tree(commit: number): Tree {
    return this.#commit(commit).tree;
  }

  parents(commit: number): readonly number[] {
    return this.#commit(commit).parents;
  }

  /** A commit and all before it. */
  ancestors(commit: number): ReadonlySet<number> {
    const found = new Set<number>();
    const entry = [commit];
    for (let next = entry.pop(); next !== undefined; next = entry.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      entry.push(...this.parents(next));
    }
    return found;
  }

  isAncestor(ancestor: number, commit: number): boolean {
    return this.ancestors(commit).has(ancestor);
  }

  /** The tree that two commits have in common; several merge bases are merged first, as git's `ort` does. */
  baseTree(ours: number, theirs: number, merge: (base: Tree, ours: Tree, theirs: Tree) => Tree): Tree {
    const common = [...this.ancestors(ours)].filter((commit) => this.ancestors(theirs).has(commit));
    const [first = 0, ...rest] = common
      .filter((commit) => !common.some((other) => other !== commit && this.isAncestor(commit, other)))
      .sort((a, b) => a - b);
    let tree = this.tree(first);
    let previous = first;
    for (const base of rest) {
      tree = merge(this.baseTree(previous, base, merge), tree, this.tree(base));
      previous = base;
    }
    return tree;
  }

  #commit(commit: number): Commit {
    const found = this.#commits[commit];
    if (found === undefined) throw new Error(`there is no commit ${commit}`);
    return found;
  }
}
