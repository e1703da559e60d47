import { formatLine } from '../format/format.js';
import type { ProjectCoordinates } from '../format/format.js';
import { LineError, parseLine } from '../format/parse.js';
import { scanObject, unquote } from '../record/json.js';
import { laterTombstone } from '../record/version.js';
import type { FileVersion, PathForm, Present } from '../record/version.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { fillMissingFields, fillBase, contentsOf } from './missing-fields.js';
import type { LossReason } from './loss.js';
import { groupLines, linesOf } from './data-groups.js';
import type { DataFile, Group, Side } from './data-groups.js';
import { asVersion } from './file-state.js';
import { joinConflictLines } from './conflict-line.js';
import { mergeDuplicates, mergeVersions } from './record.js';
import { mapSides } from './field.js';
import type { LineMerge } from './chunks.js';
import { conflictLines } from './file.js';
import type { FileLoss, FileSides, MergedFile } from './file.js';

/** What one record's lines become. */
interface MergedGroup {
  readonly lines: readonly string[];
  readonly losses?: readonly FileLoss[];
}

/**
 * Merges three versions of a data file record by record, deletions too: what git's merge driver does, which sees one file at a time.
 * A record that is absent on one side and unchanged on the other is absent; absent on one side and changed on the other it is
 * the changed one. A line and a tombstone may so stand together in two files; the next import decides between them.
 *
 * A line that cannot be read and that the base does not have leaves a conflict with markers in its place.
 */
export function mergeDataFile(file: DataFile, sides: FileSides): MergedFile {
  return mergeLines(file, sides, (group) => mergeGroup(file, group));
}

/** How the lines of a data file merge. */
export function dataLines(file: DataFile): LineMerge {
  return { keyOf: (raw) => plainKey(file, raw), isSorted: true, merge: (sides) => mergeDataFile(file, sides) };
}

/** A key that is ASCII is the same, and in the same place, where each byte is given as a character. */
function plainKey({ keyOf }: DataFile, raw: string): string | undefined {
  const key = keyOf(raw);
  return key !== undefined && /^[\u0020-\u007e]+$/.test(key.id) ? `${key.type}\0${key.id}` : undefined;
}

/** Makes one line of the lines that a file has of each record, without a base, and puts them in order. */
export function mergeDuplicateLines(file: DataFile, text: string): MergedFile {
  return mergeLines(file, { base: '', ours: text, theirs: '' }, ({ ours, key }) => {
    if (ours.length === 1 || key === undefined) return { lines: ours };
    if (file.name === CONFLICTS_FILE) return { lines: [ours.reduce(joinConflictLines)] };
    return mergeVersionsOf(key, undefined, readSide(file, 'ours', ours), []);
  });
}

function mergeLines(file: DataFile, sides: FileSides, merge: (group: Group) => MergedGroup): MergedFile {
  const lines = mapSides(sides, linesOf);
  const { inOrder, markers } = groupLines(file, lines);
  if (markers.length > 0) {
    const text = textOf(conflictLines(lines, file.markerSize));
    return { text, losses: [], problems: markers.map((where) => `${where}: a conflict marker stands here`) };
  }
  const merged: string[] = [];
  const losses: FileLoss[] = [];
  const problems: string[] = [];
  for (const group of inOrder) {
    try {
      const result = merge(group);
      for (const line of result.lines) merged.push(line);
      for (const loss of result.losses ?? []) losses.push(loss);
    } catch (error) {
      if (!(error instanceof UnreadableLine)) throw error;
      const where = `${error.side}:${lines[error.side].indexOf(error.raw) + 1}`;
      problems.push(...error.problems.map((problem) => `${where}: ${problem}`));
      for (const line of conflictLines(group, file.markerSize)) merged.push(line);
    }
  }
  return { text: textOf(merged), losses, problems };
}

function textOf(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Thrown where a line must be read and cannot be. */
class UnreadableLine extends Error {
  readonly side: Side;
  readonly raw: string;
  readonly problems: readonly string[];

  constructor(side: Side, raw: string, problems: readonly string[]) {
    super('unreadable line');
    this.side = side;
    this.raw = raw;
    this.problems = problems;
  }
}

function mergeGroup(file: DataFile, group: Group): MergedGroup {
  const { base, ours, theirs, key } = group;
  if (sameLines(ours, theirs)) return { lines: ours };
  const isOfRecords = file.name !== CONFLICTS_FILE;
  for (const side of isOfRecords ? (['ours', 'theirs'] as const) : []) {
    for (const raw of group[side]) if (!base.includes(raw)) read(file, side, raw);
  }
  if (sameLines(ours, base)) return { lines: theirs };
  if (sameLines(theirs, base)) return { lines: ours };
  // Of lines that no key is known of, all are of the same bytes.
  if (key === undefined) return { lines: ours.length > theirs.length ? ours : theirs };
  if (!isOfRecords) return { lines: [[...ours, ...theirs].reduce(joinConflictLines)] };
  // Absent on one side, changed on the other: a single line stays as it is, byte for byte.
  if (ours.length + theirs.length === 1) return { lines: [...ours, ...theirs] };
  return mergeVersionsOf(key, readBase(file, group), readSide(file, 'ours', ours), readSide(file, 'theirs', theirs));
}

/** Merges what two sides have of a record: of tombstones the later one counts. */
function mergeVersionsOf(
  key: NonNullable<Group['key']>,
  base: FileVersion<Present> | undefined,
  ours: readonly FileVersion[],
  theirs: readonly FileVersion[],
): MergedGroup {
  const tombstones = [...ours, ...theirs].filter((version) => version.kind === 'deleted');
  if (tombstones.length > 0) return { lines: [tombstones.reduce(laterTombstone).raw] };
  return mergeRecord(key, base, ours.filter(isPresent), theirs.filter(isPresent));
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((raw, index) => raw === b[index]);
}

function isPresent(version: FileVersion): version is FileVersion<Present> {
  return version.kind === 'present';
}

function readSide(file: DataFile, side: Side, raws: readonly string[]): FileVersion[] {
  return raws.map((raw) => read(file, side, raw)).filter((version) => version !== undefined);
}

/** Reads a line; undefined for one of a type that the registry does not know. Throws {@link UnreadableLine}. */
function read(file: DataFile, side: Side, raw: string): FileVersion | undefined {
  try {
    const version = parseLine(file.registry, raw, file.latest);
    return version.kind === 'unknown' ? undefined : version;
  } catch (error) {
    if (error instanceof LineError) throw new UnreadableLine(side, raw, error.problems);
    throw error;
  }
}

/** What both sides come from. Several lines of the base, or lines between markers, are no base. */
function readBase({ registry, latest }: DataFile, { base, hasBase }: Group): FileVersion<Present> | undefined {
  const [raw, ...others] = base;
  if (raw === undefined || others.length > 0 || !hasBase) return undefined;
  try {
    const version = parseLine(registry, raw, latest);
    return version.kind === 'present' ? version : undefined;
  } catch (error) {
    if (error instanceof LineError) return undefined;
    throw error;
  }
}

/** The one merge of what two sides have of a record that at least one of them has. */
function mergeRecord(
  { type, id }: NonNullable<Group['key']>,
  base: FileVersion<Present> | undefined,
  ours: readonly FileVersion<Present>[],
  theirs: readonly FileVersion<Present>[],
): MergedGroup {
  const losses: FileLoss[] = [];
  const lose = (lost: readonly FileLoss['loss'][], why: LossReason): void => {
    for (const loss of lost) losses.push({ type, id, loss, why });
  };
  const all = [...ours, ...theirs];
  const form: PathForm = all.some((line) => line.form === 'portable') ? 'portable' : 'absolute';
  const from = base === undefined ? undefined : fillBase(base, contentsOf(all));
  const known = from === undefined ? [] : [from.content];
  const one = (
    lines: readonly FileVersion<Present>[],
    others: readonly FileVersion<Present>[],
  ): Present | undefined => {
    const beside = [...contentsOf(lines), ...contentsOf(others)];
    const [first, ...rest] = lines.map((line) => asVersion(fillMissingFields(line, beside, known), form));
    if (first === undefined) return undefined;
    const merged = mergeDuplicates([first, ...rest]);
    lose(merged.losses, 'duplicate');
    return merged.version;
  };
  const [left, right] = [one(ours, theirs), one(theirs, ours)];
  let version = left ?? right;
  if (left !== undefined && right !== undefined) {
    const merged = mergeVersions(from === undefined ? undefined : asVersion(from, form), left, right);
    lose(merged.losses, from === undefined ? 'later version' : 'merge');
    version = merged.version;
  }
  return { lines: version === undefined ? [] : [lineOf(version, form, all)], losses };
}

/** The bytes of a version. In absolute form its coordinates are those of the lines that it was made of. */
function lineOf(version: Present, form: PathForm, lines: readonly FileVersion<Present>[]): string {
  if (version.raw !== undefined) return version.raw;
  const coordinates = form === 'portable' ? { project: '.', scopeId: '' } : coordinatesOf(lines);
  return formatLine(version.content, version.stamp, form, coordinates);
}

/** The coordinates that stand in the later one of some lines. */
function coordinatesOf(lines: readonly FileVersion<Present>[]): ProjectCoordinates {
  const later = lines.reduce((a, b) => (b.stamp > a.stamp || (b.stamp === a.stamp && b.raw > a.raw) ? b : a));
  const members = new Map(scanObject(later.raw));
  const textOfKind = (kind: 'scope' | 'scope-id'): string => {
    const found = later.content.entity.synced.find(({ field }) => field.kind === 'text' && field.coordinate === kind);
    const token = found === undefined ? undefined : members.get(found.name);
    return token?.startsWith('"') === true ? unquote(token) : '';
  };
  return { project: textOfKind('scope'), scopeId: textOfKind('scope-id') };
}
