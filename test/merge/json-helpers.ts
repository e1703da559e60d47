import { expect } from 'vitest';

import { mergeChunks } from '../../src/merge/chunks.js';
import type { LineMerge } from '../../src/merge/chunks.js';
import { mergeJsonFile } from '../../src/merge/json-file.js';
import type { JsonFileOptions } from '../../src/merge/json-file.js';
import type { FileSides, MergedFile } from '../../src/merge/file.js';

export const BY_ID: JsonFileOptions = { keys: ['id'], together: [], elements: new Map(), appendOnly: false };

export const swapped = ({ base, ours, theirs }: FileSides): FileSides => ({ base, ours: theirs, theirs: ours });

/** A merge of bytes, each of which is given as a character. */
export function mergeBytes({ base, ours, theirs }: FileSides, lines: LineMerge): MergedFile {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  const { parts, ...rest } = mergeChunks({ base: bytes(base), ours: bytes(ours), theirs: bytes(theirs) }, lines);
  return { text: Buffer.concat(parts).toString('latin1'), ...rest };
}

/** The bytes of a text, each as a character. */
export const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

/** A merge that needs nobody to look at it: the same text with ours and theirs swapped. */
export function mergeBothWays(sides: FileSides, options: Partial<JsonFileOptions> = {}): MergedFile {
  const merged = mergeJsonFile(sides, { ...BY_ID, ...options });
  expect(merged.problems).toEqual([]);
  expect(mergeJsonFile(swapped(sides), { ...BY_ID, ...options })).toEqual(merged);
  return merged;
}

/** The lines of such a merge of lines. */
export function mergedLines(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  options: Partial<JsonFileOptions> = {},
): string[] {
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const { text: result } = mergeBothWays({ base: text(base), ours: text(ours), theirs: text(theirs) }, options);
  return result.split('\n').slice(0, -1);
}

/** A merge that leaves conflicts, the same ones either way. */
export function conflictOf(sides: FileSides, options: Partial<JsonFileOptions> = {}): MergedFile {
  const merged = mergeJsonFile(sides, { ...BY_ID, ...options });
  expect(merged.problems).not.toEqual([]);
  expect(mergeJsonFile(swapped(sides), { ...BY_ID, ...options }).problems).toHaveLength(merged.problems.length);
  return merged;
}
