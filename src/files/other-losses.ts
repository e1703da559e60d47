import { readFileSync } from 'node:fs';

import type { Loss } from '../merge/loss.js';
import { sha256 } from '../record/json.js';
import { atomicWrite, fileExists } from './file.js';
import { withIoErrors } from './io-error.js';
import { leaveLines, lostValueFiles, removeLostValue, writeForOwner } from './lost-values.js';

/** How a record of another program's file is found again. */
export interface OtherPlace {
  /** The file, as git names it. */
  readonly path: string;
  /** What identifies its lines, and the field with the time of the last change, as the driver was told. */
  readonly keys: readonly string[];
  readonly updated?: string | undefined;
}

/** A value that lost in a merge of another program's file. */
export interface OtherLoss extends OtherPlace, Loss {
  readonly id: string;
  readonly field: string;
  /** When it lost, Unix milliseconds. */
  readonly at: number;
}

/** The same with what it is called by: it stays so, whatever is taken or dropped. */
export interface KeptLoss extends OtherLoss {
  readonly n: string;
}

/** Leaves values that lost in a folder, which is made where it is missing. Throws `io`. */
export function leaveOtherLosses(folder: string, losses: readonly OtherLoss[], at: number, mark: string): void {
  leaveLines(folder, losses.map(lineOf), at, mark);
}

/** Adds values that lost to the end of a file, for a merge outside of git. Throws `io`. */
export function appendOtherLosses(path: string, losses: readonly OtherLoss[]): void {
  const old = fileExists(path) ? withIoErrors(path, 'read', () => readFileSync(path, 'utf8')) : '';
  const ended = old === '' || old.endsWith('\n') ? old : `${old}\n`;
  atomicWrite(path, `${ended}${losses.map((loss) => `${lineOf(loss)}\n`).join('')}`);
}

function lineOf({ path, keys, updated, id, field, base, kept, lost, at }: OtherLoss): string {
  return JSON.stringify({ path, keys, updated, id, field, base, kept, lost, at });
}

/** The values that wait in a folder, oldest first, and lines there that are none, as `file:line`. */
export function readOtherLosses(folder: string): { readonly losses: KeptLoss[]; readonly unreadable: string[] } {
  const losses: KeptLoss[] = [];
  const unreadable: string[] = [];
  for (const path of lostValueFiles(folder)) {
    for (const [index, line] of linesIn(path).entries()) {
      const loss = parse(line);
      if (loss === undefined) unreadable.push(`${path}:${index + 1}`);
      else losses.push({ ...loss, n: nameOf(line) });
    }
  }
  return { losses, unreadable };
}

/** Forgets values that wait in a folder, by what they are called. What cannot be read stays. Throws `io`. */
export function forgetOtherLosses(folder: string, names: ReadonlySet<string>): void {
  for (const path of lostValueFiles(folder)) {
    const lines = linesIn(path);
    const left = lines.filter((line) => !names.has(nameOf(line)));
    if (left.length === 0) removeLostValue(path);
    else if (left.length < lines.length) writeForOwner(path, left.map((line) => `${line}\n`).join(''));
  }
}

function linesIn(path: string): string[] {
  const text = withIoErrors(path, 'read', () => readFileSync(path, 'utf8'));
  return text.split('\n').filter((line) => line !== '');
}

/** A number of the journal is never like it. */
const nameOf = (line: string): string => `f0${sha256(line).slice(0, 6)}`;

function parse(line: string): OtherLoss | undefined {
  try {
    const found = JSON.parse(line) as Partial<Record<keyof OtherLoss, unknown>> | null;
    return isLoss(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isLoss(found: Partial<Record<keyof OtherLoss, unknown>> | null): found is OtherLoss & object {
  if (found === null || typeof found !== 'object') return false;
  const { path, keys, updated, id, field, base, kept, lost, at } = found;
  const isText = (value: unknown): boolean => typeof value === 'string';
  return (
    [path, id, field, lost].every(isText) &&
    [base, kept].every((value) => value === null || isText(value)) &&
    Array.isArray(keys) &&
    keys.every(isText) &&
    (updated === undefined || isText(updated)) &&
    Number.isSafeInteger(at)
  );
}
