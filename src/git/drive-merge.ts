import { isUtf8 } from 'node:buffer';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

import { messageOf } from '../errors.js';
import { atomicWrite, fileExists, withIoErrors } from '../jsonl/file.js';
import { keyReader } from '../jsonl/line-key.js';
import { LineError, parseLine } from '../jsonl/parse.js';
import { leaveLostValues } from '../jsonl/lost-values.js';
import { linesOf } from '../merge/data-groups.js';
import { mapSides } from '../merge/field.js';
import type { DataFile } from '../merge/data-groups.js';
import { mergeJsonFile } from '../merge/json-file.js';
import { mergeDataFile, mergeDuplicateLines } from '../merge/data-file.js';
import { BYTES } from '../merge/chunks.js';
import { conflictLines } from '../merge/file.js';
import type { FileSides, MergedFile } from '../merge/file.js';
import { savecontext } from '../registry/savecontext.js';
import { tryGit } from './run.js';

/** What git starts a merge driver with. */
export interface DriverCall {
  /** The files of the three versions (`%O`, `%A`, `%B`); the result goes into that of ours. */
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** The path of the merged file in the repository (`%P`). */
  readonly path: string;
  /** The field that identifies a line, for files that are not of this package. */
  readonly key?: string | undefined;
  /** Fields of such files that move together. */
  readonly together?: readonly (readonly string[])[] | undefined;
}

/** What the merge driver did. */
export interface DriverOutcome {
  /** What could not be read; where there is any the file has conflict markers. */
  readonly problems: readonly string[];
  /** How many values lost. */
  readonly lost: number;
  /** The folder in which they were left. */
  readonly leftIn: string | undefined;
}

/**
 * Merges three versions of a file as git's merge driver, started in `cwd`, the root of the work tree. First leaves the values
 * that lost in a file that git does not track, then writes the merged file over ours. Throws `io`.
 */
export function driveMerge(call: DriverCall, cwd: string, now: number): DriverOutcome {
  const buffers = [call.base, call.ours, call.theirs].map((path) => readBytes(resolve(cwd, path)));
  const [base = '', ours = '', theirs = ''] = buffers.map((bytes) => bytes.toString('latin1'));
  const sides = { base, ours, theirs };
  const broken = ['base', 'ours', 'theirs'].filter((_, index) => !isUtf8(buffers[index] ?? Buffer.of()));
  // At once: half a file in the place of ours would pass for what somebody made of the conflict by hand.
  const write = (bytes: string): void => atomicWrite(resolve(cwd, call.ours), Buffer.from(bytes, 'latin1'));
  if (broken.length > 0) {
    write(wholeConflict(sides));
    const problems = broken.map((side) => `${side}: expected UTF-8, found bytes that are none`);
    return { problems, lost: 0, leftIn: undefined };
  }
  const merged = mergeSides(call, sides);
  const { losses } = merged;
  const leftIn = losses.length === 0 ? undefined : folderForLosses(call, cwd);
  if (losses.length > 0 && leftIn === undefined) {
    // Without a place for what loses nothing may lose.
    write(wholeConflict(sides));
    return { problems: [`${call.path}: no folder to leave the values in that lose`], lost: 0, leftIn };
  }
  if (leftIn !== undefined) leaveLostValues(leftIn, losses, now);
  write(merged.text);
  return { problems: merged.problems, lost: losses.length, leftIn };
}

function readBytes(path: string): Buffer {
  return withIoErrors(path, 'read', () => readFileSync(path));
}

function wholeConflict(sides: FileSides): string {
  return `${conflictLines(mapSides(sides, linesOf)).join('\n')}\n`;
}

/** Merges files of bytes that are taken for characters. Whatever goes wrong, ours must not be left standing as if it were the result. */
function mergeSides({ path, key, together = [] }: DriverCall, sides: FileSides): MergedFile {
  try {
    return key === undefined
      ? mergeDataFile(dataFile(basename(path)), sides, BYTES)
      : mergeJsonFile(sides, { key, together }, BYTES);
  } catch (error) {
    return { text: wholeConflict(sides), losses: [], problems: [messageOf(error)] };
  }
}

/** Merges three versions of a data file of this package. */
export function mergeData(name: string, sides: FileSides): MergedFile {
  return mergeDataFile(dataFile(name), sides);
}

/** Makes one line of the lines that a data file has of each record. */
export function mergeDuplicates(name: string, text: string): MergedFile {
  return mergeDuplicateLines(dataFile(name), text);
}

/** Says whether a line of a data file can be read: one of a type that the registry does not know can. */
export function isReadable(line: string): boolean {
  try {
    parseLine(savecontext, line);
    return true;
  } catch (error) {
    if (error instanceof LineError) return false;
    throw error;
  }
}

function dataFile(name: string): DataFile {
  return { registry: savecontext, name, keyOf: keyReader(savecontext, name) };
}

/** The export directory of the merged file, or for other files a folder in git's own, which all work trees share. */
function folderForLosses({ path, key }: DriverCall, cwd: string): string | undefined {
  if (key === undefined) {
    const dir = resolve(cwd, dirname(path));
    return fileExists(dir) ? dir : undefined;
  }
  const common = tryGit(['rev-parse', '--git-common-dir'], { cwd });
  if (common === undefined) return undefined;
  const folder = resolve(cwd, common, 'sc-sync');
  withIoErrors(folder, 'create the folder', () => mkdirSync(folder, { recursive: true }));
  return folder;
}
