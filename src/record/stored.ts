import { joinMembers } from './content.js';
import { quote, scanObject, unquote } from './json.js';
import { integerToken, realToken } from './numbers.js';

/** The only member of an object that stands for bytes: their base64. */
const BLOB = '$blob';

/** The only member of an object that stands for a real that JSON has no number for. */
const REAL = '$real';

/** A value as SQLite stores it. An integer is a `bigint`, a real a `number`. */
export type StoredValue = null | bigint | number | string | Uint8Array;

/** The token of bytes. */
export function blobToken(bytes: Uint8Array): string {
  return `{${joinMembers([[BLOB, quote(Buffer.from(bytes).toString('base64'))]])}}`;
}

/** The token of a real, infinite ones too: it is never that of an integer. */
export function storedRealToken(value: number): string {
  return Number.isFinite(value) ? realToken(value) : `{${joinMembers([[REAL, quote(String(value))]])}}`;
}

/** The value that a token stands for, and its own spelling; undefined for one that stands for no value of SQLite. */
export function storedValue(token: string): { readonly value: StoredValue; readonly token: string } | undefined {
  if (token === 'null') return { value: null, token };
  if (token.startsWith('"')) {
    const value = unquote(token);
    return value.isWellFormed() ? { value, token: quote(value) } : undefined;
  }
  if (token.startsWith('{')) return storedObject(token);
  const integer = integerToken(token);
  if (integer !== undefined) return { value: BigInt(integer), token: integer };
  const real = /^-?\d/.test(token) ? Number(token) : Number.NaN;
  return Number.isFinite(real) ? { value: real, token: realToken(real) } : undefined;
}

function storedObject(token: string): ReturnType<typeof storedValue> {
  const [[name, inner] = ['', ''], ...others] = scanObject(token);
  if (others.length > 0 || !inner.startsWith('"')) return undefined;
  const text = unquote(inner);
  if (name === BLOB) {
    const bytes = Buffer.from(text, 'base64');
    return bytes.toString('base64') === text ? { value: bytes, token: blobToken(bytes) } : undefined;
  }
  const isInfinite = text === 'Infinity' || text === '-Infinity';
  return name === REAL && isInfinite ? { value: Number(text), token: storedRealToken(Number(text)) } : undefined;
}
