import { compareUtf8 } from '../record/order.js';
import type { Registry } from '../registry/entity.js';
import { versionOf } from '../format/version-of.js';
import { fileNames, keyReader } from '../format/line-key.js';
import type { LineKey } from '../format/line-key.js';
import { keyOfLine } from './scan-file.js';

/** Gives the lines of a data file by its name, wherever they are read from; it may be asked more than once. */
export type LinesOfFile = (name: string) => Iterable<string>;

/** All lines that two sets of data files have of one record, tombstones too. */
export interface DifferingRecord {
  readonly key: LineKey;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What differs between two sets of data files. */
export interface Differing {
  /** In the order of types and ids. */
  readonly records: readonly DifferingRecord[];
  /** How many lines there were before that are no record's, and are not there any more. */
  readonly unreadable: number;
}

/**
 * Finds the records of which not all lines are the same. Holds the lines of one file at a time, and of all files those of
 * the records that differ.
 */
export function differingRecords(registry: Registry, before: LinesOfFile, after: LinesOfFile): Differing {
  const records = new Map<string, { key: LineKey; before: string[]; after: string[] }>();
  let unreadable = 0;
  const note = (key: LineKey | undefined): void => {
    if (key !== undefined) records.set(`${key.type} ${key.id}`, { key, before: [], after: [] });
  };
  for (const name of fileNames(registry)) {
    const keyOf = lineKeys(registry, name);
    const old = new Set(before(name));
    for (const line of after(name)) if (!old.delete(line)) note(keyOf(line));
    for (const line of old) {
      const key = keyOf(line);
      if (key === undefined && line.trim() !== '') unreadable++;
      note(key);
    }
  }
  if (records.size === 0) return { records: [], unreadable };
  for (const name of fileNames(registry)) {
    const keyOf = lineKeys(registry, name);
    const linesOf = (lines: Iterable<string>, side: 'before' | 'after'): void => {
      for (const line of lines) {
        const key = keyOf(line);
        if (key !== undefined) records.get(`${key.type} ${key.id}`)?.[side].push(line);
      }
    };
    linesOf(before(name), 'before');
    linesOf(after(name), 'after');
  }
  return { records: [...records.values()].sort((a, b) => compareRecords(registry, a.key, b.key)), unreadable };
}

function lineKeys(registry: Registry, name: string): (line: string) => LineKey | undefined {
  const keyOf = keyReader(registry, name);
  return (text) => keyOfLine((raw) => versionOf(registry, raw), keyOf, { text });
}

function compareRecords({ entities }: Registry, a: LineKey, b: LineKey): number {
  const place = ({ type }: LineKey): number => entities.findIndex((entity) => entity.type === type);
  return place(a) - place(b) || compareUtf8(a.id, b.id);
}
