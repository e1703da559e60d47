import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { Loss, LossReason } from '../merge/conflict.js';
import type { FileLoss } from '../merge/merged-file.js';
import { copyPlain } from './file-bytes.js';
import { atomicWrite, namesIn, readPlain, withIoErrors } from './file.js';

/**
 * Values that lost a merge of files. A merge driver has no database to note them in, so it leaves them in the export
 * directory, each time in a file of its own that git ignores; the next import takes them into the journal.
 */
export interface LostValues {
  readonly path: string;
  readonly losses: readonly LostValue[];
}

/** A value that lost, as such a file has it. */
export interface LostValue extends FileLoss {
  /** When it lost, Unix milliseconds. */
  readonly at: number;
}

const NAME = /^\.lost-values\.\d+\.[0-9a-f]+$/;

/** Leaves lost values in an export directory. Throws `io`. */
export function leaveLostValues(dir: string, losses: readonly FileLoss[], at: number): void {
  if (losses.length === 0) return;
  const path = join(dir, `.lost-values.${at}.${randomBytes(6).toString('hex')}`);
  writeLostValues({ path, losses: losses.map((loss) => ({ ...loss, at })) });
}

function writeLostValues({ path, losses }: LostValues): void {
  const lines = losses.map(({ type, id, loss: { field, base, kept, lost }, why, at }) =>
    JSON.stringify({ type, id, field, base, kept, lost, why, at }),
  );
  atomicWrite(path, `${lines.join('\n')}\n`);
}

/** Takes the files of lost values of one export directory over into another; gives where they are then. Throws `io`. */
export function moveLostValues(from: string, to: string): string[] {
  return readLostValues(from).map(({ path }) => {
    const target = join(to, basename(path));
    copyPlain(path, target);
    removeLostValue(path);
    return target;
  });
}

/** The lost values that wait in an export directory, oldest first. A file that is none of ours is left alone. */
export function readLostValues(dir: string): LostValues[] {
  const names = namesIn(dir).filter((name) => NAME.test(name));
  return names.sort().flatMap((name) => {
    const path = join(dir, name);
    const lines = (readPlain(path)?.toString() ?? '').split('\n');
    const losses = lines.filter((line) => line !== '').map(lostValueIn);
    return losses.every((loss) => loss !== undefined) ? [{ path, losses }] : [];
  });
}

/** Leaves in files of lost values what is given; one that has nothing more is taken away. Throws `io`. */
export function rewriteLostValues(all: readonly LostValues[]): void {
  for (const rest of all) {
    if (rest.losses.length === 0) removeLostValue(rest.path);
    else writeLostValues(rest);
  }
}

/** Takes one such file away, unless it is gone already. */
export function removeLostValue(path: string): void {
  withIoErrors(path, 'remove', () => rmSync(path, { force: true }));
}

function lostValueIn(line: string): LostValue | undefined {
  try {
    const { type, id, why, at, ...loss } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof type !== 'string' || typeof id !== 'string' || typeof why !== 'string' || typeof at !== 'number') return;
    return isLoss(loss) ? { type, id, loss, why: why as LossReason, at } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isLoss(loss: Readonly<Record<string, unknown>>): loss is Readonly<Record<string, unknown>> & Loss {
  const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
  return (
    isTextOrNull(loss['field']) &&
    isTextOrNull(loss['base']) &&
    isTextOrNull(loss['kept']) &&
    typeof loss['lost'] === 'string'
  );
}
