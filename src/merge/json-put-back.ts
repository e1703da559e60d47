import { JsonError, quote } from '../record/json.js';
import { readSource, textAt, withMembers, withTextAt } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { bytesOfText, textOfBytes } from './byte-text.js';
import { keyReader } from './json-key.js';
import { withLaterTime } from './json-line.js';

/** A value of a record, and how the record is found. */
export interface ValueOfRecord {
  readonly keys: readonly string[];
  readonly id: string;
  readonly field: string;
  readonly lost: string;
  /** The field with the time of the last change, where somebody named it. */
  readonly updated?: string | undefined;
}

/** A file with a value put back, or why that cannot be. */
export type PutBack = { readonly bytes: Buffer } | { readonly problem: string };

/**
 * Puts a value that lost a merge back into its record, in a file of another program. The record gets a later time; all other bytes stay.
 */
export function putBack(bytes: Buffer, value: ValueOfRecord): PutBack {
  const { keys, id, field } = value;
  const keyOf = keyReader(keys);
  const lines = textOfBytes(bytes).split(/(?<=\n)/);
  const places = lines.flatMap((line, index) => (keyOf(contentOf(line))?.id === id ? [index] : []));
  const [place, ...others] = places;
  if (place === undefined || others.length > 0) {
    return { problem: `${places.length === 0 ? 'no line has' : 'several lines have'} the key ${id}` };
  }
  const line = lines[place] ?? '';
  const old = contentOf(line);
  try {
    const source = withValueAt(readSource(old), field, value.lost);
    if (source === undefined) return { problem: `there is no place for ${field} in the record ${id}` };
    const next = source.text === old ? old : withLaterTime(source, value.updated).text;
    // What stands around it, a mark at the beginning of the file or the end of the line, is no part of it.
    const start = line.indexOf(old);
    const changed = `${line.slice(0, start)}${next}${line.slice(start + old.length)}`;
    return { bytes: bytesOfText(lines.with(place, changed).join('')) };
  } catch (error) {
    if (error instanceof JsonError) return { problem: `the record ${id} cannot be read: ${error.message}` };
    throw error;
  }
}

function contentOf(line: string): string {
  return line.replace(/^\ufeff/, '').replace(/\r?\n$/, '');
}

/** A record with a value at a path, which may lack the last name on it; undefined where it has no such place. */
function withValueAt(source: Source, path: string, text: string): Source | undefined {
  if (textAt(source, path) !== undefined) return withTextAt(source, path, text);
  if (source.isArray || path.includes('[')) return undefined;
  const dot = path.lastIndexOf('.');
  const parent = dot === -1 ? undefined : textAt(source, path.slice(0, dot));
  if (parent?.startsWith('{') === true) {
    return withTextAt(source, path.slice(0, dot), withMember(readSource(parent), path.slice(dot + 1), text).text);
  }
  return dot === -1 ? withMember(source, path, text) : undefined;
}

function withMember(source: Source, name: string, text: string): Source {
  return withMembers(source, [...source.members, { name, nameText: quote(name), text }]);
}
