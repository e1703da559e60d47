import { mergeData } from '../../src/git/drive-merge.js';
import { compareKeys, fileNames, fileOfType } from '../../src/format/line-key.js';
import type { FileLoss, FileSides } from '../../src/merge/file.js';
import type { FileVersion } from '../../src/record/version.js';
import { CONFLICTS_FILE } from '../../src/registry/names.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { versionOf } from '../../src/format/version-of.js';
import type { Tree } from './mini-git.js';

/** The outcome of a merge of three trees. */
export interface MergedTree {
  readonly tree: Tree;
  readonly losses: readonly FileLoss[];
}

/** The lines of one record in one file. */
interface Entry {
  readonly type: string;
  readonly id: string;
  readonly versions: readonly FileVersion[];
}

type FileEntries = ReadonlyMap<string, Entry>;

const parsed = new Map<string, FileVersion>();

function parse(raw: string): FileVersion {
  let version = parsed.get(raw);
  if (version === undefined) {
    version = versionOf(savecontext, raw);
    if (version === undefined) throw new Error(`this line cannot be read: ${raw}`);
    if (parsed.size > 20_000) parsed.clear();
    parsed.set(raw, version);
  }
  return version;
}

/** The records of a file. */
function entriesOf(text: string | undefined): FileEntries {
  const entries = new Map<string, Entry>();
  for (const raw of (text ?? '').split('\n').filter((line) => line !== '')) {
    const version = parse(raw);
    const key = `${version.type}/${version.id}`;
    entries.set(key, {
      type: version.type,
      id: version.id,
      versions: [...(entries.get(key)?.versions ?? []), version],
    });
  }
  return entries;
}

/** The merge driver on each file. */
export function mergeTrees(base: Tree, ours: Tree, theirs: Tree): MergedTree {
  return mergeFiles(base, ours, theirs, (name, sides) => mergeTexts(name, sides));
}

/** What git does without a driver: regions that only one side changed are taken, others are left to `conflict`. */
export function mergeAsText(base: Tree, ours: Tree, theirs: Tree, conflict: 'resolve' | 'keep both'): MergedTree {
  return mergeFiles(base, ours, theirs, (name, texts) => {
    if (name === CONFLICTS_FILE) return mergeTexts(name, texts);
    const sides = [texts.base, texts.ours, texts.theirs].map(entriesOf) as unknown as Sides;
    const lines: string[] = [];
    const losses: FileLoss[] = [];
    for (const region of regionsOf(sides)) {
      const [b, o, t] = sides.map((side) => region.flatMap((key) => linesOf(side, key))) as [
        string[],
        string[],
        string[],
      ];
      if (sameLines(o, t) || sameLines(t, b)) lines.push(...o);
      else if (sameLines(o, b)) lines.push(...t);
      else if (conflict === 'keep both') lines.push(...o, ...t.filter((raw) => !o.includes(raw)));
      else {
        const merged = mergeTexts(name, { base: b.join('\n'), ours: o.join('\n'), theirs: t.join('\n') });
        lines.push(...merged.text.split('\n').filter((line) => line !== ''));
        losses.push(...merged.losses);
      }
    }
    return { text: lines.map((line) => `${line}\n`).join(''), losses };
  });
}

type Sides = readonly [base: FileEntries, ours: FileEntries, theirs: FileEntries];

interface MergedText {
  readonly text: string;
  readonly losses: readonly FileLoss[];
}

function mergeTexts(name: string, sides: FileSides): MergedText {
  const { text, losses, problems } = mergeData(savecontext, name, sides);
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { text, losses };
}

function mergeFiles(
  base: Tree,
  ours: Tree,
  theirs: Tree,
  merge: (name: string, sides: FileSides) => MergedText,
): MergedTree {
  const tree = new Map<string, string>();
  const losses: FileLoss[] = [];
  for (const name of [...fileNames(savecontext), CONFLICTS_FILE]) {
    const [b, o, t] = [base.get(name), ours.get(name), theirs.get(name)];
    if (o === undefined && t === undefined) continue;
    const clean = o === t || t === b ? o : o === b ? t : undefined;
    if (clean !== undefined) {
      tree.set(name, clean);
      continue;
    }
    const merged = merge(name, { base: b ?? '', ours: o ?? '', theirs: t ?? '' });
    tree.set(name, merged.text);
    losses.push(...merged.losses);
  }
  return { tree, losses };
}

function keysOf(sides: Sides): readonly string[] {
  const entries = new Map(sides.flatMap((side) => [...side]));
  return [...entries]
    .sort(([, a], [, b]) => compareKeys({ type: a.type, id: a.id }, { type: b.type, id: b.id }))
    .map(([key]) => key);
}

/** Neighbouring records that a side changed form one region, as they would in a textual merge. */
function regionsOf(sides: Sides): readonly (readonly string[])[] {
  const regions: string[][] = [];
  let wasChanged = false;
  for (const key of keysOf(sides)) {
    const [b, o, t] = sides.map((side) => linesOf(side, key));
    const changed = !sameLines(b, o) || !sameLines(b, t);
    if (changed && wasChanged) regions.at(-1)?.push(key);
    else regions.push([key]);
    wasChanged = changed;
  }
  return regions;
}

function linesOf(side: FileEntries, key: string): readonly string[] {
  return side.get(key)?.versions.map(({ raw }) => raw) ?? [];
}

function sameLines(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((raw) => b.includes(raw));
}

/** The lines of all records in a tree, those of the file of deletions left out. */
export function recordLines(tree: Tree): readonly Entry[] {
  return savecontext.entities.flatMap(({ type }) => [...entriesOf(tree.get(fileOfType(savecontext, type))).values()]);
}

/** The records that a tree has tombstones of, as `type/id`. */
export function deletedKeys(tree: Tree): ReadonlySet<string> {
  return new Set(entriesOf(tree.get(savecontext.deletionsFile)).keys());
}
