/** How texts are given: as they are, or each byte for a character. Then what no side changed need not be decoded. */
export interface TextForm {
  readonly decode: (text: string) => string;
  readonly encode: (text: string) => string;
}

export const PLAIN_TEXT: TextForm = { decode: (text) => text, encode: (text) => text };

const WHOLE = new RegExp(
  [
    '[\\x00-\\x7f]+|[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
    '([\\x80-\\xff])',
  ].join('|'),
  'g',
);

const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
/** A byte that is no UTF-8 is a lone surrogate in a text, and so comes back as it was. */
const STRAY = 0xdc00;

export const BYTES: TextForm = {
  decode(bytes) {
    const text = toText(bytes);
    if (toBytes(text) === bytes) return text;
    return bytes.replaceAll(WHOLE, (part: string, stray: string | undefined) =>
      stray === undefined ? toText(part) : String.fromCharCode(STRAY + stray.charCodeAt(0)),
    );
  },
  encode(text) {
    if (text.isWellFormed()) return toBytes(text);
    return text
      .split(/([\udc80-\udcff])/u)
      .map((part, index) => (index % 2 === 0 ? toBytes(part) : String.fromCharCode(part.charCodeAt(0) - STRAY)))
      .join('');
  },
};
