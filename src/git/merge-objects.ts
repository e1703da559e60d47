import { leaveLostValues, removeLostValue } from '../files/lost-values.js';
import { lostValueFolderOf } from '../files/lost-value-folder.js';
import { mapSides } from '../merge/field.js';
import type { Sides } from '../merge/field.js';
import type { FileLoss } from '../merge/file.js';
import { mergeDataBytes } from './drive-merge.js';
import { mergeTrees } from './merge-trees.js';
import type { MergedTrees } from './merge-trees.js';
import { cannotMerge } from './merge-work-tree.js';
import type { MergeOfTwo, MergeResult } from './merge-work-tree.js';
import { idOf, readBlobs, writeObjects } from './objects.js';
import type { GitObject } from './objects.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { runGit } from './run.js';
import { FOLDER, formatTree, namesOnTheWay, requirePlain } from './trees.js';
import type { Tree, TreeEntry } from './trees.js';

/**
 * Makes the merge commit out of git's objects, without a work tree. Undefined where that takes more than trees and data files: both sides
 * changed another file, or a data file cannot be read.
 *
 * @param ways the trees from the root to the export directory
 */
export function mergeObjects(merge: MergeOfTwo, ways: Sides<readonly Tree[]>): MergeResult | undefined {
  const { repository, registry, dir } = merge;
  const folder = pathInRepository(repository, dir);
  const found = mergeTrees(ways, folder);
  if (found === undefined) return undefined;
  const files = mergeFiles(merge, found);
  if (files === undefined) return undefined;
  const { tree, objects } = rootOf(repository, found, files.blobs, folder);
  const at = Date.now();
  const left = leaveLostValues(registry, lostValueFolderOf(dir) ?? dir, files.losses, at);
  const lostValues = left === undefined ? [] : [left];
  try {
    writeObjects(repository, objects);
    return { commit: commitTree(merge, tree), lostValues };
  } catch (error) {
    lostValues.forEach(removeLostValue);
    throw error;
  }
}

/** Merges the data files that both sides changed; undefined where one cannot be read. */
function mergeFiles(
  { repository, registry }: MergeOfTwo,
  { clashes }: MergedTrees,
): { readonly blobs: ReadonlyMap<string, GitObject>; readonly losses: readonly FileLoss[] } | undefined {
  const entries = [...clashes.values()].flatMap(({ base, ours, theirs }) => [base, ours, theirs]);
  const known = [...new Set(entries.flatMap((entry) => entry?.object ?? []))];
  const contents = readBlobs(repository.root, known);
  const content = (id: string | undefined): Buffer => contents[known.indexOf(id ?? '')] ?? Buffer.alloc(0);
  const blobs = new Map<string, GitObject>();
  const losses: FileLoss[] = [];
  for (const [name, clash] of clashes) {
    const sides = mapSides(clash, (entry) => content(entry?.object));
    const merged = mergeDataBytes(registry, Buffer.from(name, 'latin1').toString(), sides, Date.now());
    if (merged === undefined) return undefined;
    blobs.set(name, { type: 'blob', content: merged.content });
    for (const loss of merged.losses) losses.push(loss);
  }
  return { blobs, losses };
}

/** The merged root, and all that git does not have yet of what it leads to. */
function rootOf(
  repository: Repository,
  { trees, clashes }: MergedTrees,
  blobs: ReadonlyMap<string, GitObject>,
  folder: string,
): { readonly tree: string; readonly objects: readonly GitObject[] } {
  requirePlain(trees, folder);
  const names = namesOnTheWay(folder);
  const objects = [...blobs.values()];
  const entryOf = (object: GitObject, mode = ''): TreeEntry => ({ mode, object: idOf(repository, object) });
  let below = new Map([...blobs].map(([name, blob]) => [name, entryOf(blob, clashes.get(name)?.ours?.mode)]));
  for (const [depth, tree] of [...trees.entries()].reverse()) {
    const whole: GitObject = { type: 'tree', content: formatTree(new Map([...tree, ...below])) };
    objects.push(whole);
    below = new Map([[names[depth - 1] ?? '', entryOf(whole, FOLDER)]]);
  }
  return { tree: below.get('')?.object ?? '', objects };
}

/** Commits a tree. Throws `refused` when git does not: a signature may fail. */
function commitTree({ repository, head, theirs, message, env }: MergeOfTwo, tree: string): string {
  const isSigned = /^(?:true|yes|on|[1-9]\d*)$/i.test(repository.setting('commit.gpgsign') ?? '');
  const args = ['commit-tree', tree, '-p', head, '-p', theirs, ...(isSigned ? ['-S'] : [])];
  const { status, stdout, stderr } = runGit(args, { cwd: repository.root, env, input: `${message.trimEnd()}\n` });
  if (status !== 0) throw cannotMerge(stderr.split('\n'));
  return stdout.trim();
}
