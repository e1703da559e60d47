import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { FileLoss } from '../merge/file.js';
import type { Registry } from '../registry/entity.js';
import { atomicWrite, namesIn, readPlain } from './file.js';
import { withIoErrors } from './io-error.js';
import { readLines } from './line-reader.js';
import { formatLostValue, parseLostValue } from './parse-lost-value.js';
import type { LostValue } from './parse-lost-value.js';
import { LineError } from '../format/parse.js';
import { NOT_UTF8 } from '../record/limits.js';
import { makeEmptyFile } from './owner-file.js';

/**
 * Values that lost a merge of files. A merge driver has no database to note them in, so it leaves them in the export
 * directory, each time in a file of its own that git ignores; the next import takes them into the journal.
 */
export interface LostValues {
  readonly path: string;
  readonly losses: readonly LostValue[];
  /** What is wrong with its lines, as `file:line: what`. */
  readonly problems: readonly string[];
}

const NAME = /^\.lost-values\.\d+\.[0-9a-f]+$/;

/** Leaves lost values in an export directory. Throws `io`. */
export function leaveLostValues(registry: Registry, dir: string, losses: readonly FileLoss[], at: number): void {
  if (losses.length === 0) return;
  const path = join(dir, `.lost-values.${at}.${randomBytes(6).toString('hex')}`);
  writeLostValues(
    registry,
    path,
    losses.map((loss) => ({ ...loss, at })),
  );
}

function writeLostValues(registry: Registry, path: string, losses: readonly LostValue[]): void {
  writeForOwner(path, losses.map((loss) => `${formatLostValue(registry, loss)}\n`).join(''));
}

/** What is written in the place of a file keeps its permissions. */
function writeForOwner(path: string, data: string | Uint8Array): void {
  makeEmptyFile(path);
  atomicWrite(path, data);
}

/** Takes the files of lost values of one export directory over into another; gives where they are then. Throws `io`. */
export function moveLostValues(from: string, to: string): string[] {
  return lostValueFiles(from).map((name) => {
    const [path, target] = [join(from, name), join(to, name)];
    atomicWrite(target, readPlain(path) ?? '');
    removeLostValue(path);
    return target;
  });
}

function lostValueFiles(dir: string): string[] {
  return namesIn(dir)
    .filter((name) => NAME.test(name))
    .sort();
}

/** The lost values that wait in an export directory, oldest first. Of a file with a line that cannot be read it gives nothing else. */
export function readLostValues(registry: Registry, dir: string): LostValues[] {
  return lostValueFiles(dir).map((name) => readFile(registry, join(dir, name)));
}

function readFile(registry: Registry, path: string): LostValues {
  const losses: LostValue[] = [];
  const problems: string[] = [];
  for (const { text, number, invalidUtf8 } of readLines(path)) {
    if (text === '') continue;
    try {
      if (invalidUtf8 === true) throw new LineError([NOT_UTF8]);
      losses.push(parseLostValue(registry, text));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      problems.push(...error.problems.map((problem) => `${basename(path)}:${number}: ${problem}`));
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
