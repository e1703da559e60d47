/** What a line may be at most, so that reading one takes little memory, and every line that is written can be read. */
export const LIMITS = {
  /** Bytes of a line without its end. */
  lineBytes: 64 * 1024 * 1024,
  /** Bytes of an id. */
  idBytes: 256 * 1024,
  /** Values in a line: members of objects and elements of arrays, on all levels. */
  values: 200_000,
  /** Levels of arrays and objects in each other. */
  depth: 200,
  /** Characters of a number. */
  number: 1000,
} as const;

/** Bytes of what becomes one text: Node has no longer one. */
export const TEXT_BYTES = 2 ** 29 - 24;

/** Says whether a text has at most so many bytes as UTF-8. */
export function fitsInto(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || (text.length <= bytes && Buffer.byteLength(text) <= bytes);
}

/** Says whether a text can be the id of a record in files. */
export function isId(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed() && fitsInto(text, LIMITS.idBytes);
}

/** What an id is expected to be. */
export const ID = `a text without U+0000, of at most ${LIMITS.idBytes} bytes`;
/** What is wrong with a line that is too long. */
export const LINE_TOO_LONG = `a line must have at most ${LIMITS.lineBytes} bytes (64 MiB), and this one has more`;
/** What is wrong with a part of a file that is too large for a text. */
export const TEXT_TOO_LONG = 'what the versions do not have alike must have at most 512 MiB, and has more';
/** What is wrong with a value that has more levels than can be read. */
export const TOO_DEEP = `a value must have at most ${LIMITS.depth} levels of nesting, and this one has more`;
/** What is wrong with bytes that are no text. */
export const NOT_UTF8 = 'the text must be UTF-8, and has other bytes';
