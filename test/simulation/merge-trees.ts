import { formatLine } from '../../src/jsonl/format.js';
import { compareKeys, fileNames, fileOfType } from '../../src/jsonl/line-key.js';
import { asVersion } from '../../src/merge/file-state.js';
import type { Loss } from '../../src/merge/conflict.js';
import { mergeDuplicates, mergeVersions } from '../../src/merge/merge-record.js';
import type { Present } from '../../src/merge/merge-record.js';
import { laterTombstone } from '../../src/merge/merge-tombstone.js';
import type { FileVersion, LineVersion, TombstoneVersion } from '../../src/record/version.js';
import { savecontext } from '../../src/registry/savecontext.js';
import { versionOf } from '../../src/store/versions.js';
import type { Tree } from './mini-git.js';
import { PROJECT } from './record-shapes.js';

/** A value that a merge of files dropped. */
export interface FileLoss {
  readonly type: string;
  readonly id: string;
  readonly loss: Loss;
}

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

/**
 * The merge driver on each file: lines and tombstones merge by plain three-way; the function that merges two
 * lines is the engine's own.
 */
export function mergeTrees(base: Tree, ours: Tree, theirs: Tree): MergedTree {
  return mergeFiles(base, ours, theirs, (entries) => keysOf(entries).flatMap((key) => mergeEntry(entries, key)));
}

/** What git does without a driver: regions that only one side changed are taken, others are left to `conflict`. */
export function mergeAsText(base: Tree, ours: Tree, theirs: Tree, conflict: 'resolve' | 'keep both'): MergedTree {
  return mergeFiles(base, ours, theirs, (entries) => {
    const out: MergedEntry[] = [];
    for (const region of regionsOf(entries)) {
      const [changedHere, changedThere] = [entries[1], entries[2]].map((side) =>
        region.some((key) => !sameLines(linesOf(side, key), linesOf(entries[0], key))),
      );
      const same = region.every((key) => sameLines(linesOf(entries[1], key), linesOf(entries[2], key)));
      if (same || changedThere === false) out.push(...region.map((key) => entry(linesOf(entries[1], key))));
      else if (changedHere === false) out.push(...region.map((key) => entry(linesOf(entries[2], key))));
      else if (conflict === 'resolve') out.push(...region.flatMap((key) => mergeEntry(entries, key)));
      else {
        const kept = region.flatMap((key) => linesOf(entries[1], key));
        out.push(
          entry(kept),
          ...region.map((key) => entry(linesOf(entries[2], key).filter((raw) => !kept.includes(raw)))),
        );
      }
    }
    return out;
  });
}

interface MergedEntry {
  readonly raws: readonly string[];
  readonly losses: readonly FileLoss[];
}

type Sides = readonly [base: FileEntries, ours: FileEntries, theirs: FileEntries];

const entry = (raws: readonly string[]): MergedEntry => ({ raws, losses: [] });

function mergeFiles(base: Tree, ours: Tree, theirs: Tree, merge: (sides: Sides) => readonly MergedEntry[]): MergedTree {
  const tree = new Map<string, string>();
  const losses: FileLoss[] = [];
  for (const name of fileNames(savecontext)) {
    const [b, o, t] = [base.get(name), ours.get(name), theirs.get(name)];
    if (o === undefined && t === undefined) continue;
    const clean = o === t || t === b ? o : o === b ? t : undefined;
    if (clean !== undefined) {
      tree.set(name, clean);
      continue;
    }
    const merged = merge([entriesOf(b), entriesOf(o), entriesOf(t)]);
    tree.set(name, merged.flatMap(({ raws }) => raws.map((raw) => `${raw}\n`)).join(''));
    losses.push(...merged.flatMap((one) => one.losses));
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

function mergeEntry(sides: Sides, key: string): readonly MergedEntry[] {
  const [b, o, t] = [linesOf(sides[0], key), linesOf(sides[1], key), linesOf(sides[2], key)];
  if (sameLines(o, t) || sameLines(t, b)) return [entry(o)];
  if (sameLines(o, b)) return [entry(t)];
  const [base, ours, theirs] = sides.map((side) => oneVersion(side.get(key)));
  const record = (sides[1].get(key) ?? sides[2].get(key))!;
  const losses = [...(ours?.losses ?? []), ...(theirs?.losses ?? [])];
  const lines = ((): readonly string[] => {
    if (ours === undefined || theirs === undefined) return [rawOf((ours ?? theirs)!.version)];
    if (isTombstone(ours.version) || isTombstone(theirs.version)) {
      return [laterTombstone(ours.version as TombstoneVersion, theirs.version as TombstoneVersion).raw];
    }
    // A base with duplicates is no base.
    const common = sides[0].get(key)?.versions.length === 1 ? (base?.version as Present | undefined) : undefined;
    const merged = mergeVersions<LineVersion | Present>(common, ours.version, theirs.version);
    losses.push(...merged.losses);
    return [rawOf(merged.version)];
  })();
  return [{ raws: lines, losses: losses.map((loss) => ({ type: record.type, id: record.id, loss })) }];
}

type Version = LineVersion | Present | TombstoneVersion;

/** What the lines of one record on one side amount to, without base. */
function oneVersion(
  found: Entry | undefined,
): { readonly version: Version; readonly losses: readonly Loss[] } | undefined {
  if (found === undefined) return undefined;
  const tombstones = found.versions.filter((version) => version.kind === 'tombstone');
  if (tombstones.length > 0) return { version: tombstones.reduce(laterTombstone), losses: [] };
  const [first, ...rest] = found.versions
    .filter((version) => version.kind === 'line')
    .map((line) => asVersion(line, 'portable'));
  return first === undefined ? undefined : mergeDuplicates<LineVersion | Present>([first, ...rest]);
}

function isTombstone(version: Version): version is TombstoneVersion {
  return 'kind' in version && version.kind === 'tombstone';
}

function rawOf(version: Version): string {
  if ('raw' in version) return version.raw;
  return formatLine(version.content, version.stamp, 'portable', { project: PROJECT, scopeId: '' });
}

/** The lines of all records in a tree, those of the file of deletions left out. */
export function recordLines(tree: Tree): readonly Entry[] {
  return savecontext.entities.flatMap(({ type }) => [...entriesOf(tree.get(fileOfType(savecontext, type))).values()]);
}

/** The records that a tree has tombstones of, as `type/id`. */
export function deletedKeys(tree: Tree): ReadonlySet<string> {
  return new Set(entriesOf(tree.get(savecontext.deletionsFile)).keys());
}
