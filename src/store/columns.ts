import { quote, unquote } from '../record/json.js';
import { realToken } from '../record/numbers.js';
import { blobToken, storedRealToken, storedValue } from '../record/stored.js';
import type { ScalarField } from '../registry/field.js';
import type { SqlRow, SqlValue } from './database.js';
import { decodeText } from './text-encoding.js';
import type { TextEncoding } from './text-encoding.js';

/**
 * A column as {@link readExact} reads it: as a JSON token, which has U+0000 and 64 bits where drivers cut; a BLOB as it is, since
 * `json_quote` takes some for JSON and fails on the others. UTF-16 text goes as its bytes, since SQLite changes some on the way to JSON.
 */
export function exactColumn(column: string, encoding: TextEncoding): string {
  const exact = `iif(typeof(${column}) = 'blob', ${column}, json_quote(${column}))`;
  return encoding === 'UTF-8' ? exact : `iif(typeof(${column}) = 'text', 'x' || hex(${column}), ${exact})`;
}

/** The token of what {@link exactColumn} gave; a BLOB as it is, undefined for text that is none in the database's encoding. */
export function readExact(value: SqlValue, encoding: TextEncoding): string | Uint8Array | undefined {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return value;
  const token = String(value);
  if (!token.startsWith('x')) return token;
  const text = decodeText(Buffer.from(token.slice(1), 'hex'), encoding);
  return text === undefined ? undefined : quote(text);
}

/** What stands for a BLOB among tokens: no column holds an object. */
export const BLOB_TOKEN = '{}';

/** SQLite takes at most 127 arguments where it was not built otherwise. */
const MOST_ARGUMENTS = 100;

/**
 * Columns as {@link readTokens} reads them: as {@link exactColumn} does each, but in one JSON array, or in several where there are very many. A
 * driver takes its time for each value of each row, so a row is read in seven tenths of it.
 */
export function tokenColumns(columns: readonly string[], encoding: TextEncoding): string[] {
  const values = columns.map((column) => {
    const exact = encoding === 'UTF-8' ? column : `iif(typeof(${column}) = 'text', hex(${column}), ${column})`;
    return `iif(typeof(${column}) = 'blob', json('${BLOB_TOKEN}'), ${exact})`;
  });
  const arrays: string[] = [];
  for (let from = 0; from < values.length; from += MOST_ARGUMENTS)
    arrays.push(`json_array(${values.slice(from, from + MOST_ARGUMENTS).join(', ')})`);
  return arrays;
}

/**
 * The tokens of what {@link tokenColumns} gave, which begins at a place of a row and ends with it; {@link BLOB_TOKEN} for a BLOB, undefined for
 * text that is none in the database's encoding.
 */
export function readTokens(row: SqlRow, from: number, encoding: TextEncoding): (string | undefined)[] {
  const tokens = splitArray(String(row[from]));
  for (let at = from + 1; at < row.length; at++) tokens.push(...splitArray(String(row[at])));
  if (encoding === 'UTF-8') return tokens;
  return tokens.map((token) => {
    if (!token.startsWith('"')) return token;
    const text = decodeText(Buffer.from(unquote(token), 'hex'), encoding);
    return text === undefined ? undefined : quote(text);
  });
}

const QUOTE = 34;
const BACKSLASH = 92;

/** The elements of an array as SQLite writes it: without white space, and each a string, a number or a word. */
function splitArray(array: string): string[] {
  const tokens: string[] = [];
  const end = array.length - 1;
  for (let start = 1, stop; start < end; start = stop + 1) {
    stop = array.charCodeAt(start) === QUOTE ? endOfString(array, start) : array.indexOf(',', start);
    if (stop === -1) stop = end;
    tokens.push(array.slice(start, stop));
  }
  return tokens;
}

/** Where a string ends: after the first quote that no backslash escapes. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((at - before) % 2 === 1) return at + 1;
  }
}

/** Whether a column that was read as bytes is text in UTF-8; anything else is no matter of encoding. */
export function isUtf8(bytes: SqlValue | undefined): boolean {
  return !(bytes instanceof Uint8Array) || decodeText(bytes, 'UTF-8') !== undefined;
}

/** The token of a REAL column. */
export function realColumn(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? realToken(value) : String(value);
  // An integer that no real holds exactly is quoted, so that it is refused as what it is.
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? value.toString() : quote(value.toString());
  return quote(value instanceof Uint8Array ? 'a BLOB' : value);
}

/** The value that a token stands for in a column. */
export function sqlValue(field: ScalarField, token: string): SqlValue {
  if (token === 'null') return null;
  switch (field.kind) {
    case 'text':
    case 'ref':
      return unquote(token);
    case 'integer':
      // `node:sqlite` binds a number as a real, which an expression or a column without a type keeps.
      return BigInt(token);
    case 'real':
      return Number(token);
    case 'number':
    case 'any':
    case 'blob':
      return storedValue(token)?.value ?? null;
  }
}

/** A column of any kind as {@link readStored} reads it: a real as it is, all else as {@link exactColumn} has it. */
export function storedColumn(column: string, encoding: TextEncoding): string {
  return `iif(typeof(${column}) = 'real', ${column}, ${exactColumn(column, encoding)})`;
}

/** The token of what {@link storedColumn} gave; undefined for text that is none in the database's encoding. */
export function readStored(value: SqlValue, encoding: TextEncoding): string | undefined {
  if (typeof value === 'number') return storedRealToken(value);
  const read = readExact(value, encoding);
  return read instanceof Uint8Array ? blobToken(read) : read;
}
