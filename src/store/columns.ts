import { quote, unquote } from '../record/json.js';
import { integerValue, realToken } from '../record/numbers.js';
import type { Field, SetField } from '../registry/entity.js';
import type { SqlValue } from './database.js';

/** A column as its JSON token; a BLOB as it is, since `json_quote` takes some for JSON and fails on the others. */
export function exactColumn(column: string): string {
  return `iif(typeof(${column}) = 'blob', ${column}, json_quote(${column}))`;
}

/** The token of a REAL column. */
export function realColumn(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? realToken(value) : String(value);
  return typeof value === 'bigint' ? value.toString() : quote(value instanceof Uint8Array ? 'a BLOB' : value);
}

/** The value that a token stands for in a column. */
export function sqlValue(field: Exclude<Field, SetField>, token: string): SqlValue {
  if (token === 'null') return null;
  if (field.kind === 'text') return unquote(token);
  return field.kind === 'real' ? Number(token) : integerValue(token);
}

/** Text with U+0000 is bound as its bytes, since drivers cut it there. */
export function bind(values: ReadonlyMap<string, SqlValue>): { places: string[]; parameters: SqlValue[] } {
  const places: string[] = [];
  const parameters: SqlValue[] = [];
  for (const value of values.values()) {
    const cut = typeof value === 'string' && value.includes('\0');
    places.push(cut ? 'CAST(? AS TEXT)' : '?');
    parameters.push(cut ? new TextEncoder().encode(value) : value);
  }
  return { places, parameters };
}

/** Says whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
