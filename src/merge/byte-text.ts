const WHOLE = new RegExp(
  [
    '[\\x00-\\x7f]+|[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
    '([\\x80-\\xff])',
  ].join('|'),
  'g',
);

/** A byte that is no UTF-8 is a lone surrogate in a text, and so comes back as it was. */
const STRAY = 0xdc00;

/** Bytes as a text that {@link bytesOfText} makes the same bytes of, also where they are no UTF-8. */
export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // The replacement character may be the file's own.
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text;
  return bytes.toString('latin1').replaceAll(WHOLE, (part: string, stray: string | undefined) => {
    return stray === undefined ? Buffer.from(part, 'latin1').toString('utf8') : strayOf(stray.charCodeAt(0));
  });
}

function strayOf(byte: number): string {
  return String.fromCharCode(STRAY + byte);
}

/** The bytes of a text, and of each lone surrogate that stands for a byte. */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts = text
    .split(/([\udc80-\udcff])/u)
    .map((part, index) => (index % 2 === 0 ? Buffer.from(part, 'utf8') : Buffer.of(part.charCodeAt(0) - STRAY)));
  return Buffer.concat(parts);
}
