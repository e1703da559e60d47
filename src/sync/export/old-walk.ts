import { compareKeys } from '../../format/line-key.js';
import type { LineKey } from '../../format/line-key.js';
import type { StretchBytes } from '../../files/read-stretches.js';
import type { Stretch } from '../../files/stretches.js';
import type { LineFile } from './line-file.js';

const NEWLINE = 0x0a;

/** The lines of one record in a file. */
export interface OldLines {
  readonly key: LineKey;
  readonly raws: readonly string[];
}

/** Goes once through the records' lines of an old file, for records in the order of their keys. */
export interface OldWalk {
  /** Copies what stands before a record into the new file, and gives the record's own lines. */
  upTo(key: LineKey, file: LineFile): readonly string[];
  /** Copies what stands after the last record that was asked for. */
  rest(file: LineFile): void;
}

/** Walks through lines that are read one by one. */
export function walkLines(lines: Iterator<OldLines, void>): OldWalk {
  let next = lines.next();
  const copyWhile = (isBefore: (key: LineKey) => boolean, file: LineFile): void => {
    for (; next.done !== true && isBefore(next.value.key); next = lines.next()) {
      for (const raw of next.value.raws) file.write(raw);
    }
  };
  return {
    upTo: (key, file) => {
      copyWhile((old) => compareKeys(old, key) < 0, file);
      if (next.done === true || compareKeys(next.value.key, key) !== 0) return [];
      const { raws } = next.value;
      next = lines.next();
      return raws;
    },
    rest: (file) => {
      copyWhile(() => true, file);
    },
  };
}

/** Walks through stretches of sorted lines, each with a key: what stays as it is goes over as bytes, and is not even decoded. */
export function walkStretches(
  stretches: Iterator<StretchBytes, void>,
  keyOf: (line: string) => LineKey | undefined,
): OldWalk {
  let bytes: Buffer = Buffer.alloc(0);
  let stretch: Stretch | undefined;
  let at = 0;
  /** True while there is something to look at. */
  const fill = (): boolean => {
    while (at === bytes.length) {
      const next = stretches.next();
      if (next.done === true) return false;
      at = 0;
      ({ bytes, stretch } = next.value);
    }
    return true;
  };
  const copyTo = (end: number, file: LineFile): void => {
    const isWhole = at === 0 && end === bytes.length;
    if (end > at) file.copy(bytes.subarray(at, end), isWhole ? stretch : undefined);
    at = end;
  };
  const endOf = (start: number): number => {
    const newline = bytes.indexOf(NEWLINE, start);
    return newline === -1 ? bytes.length : newline;
  };
  const isBefore = (start: number, key: LineKey): boolean => {
    const found = keyOf(bytes.toString('utf8', start, endOf(start)));
    return found !== undefined && compareKeys(found, key) < 0;
  };
  const startOfLast = (): number => bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
  return {
    upTo: (key, file) => {
      while (fill() && isBefore(startOfLast(), key)) copyTo(bytes.length, file);
      if (!fill()) return [];
      let start = at;
      while (isBefore(start, key)) start = endOf(start) + 1;
      copyTo(start, file);
      const raw = bytes.toString('utf8', at, endOf(at));
      const found = keyOf(raw);
      if (found === undefined || compareKeys(found, key) !== 0) return [];
      at = Math.min(endOf(at) + 1, bytes.length);
      return [raw];
    },
    rest: (file) => {
      while (fill()) copyTo(bytes.length, file);
    },
  };
}
