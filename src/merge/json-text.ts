import { isConflictMarker } from './conflict-marker.js';
import { JsonError, quote, scanObject } from '../record/json.js';

/** A byte order mark. */
export const MARK = '\uFEFF';

/** How a text begins, and how its lines end. */
export interface Ends {
  /** Whether a byte order mark stands before everything. */
  readonly hasMark: boolean;
  readonly isCrlf: boolean;
  readonly lastHasEnd: boolean;
}

/** A line of a file that may be any program's. */
export interface JsonLine {
  readonly raw: string;
  /** The token of its key; undefined where it has none that can be read. */
  readonly key: string | undefined;
  /** Counted from 1. */
  readonly number: number;
  /** True for a line between conflict markers. */
  readonly isInConflict: boolean;
}

/** A text, read. */
export interface JsonText {
  readonly lines: readonly JsonLine[];
  readonly ends: Ends;
  /** The numbers of lines that are conflict markers; those are none of the lines. */
  readonly markers: readonly number[];
}

/** Reads the lines of a text with their keys. */
export function readJsonText(whole: string, key: string): JsonText {
  const hasMark = whole.startsWith(MARK);
  const text = hasMark ? whole.slice(MARK.length) : whole;
  const isCrlf = /^[^\n]*\r\n/.test(text);
  const lastHasEnd = text === '' || text.endsWith('\n');
  const raws = text.split('\n');
  if (lastHasEnd) raws.pop();
  const keyOf = keyReader(key);
  const lines: JsonLine[] = [];
  const markers: number[] = [];
  let isInConflict = false;
  for (const [index, ended] of raws.entries()) {
    const raw = isCrlf && ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    const number = index + 1;
    if (isConflictMarker(raw)) {
      markers.push(number);
      isInConflict = !raw.startsWith('>');
    } else lines.push({ raw, key: keyOf(raw), number, isInConflict });
  }
  return { lines, ends: { hasMark, isCrlf, lastHasEnd }, markers };
}

/** Reads the token of a line's key. Only a line that does not begin with the key is parsed. */
export function keyReader(key: string): (raw: string) => string | undefined {
  const name = quote(key).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const pattern = new RegExp(`^\\{\\s*${name}\\s*:\\s*("[^"\\\\]*"|-?\\d[\\d.eE+-]*)`);
  return (raw) => pattern.exec(raw)?.[1] ?? keyIn(raw, key);
}

/** The token of the key of a line that is parsed; undefined where that fails, or there is no such text or number. */
function keyIn(raw: string, key: string): string | undefined {
  try {
    const token = new Map(scanObject(raw)).get(key);
    return token !== undefined && /^["\d-]/.test(token) ? token : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** What keeps a line from being read; undefined for one that can be. */
export function problemOf({ raw, key }: JsonLine, keyName: string): string | undefined {
  try {
    scanObject(raw);
    return key === undefined ? `${keyName}: missing; expected a text or a number that identifies the line` : undefined;
  } catch (error) {
    if (error instanceof JsonError) return `column ${error.column}: ${error.message}`;
    throw error;
  }
}
