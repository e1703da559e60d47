import { isConflictMarker } from './conflict-marker.js';
import { JsonError, meaningOf } from '../record/json.js';
import { readSource } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { mapSides } from './field.js';
import type { Sides } from './field.js';
import type { LineKey } from './json-key.js';

/** A byte order mark. */
const MARK = '\uFEFF';

/** How a text begins, and how its lines end. */
interface Ends {
  /** Whether a byte order mark stands before everything. */
  readonly hasMark: boolean;
  /** How the first line ends; undefined where it does not. */
  readonly isCrlf: boolean | undefined;
  readonly lastHasEnd: boolean;
}

/** A line of a file that may be any program's. */
export interface JsonLine {
  readonly raw: string;
  /** Undefined where it has none that can be read. */
  readonly key: LineKey | undefined;
  /** Counted from 1. */
  readonly number: number;
  /** True for a line that ends otherwise than the first one. */
  readonly endsOtherwise: boolean;
  /** Its members, read when they are asked for; or what keeps it from being read as an object or array. */
  readonly read: () => Source | JsonError;
  /** True for a line between conflict markers that do not stay. */
  readonly isInConflict: boolean;
}

/** A text, read. */
export interface JsonText {
  readonly lines: readonly JsonLine[];
  readonly ends: Ends;
  /** The numbers of lines that are conflict markers and do not stay; those are none of the lines. */
  readonly markers: readonly number[];
}

/** The conflict markers in a text. */
export function markersIn(text: string): string[] {
  return /^[<|=>]{7}/m.test(text) ? text.split(/\r?\n/).filter(isConflictMarker) : [];
}

/** Reads the lines of a text with their keys. A conflict marker that stays is a line like any other. */
export function readJsonText(
  whole: string,
  keyOf: (raw: string) => LineKey | undefined,
  stays: (marker: string) => boolean,
): JsonText {
  const hasMark = whole.startsWith(MARK);
  const text = hasMark ? whole.slice(MARK.length) : whole;
  const isCrlf = text.includes('\n') ? /^[^\n]*\r\n/.test(text) : undefined;
  const lastHasEnd = text === '' || text.endsWith('\n');
  const ended = text.split('\n');
  if (lastHasEnd) ended.pop();
  const lines: JsonLine[] = [];
  const markers: number[] = [];
  let isInConflict = false;
  for (const [index, each] of ended.entries()) {
    const isOpen = !lastHasEnd && index === ended.length - 1;
    const hasReturn = !isOpen && each.endsWith('\r');
    const raw = hasReturn ? each.slice(0, -1) : each;
    const number = index + 1;
    if (isConflictMarker(raw) && !stays(raw)) {
      markers.push(number);
      isInConflict = !raw.startsWith('>');
    } else {
      const endsOtherwise = !isOpen && hasReturn !== isCrlf;
      lines.push({ raw, key: keyOf(raw), number, endsOtherwise, read: once(() => tryRead(raw)), isInConflict });
    }
  }
  return { lines, ends: { hasMark, isCrlf, lastHasEnd }, markers };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function tryRead(raw: string): Source | JsonError {
  try {
    return readSource(raw);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

/** What a line says, whatever way it is written in; its text where that cannot be read. */
export function meaningOfLine(raw: string): string {
  try {
    return meaningOf(raw);
  } catch (error) {
    if (error instanceof JsonError) return raw;
    throw error;
  }
}

/** What keeps a line from being read; undefined for one that can be, and for one without a key that is no object or array. */
export function problemOf({ raw, key, read }: JsonLine): string | undefined {
  const found = key === undefined && !/^\s*[{[]/.test(raw) ? undefined : read();
  return found instanceof JsonError ? `column ${found.column}: ${found.message}` : undefined;
}

/** Lines that end as the first one of the text, or otherwise. */
export interface EndedLines {
  readonly lines: readonly string[];
  readonly endsOtherwise: boolean;
}

/** How the text begins and its lines end: as on the side that changed it. A side without lines says nothing. */
function mergeEnds(texts: Sides<JsonText>): Ends {
  const three = (usual: boolean, of: (ends: Ends) => boolean | undefined): boolean => {
    const {
      base = usual,
      ours,
      theirs,
    } = mapSides(texts, ({ lines, ends }) => (lines.length === 0 ? undefined : of(ends)));
    return (ours === base ? (theirs ?? ours) : (ours ?? theirs)) ?? usual;
  };
  return {
    hasMark: three(false, ({ hasMark }) => hasMark),
    isCrlf: three(false, ({ isCrlf }) => isCrlf),
    lastHasEnd: three(true, ({ lastHasEnd }) => lastHasEnd),
  };
}

/** Makes one text of merged lines. */
export function joinLines(placed: readonly EndedLines[], texts: Sides<JsonText>): string {
  const { hasMark, isCrlf, lastHasEnd } = mergeEnds(texts);
  const text = placed
    .flatMap(({ lines, endsOtherwise }) => lines.map((line) => `${line}${endsOtherwise === isCrlf ? '\n' : '\r\n'}`))
    .join('');
  const whole = lastHasEnd ? text : text.replace(/\r?\n$/, '');
  return text !== '' && hasMark ? MARK + whole : whole;
}
