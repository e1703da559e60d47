import { isUtf8 } from 'node:buffer';

/** How a database keeps its text, as `PRAGMA encoding` calls it. */
export type TextEncoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be';

/** The bytes of a text as the database keeps them. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array {
  if (encoding === 'UTF-8') return new TextEncoder().encode(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'UTF-16le' ? bytes : bytes.swap16();
}

/** The text of bytes as the database keeps them; undefined for bytes that are no text. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string | undefined {
  if (encoding === 'UTF-8') return isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : undefined;
  if (bytes.length % 2 !== 0) return undefined;
  const units = Buffer.from(bytes);
  const text = (encoding === 'UTF-16le' ? units : units.swap16()).toString('utf16le');
  return text.isWellFormed() ? text : undefined;
}

/**
 * Says whether a text must be bound as its bytes: drivers cut at U+0000, and SQLite replaces U+FFFE and U+FFFF where it turns UTF-8 into
 * UTF-16.
 */
export function needsBytes(text: string, encoding: TextEncoding): boolean {
  return encoding === 'UTF-8' ? text.includes('\0') : /[\0\uFFFE\uFFFF]/.test(text);
}
