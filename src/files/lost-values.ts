import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

import type { FileLoss } from '../merge/file.js';
import type { Registry } from '../registry/entity.js';
import { makeFolder, OWNER_ONLY } from './directory.js';
import { atomicWrite, namesIn } from './file.js';
import { withIoErrors } from './io-error.js';
import { readLines } from './line-reader.js';
import { formatLostValue, parseLostValue } from './parse-lost-value.js';
import type { LostValue } from './parse-lost-value.js';
import { LineError } from '../format/parse.js';
import { NOT_UTF8 } from '../record/limits.js';
import { lostValueFolderOf } from './lost-value-folder.js';
import { makeEmptyFile } from './owner-file.js';

/**
 * Values that lost a merge of files. A merge driver has no database to note them in, so it leaves them in the git folder of
 * the clone, or in the export directory where there is none, each time in a file of its own; the next import takes them into the journal.
 */
export interface LostValues {
  readonly path: string;
  readonly losses: readonly LostValue[];
  /** What is wrong with its lines, as `file:line: what`. */
  readonly problems: readonly string[];
}

const NAME = /^\.lost-values\.\d+\.[0-9a-f]+$/;

/**
 * Leaves lost values in a folder, which is made where it is missing. Gives the file that has them, if there are any. Throws `io`.
 *
 * @param mark begins what is random in the name of the file, see {@link markedLostValues}
 */
export function leaveLostValues(
  registry: Registry,
  folder: string,
  losses: readonly FileLoss[],
  at: number,
  mark = '',
): string | undefined {
  const lines = losses.map((loss) => formatLostValue(registry, { ...loss, at }));
  return leaveLines(folder, lines, at, mark);
}

/** Leaves lines in a file of their own among lost values, and gives its path; undefined where there are none. Throws `io`. */
export function leaveLines(folder: string, lines: readonly string[], at: number, mark: string): string | undefined {
  if (lines.length === 0) return undefined;
  makeFolder(folder, OWNER_ONLY);
  const path = join(folder, `.lost-values.${at}.${mark}${randomBytes(6).toString('hex')}`);
  writeForOwner(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

function writeLostValues(registry: Registry, path: string, losses: readonly LostValue[]): void {
  writeForOwner(path, losses.map((loss) => `${formatLostValue(registry, loss)}\n`).join(''));
}

/** What is written in the place of a file keeps its permissions. */
export function writeForOwner(path: string, data: string | Uint8Array): void {
  makeEmptyFile(path);
  atomicWrite(path, data);
}

/** The files of lost values in a folder that were left with a mark. */
export function markedLostValues(folder: string, mark: string): string[] {
  return lostValueFiles(folder).filter((path) => basename(path).split('.').at(-1)?.startsWith(mark) === true);
}

/** The files of lost values in a folder, oldest first. */
export function lostValueFiles(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The lost values that wait for an export directory, oldest first. Of a file with a line that cannot be read it gives nothing else. */
export function readLostValues(registry: Registry, dir: string): LostValues[] {
  const inGit = lostValueFolderOf(dir);
  const paths = [dir, ...(inGit === undefined ? [] : [inGit])].flatMap(lostValueFiles);
  return paths.map((path) => readFile(registry, dir, path));
}

function readFile(registry: Registry, dir: string, path: string): LostValues {
  const losses: LostValue[] = [];
  const problems: string[] = [];
  for (const { text, number, invalidUtf8 } of readLines(path)) {
    if (text === '') continue;
    try {
      if (invalidUtf8 === true) throw new LineError([NOT_UTF8]);
      losses.push(parseLostValue(registry, text));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      problems.push(...error.problems.map((problem) => `${relative(dir, path)}:${number}: ${problem}`));
    }
  }
  return { path, losses: problems.length === 0 ? losses : [], problems };
}

/** Leaves in files of lost values what is given; one that has nothing more is taken away. Throws `io`. */
export function rewriteLostValues(registry: Registry, all: readonly LostValues[]): void {
  for (const { path, losses } of all) {
    if (losses.length === 0) removeLostValue(path);
    else writeLostValues(registry, path, losses);
  }
}

/** Takes one such file away, unless it is gone already. */
export function removeLostValue(path: string): void {
  withIoErrors(path, 'remove', () => rmSync(path, { force: true }));
}
