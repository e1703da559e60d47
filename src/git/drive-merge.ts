import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

import { EXPORT_FOLDER, isFolder } from '../files/directory.js';
import { SyncError, messageOf } from '../errors.js';
import { writeParts } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { REGISTRY_FILE, readRegistry } from '../files/registry-file.js';
import { registryOf } from '../registry/from-file.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { parseRegistryFile } from '../registry/parse-file.js';
import { keyReader } from '../format/line-key.js';
import { LineError, parseLine } from '../format/parse.js';
import { lostValueFolder, workTreeMark } from '../files/lost-value-folder.js';
import { leaveLostValues } from '../files/lost-values.js';
import { appendOtherLosses, leaveOtherLosses } from '../files/other-losses.js';
import type { OtherLoss } from '../files/other-losses.js';
import type { DataFile } from '../merge/data-groups.js';
import { mergeChunks } from '../merge/chunks.js';
import type { ByteSides, MergedBytes } from '../merge/chunks.js';
import { jsonLines } from '../merge/json-file.js';
import type { JsonFileOptions } from '../merge/json-file.js';
import { dataLines, mergeDataFile, mergeDuplicateLines } from '../merge/data-file.js';
import { conflictLines } from '../merge/file.js';
import type { FileLoss, FileSides, MergedFile } from '../merge/file.js';
import { NOT_UTF8 } from '../record/limits.js';
import { latestStamp } from '../record/stamp.js';
import type { Registry } from '../registry/entity.js';
import { tryGit } from './run.js';

const NEWLINE = 0x0a;
/** What git has of a file that Git LFS keeps elsewhere. */
const LFS_POINTER = Buffer.from('version https://git-lfs.github.com/spec/');

/** What git starts a merge driver with. */
export interface DriverCall {
  /** The files of the three versions (`%O`, `%A`, `%B`); the result goes into that of ours. */
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** The path of the merged file in the repository (`%P`). */
  readonly path: string;
  /** How long conflict markers are (`%L`). */
  readonly markerSize?: number | undefined;
  /** The file that the result goes into, where it is not that of ours. */
  readonly output?: string | undefined;
  /** The file that values of another program's file go into which lose, where it is not one in git's folder. */
  readonly lost?: string | undefined;
  /** How the lines of a file merge that is not of this package. */
  readonly lines?: JsonFileOptions | undefined;
}

/** What the merge driver did. */
export interface DriverOutcome {
  /** What could not be read; where there is any the file has conflict markers. */
  readonly problems: readonly string[];
  /** How many values lost. */
  readonly lost: number;
  /** The folder, or the file, in which they were left. */
  readonly leftIn: string | undefined;
}

/** The length of conflict markers that a word names. Throws `usage`. */
export function markerSize(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(word)) return Number(word);
  throw new SyncError('usage', `The length of conflict markers must be a number from 1 to 9999, not ${word}`, {
    hint: 'git gives it as %L',
  });
}

/**
 * Merges three versions of a file as git's merge driver, started in `cwd`, the root of the work tree. First leaves the values
 * that lost in a file in git's own folder, then writes the merged file. Throws `io`.
 *
 * @param usual the registry of a file beside which none lies
 */
export function driveMerge(usual: Registry, call: DriverCall, cwd: string, now: number): DriverOutcome {
  const bytes = {
    base: readBytes(resolve(cwd, call.base)),
    ours: readBytes(resolve(cwd, call.ours)),
    theirs: readBytes(resolve(cwd, call.theirs)),
  };
  // At once: half a file in the place of ours would pass for what somebody made of the conflict by hand.
  const write = (parts: readonly Uint8Array[]): void => writeParts(resolve(cwd, call.output ?? call.ours), parts);
  const leaveConflict = (problems: readonly string[]): DriverOutcome => {
    write(wholeConflict(bytes, call.markerSize));
    return { problems, lost: 0, leftIn: undefined };
  };
  const unfit = notLines(bytes, call);
  if (unfit.length > 0) return leaveConflict(unfit);
  // Whatever goes wrong, ours must not be left standing as if it were the result; nor may anything lose without a place for it.
  try {
    const registry = registryBeside(call, cwd) ?? usual;
    const { parts, losses, problems } = mergeSides(registry, call, bytes, now);
    if (parts.length === 0 && problems.length > 0) return leaveConflict(problems);
    const leftIn = losses.length === 0 ? undefined : placeForLosses(call, cwd);
    if (losses.length > 0 && leftIn === undefined) {
      return leaveConflict([`there is no folder for the values that lose; name a file for them with --lost`]);
    }
    if (leftIn !== undefined) leaveLosses(registry, call, leftIn, losses, { now, cwd });
    write(parts);
    return { problems, lost: losses.length, leftIn };
  } catch (error) {
    return leaveConflict([messageOf(error)]);
  }
}

/** What describes the records of a file: the registry beside it, or in the index where the work tree has no files. */
function registryBeside({ path, lines }: DriverCall, cwd: string): Registry | undefined {
  if (lines !== undefined) return undefined;
  const folder = dirname(path);
  const found = isFolder(resolve(cwd, folder)) ? readRegistry(resolve(cwd, folder)) : undefined;
  if (found !== undefined || basename(folder) === EXPORT_FOLDER) return found?.registry;
  const name = `${folder}/${REGISTRY_FILE}`;
  const text = [`:${name}`, `HEAD:${name}`].map((blob) => tryGit(['cat-file', 'blob', blob], { cwd })).find(isText);
  return text === undefined ? undefined : registryOf(parseRegistryFile(text, name));
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}

/** Why versions cannot be lines of JSON at all. */
function notLines(bytes: ByteSides, call: Pick<DriverCall, 'lines'>): string[] {
  const sides = Object.entries(bytes) as [keyof ByteSides, Buffer][];
  const unfit = sides.filter(([, one]) => !isFit(one, call));
  if (unfit.length > 0) return unfit.map(([side]) => `${side}: ${NOT_UTF8}`);
  const pointers = sides.filter(([, one]) => one.subarray(0, LFS_POINTER.length).equals(LFS_POINTER));
  return pointers.map(([side]) => `${side}: the file must have lines of JSON, not a pointer of Git LFS`);
}

/** Another program's file may have lines that are no UTF-8. A zero byte says that all of it is in another encoding. */
function isFit(bytes: Buffer, { lines }: Pick<DriverCall, 'lines'>): boolean {
  return lines === undefined ? isUtf8(bytes) : !bytes.includes(0);
}

function readBytes(path: string): Buffer {
  return withIoErrors(path, 'read', () => readFileSync(path));
}

/** The versions as they are, in one conflict. Nothing of them becomes a text: there is a longest one. */
function wholeConflict({ base, ours, theirs }: ByteSides, markerSize: number | undefined): readonly Uint8Array[] {
  const [begin = '', middle = '', other = '', end = ''] = conflictLines({ base: [], ours: [], theirs: [] }, markerSize);
  const parts = [begin, ours, middle, base, other, theirs, end].map((part) =>
    typeof part === 'string' ? Buffer.from(part) : part,
  );
  return parts.flatMap((part) => (part.length === 0 || part.at(-1) === NEWLINE ? [part] : [part, Buffer.of(NEWLINE)]));
}

function mergeSides(
  registry: Registry,
  { path, lines, markerSize }: Pick<DriverCall, 'path' | 'lines' | 'markerSize'>,
  bytes: ByteSides,
  now: number,
): MergedBytes {
  return lines === undefined
    ? mergeChunks(bytes, dataLines({ ...dataFile(registry, basename(path), now), markerSize }))
    : mergeChunks(bytes, jsonLines({ ...lines, markerSize }));
}

/** Merges three versions of a data file as git has them; undefined where something of them cannot be read. */
export function mergeDataBytes(
  registry: Registry,
  name: string,
  bytes: ByteSides,
  now: number,
): { readonly content: Buffer; readonly losses: MergedFile['losses'] } | undefined {
  if (notLines(bytes, {}).length > 0) return undefined;
  const { parts, losses, problems } = mergeSides(registry, { path: name }, bytes, now);
  return problems.length > 0 ? undefined : { content: Buffer.concat(parts), losses };
}

/** Merges three versions of a data file of this package. */
export function mergeData(registry: Registry, name: string, sides: FileSides, now = Date.now()): MergedFile {
  return mergeDataFile(dataFile(registry, name, now), sides);
}

/** Makes one line of the lines that a data file has of each record. */
export function mergeDuplicates(registry: Registry, name: string, text: string, now = Date.now()): MergedFile {
  return mergeDuplicateLines(dataFile(registry, name, now), text);
}

/** Says whether a line of a data file can be read: one of a type that the registry does not know can. */
export function isReadable(registry: Registry, name: string, line: string): boolean {
  if (name === CONFLICTS_FILE) return keyReader(registry, name)(line) !== undefined;
  try {
    parseLine(registry, line);
    return true;
  } catch (error) {
    if (error instanceof LineError) return false;
    throw error;
  }
}

function dataFile(registry: Registry, name: string, now: number): DataFile {
  return { registry, name, keyOf: keyReader(registry, name), latest: latestStamp(now) };
}

/** Values that lost in a file of another program, with all that is needed to put them back. */
export function otherLossesOf(
  path: string,
  { keys, updated }: JsonFileOptions,
  losses: readonly FileLoss[],
  at: number,
): OtherLoss[] {
  return losses.map(({ id, loss }) => ({ ...loss, field: loss.field ?? '', id, path, keys, updated, at }));
}

function leaveLosses(
  registry: Registry,
  { path, lines, lost }: DriverCall,
  place: string,
  losses: readonly FileLoss[],
  { now, cwd }: { readonly now: number; readonly cwd: string },
): void {
  if (lines === undefined) {
    leaveLostValues(registry, place, losses, now, workTreeMark(cwd));
    return;
  }
  const all = otherLossesOf(path, lines, losses, now);
  if (lost === undefined) leaveOtherLosses(place, all, now, workTreeMark(cwd));
  else appendOtherLosses(place, all);
}

/** The file that was named; else a folder in the git folder that all work trees share; without git, the export directory of the merged file. */
function placeForLosses({ path, lines, lost }: DriverCall, cwd: string): string | undefined {
  if (lost !== undefined) return resolve(cwd, lost);
  const common = tryGit(['rev-parse', '--git-common-dir'], { cwd });
  if (common !== undefined)
    return lostValueFolder(resolve(cwd, common), lines === undefined ? dirname(path) : undefined);
  const dir = resolve(cwd, dirname(path));
  const isThere = lines === undefined && lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() === true;
  return isThere ? dir : undefined;
}
