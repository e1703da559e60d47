import { mapSides } from '../merge/field.js';
import type { Sides } from '../merge/field.js';
import { FOLDER, isFile, namesOnTheWay } from './trees.js';
import type { Tree, TreeEntry } from './trees.js';

/** The versions of an entry that both sides changed. */
export type Clash = Sides<TreeEntry | undefined>;

/** What became of the trees from the root to a folder. */
export interface MergedTrees {
  /** As far as there are any. */
  readonly trees: readonly Tree[];
  /** The data files that both sides changed, by name. The last tree has none of them yet. */
  readonly clashes: ReadonlyMap<string, Clash>;
}

/**
 * Merges trees as git does, where that takes no look into a file but data files, which lie in the folder itself. Undefined where it does: both sides
 * changed another file, or what lies below one folder. A file that one side renamed is among those, if the other side changed it.
 */
export function mergeTrees(ways: Sides<readonly Tree[]>, folder: string): MergedTrees | undefined {
  const names = namesOnTheWay(folder);
  const trees: Tree[] = [];
  for (let depth = 0; ; depth++) {
    const { merged, clashes } = mergeEntries(mapSides(ways, (way) => way[depth] ?? new Map<string, TreeEntry>()));
    trees.push(merged);
    const next = names[depth];
    if (next === undefined) return [...clashes].every(isDataFile) ? { trees, clashes } : undefined;
    const onTheWay = clashes.get(next);
    if (clashes.size === 0) {
      const taken = isSame(merged.get(next), ways.ours[depth]?.get(next)) ? ways.ours : ways.theirs;
      return { trees: [...trees, ...taken.slice(depth + 1)], clashes };
    }
    if (clashes.size > 1 || onTheWay?.ours?.mode !== FOLDER || onTheWay.theirs?.mode !== FOLDER) return undefined;
  }
}

function isDataFile([name, { base, ours, theirs }]: readonly [string, Clash]): boolean {
  const isPlain = (base === undefined || isFile(base)) && isFile(ours) && isFile(theirs);
  return name.endsWith('.jsonl') && isPlain && ours.mode === theirs.mode;
}

/** What one side alone changed is as it has it, and what both did alike. */
function mergeEntries(sides: Sides<Tree>): { merged: Map<string, TreeEntry>; clashes: Map<string, Clash> } {
  const merged = new Map<string, TreeEntry>();
  const clashes = new Map<string, Clash>();
  for (const name of new Set([...sides.ours.keys(), ...sides.theirs.keys()])) {
    const entry = mapSides(sides, (tree) => tree.get(name));
    const { base, ours, theirs } = entry;
    if (!isSame(ours, theirs) && !isSame(base, ours) && !isSame(base, theirs)) clashes.set(name, entry);
    else {
      const taken = isSame(base, ours) ? theirs : ours;
      if (taken !== undefined) merged.set(name, taken);
    }
  }
  return { merged, clashes };
}

function isSame(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  return one?.mode === other?.mode && one?.object === other?.object;
}
