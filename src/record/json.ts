import { hash } from 'node:crypto';

import { LIMITS, LINE_TOO_LONG, TOO_DEEP, fitsInto } from './limits.js';
import { canonicalNumber } from './numbers.js';
import { compareUtf8 } from './order.js';

/** What is wrong with a piece of JSON, and where (1-based, in UTF-16 units). */
export class JsonError extends Error {
  readonly column: number;

  constructor(message: string, column: number) {
    super(message);
    this.name = 'JsonError';
    this.column = column;
  }
}

/**
 * A value as JSON text, without white space outside of strings: so 64-bit integers, reals and unknown values keep what was written. A canonical
 * token is the one way in which a value of its field is written, so that equal tokens are equal values.
 */
export type Token = string;

/** A member of an object. */
export type Member = readonly [name: string, token: Token];

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = ['null', 'true', 'false'];
/** What some programs write for numbers that JSON does not have. */
const LOOSE_WORDS = [...WORDS, 'NaN', 'Infinity', '-Infinity'];
/** Stands within a file where two files were put together. */
const BYTE_ORDER_MARK = 0xfeff;
const CONTROL = new RegExp('[\\u0000-\\u001f]');
/** An escape that a string has in no canonical token, or in some only. */
const RARE_ESCAPE = /\\(?!["\\bfnrt])/;

/**
 * Reads one JSON object and gives its members as tokens, so that integers of 64 bits, reals and unknown
 * values keep the text that they were written with. Stricter than `JSON.parse`: a name that stands twice
 * in one object and a lone surrogate are errors. Throws {@link JsonError}.
 */
export function scanObject(text: string): Member[] {
  if (!fitsInto(text, LIMITS.lineBytes)) throw new JsonError(LINE_TOO_LONG, 1);
  const scanner = new Scanner(text);
  const members = scanner.members(0);
  scanner.end();
  return members;
}

/** Reads one JSON array and gives its elements as tokens. Throws {@link JsonError}. */
export function scanArray(text: string): string[] {
  const scanner = new Scanner(text);
  const elements = scanner.elements(0);
  scanner.end();
  return elements;
}

/**
 * Says what a JSON value says, whatever way it is written in: two values are equal where this is. Escapes, the order of members, white
 * space and the notation of a number make no difference. Reads more than JSON has: see {@link Scanner}. Throws {@link JsonError}.
 */
export function meaningOf(text: string): Token {
  const scanner = new Scanner(text, 'meaning');
  const token = scanner.value(0);
  scanner.end();
  return token;
}

/**
 * What a scanner gives of a value: its text as it is checked against all rules, what it says, or nothing but where it ends. The last two
 * take what many programs write and JSON does not have: a name that stands twice, a lone surrogate, `NaN`, a byte order mark.
 */
type Scan = 'strict' | 'meaning' | 'extent';

/** What stands behind the last character. */
const END = 'the end of the line';

/** Reads JSON from its beginning to its end. */
export class Scanner {
  at = 0;
  private values = 0;
  private readonly text: string;
  private readonly scan: Scan;
  /** True where no string can have a control character or a lone surrogate: one look at a line in place of one at each of its strings. */
  private readonly isClean: boolean;

  constructor(text: string, scan: Scan = 'strict') {
    this.text = text;
    this.isClean = !CONTROL.test(text) && text.isWellFormed();
    this.scan = scan;
  }

  private get isLoose(): boolean {
    return this.scan !== 'strict';
  }

  /** Throws what must stand at this place, and what stands there. */
  fail(expected: string): never {
    const found = this.at < this.text.length ? JSON.stringify(this.text.slice(this.at, this.at + 12)) : END;
    return this.refuse(`${expected} must stand here, not ${found}`);
  }

  private refuse(message: string): never {
    throw new JsonError(message, this.at + 1);
  }

  space(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      const isMark = unit === BYTE_ORDER_MARK && this.isLoose;
      if (unit !== 32 && unit !== 9 && unit !== 10 && unit !== 13 && !isMark) return;
      this.at++;
    }
  }

  /** Skips white space and one expected character. */
  take(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail(END);
  }

  members(depth: number): Member[] {
    const members: Member[] = [];
    const names = new Set<string>();
    if (!this.take('{')) this.fail('an object');
    if (this.take('}')) return members;
    do {
      this.space();
      const start = this.at;
      const name = unquote(this.string());
      if (names.has(name) && !this.isLoose)
        throw new JsonError(`the name ${JSON.stringify(name)} stands twice`, start + 1);
      names.add(name);
      if (!this.take(':')) this.fail('":"');
      members.push([name, this.value(depth + 1)]);
    } while (this.take(','));
    if (!this.take('}')) this.fail('"," or "}"');
    return members;
  }

  elements(depth: number): string[] {
    const elements: string[] = [];
    if (!this.take('[')) this.fail('an array');
    if (this.take(']')) return elements;
    do elements.push(this.value(depth + 1));
    while (this.take(','));
    if (!this.take(']')) this.fail('"," or "]"');
    return elements;
  }

  value(depth: number): string {
    this.space();
    if (depth > LIMITS.depth) this.refuse(TOO_DEEP);
    if (++this.values > LIMITS.values)
      this.refuse(`a line must have at most ${LIMITS.values} values, and this one has more`);
    const first = this.text[this.at];
    if (first === '"') return this.scan === 'meaning' ? meaningOfString(this.string()) : this.string();
    if (first === '{') {
      const members = this.members(depth);
      if (this.scan === 'extent') return '';
      if (this.scan === 'meaning') members.sort(([a], [b]) => compareUtf8(a, b));
      return `{${members.map(([name, token]) => `${quote(name)}:${token}`).join(',')}}`;
    }
    if (first === '[') return `[${this.elements(depth).join(',')}]`;
    for (const word of this.isLoose ? LOOSE_WORDS : WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return word;
      }
    }
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text)?.[0];
    if (number === undefined) this.fail('a value');
    if (number.length > LIMITS.number)
      this.refuse(`a number must have at most ${LIMITS.number} characters, not ${number.length}`);
    this.at += number.length;
    return this.scan === 'meaning' ? canonicalNumber(number) : number;
  }

  /** A string token as written, checked. */
  string(): string {
    const start = this.at;
    if (this.text[start] !== '"') this.fail('a string in double quotes');
    let close = this.text.indexOf('"', start + 1);
    while (close > 0 && this.isEscaped(close, start)) close = this.text.indexOf('"', close + 1);
    if (close < 0) {
      throw new JsonError('the string that begins here has no end (is the line cut off?)', start + 1);
    }
    const token = this.text.slice(start, close + 1);
    if (!this.isClean && CONTROL.test(token)) {
      throw new JsonError('a control character stands in a string unescaped', start + 1);
    }
    const isWellFormed =
      (this.isClean || token.isWellFormed()) && (!hasRareEscape(token) || textOf(token, start).isWellFormed());
    if (!isWellFormed && !this.isLoose) throw new JsonError('a lone surrogate stands in a string', start + 1);
    this.at = close + 1;
    return token;
  }

  private isEscaped(quoteAt: number, start: number): boolean {
    let backslashes = 0;
    for (let i = quoteAt - 1; i > start && this.text.charCodeAt(i) === 92; i--) backslashes++;
    return backslashes % 2 === 1;
  }
}

function meaningOfString(token: string): Token {
  return token.includes('\\') ? quote(unquote(token)) : token;
}

function textOf(token: string, start: number): string {
  try {
    return unquote(token);
  } catch {
    throw new JsonError('a string holds an escape that JSON does not know', start + 1);
  }
}

/** Says whether a string token has an escape that may be none, or not the canonical one. */
export function hasRareEscape(token: string): boolean {
  return token.includes('\\') && RARE_ESCAPE.test(token);
}

/** The text that a string token stands for. */
export function unquote(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}

/** The canonical token of a text: only `"`, `\` and control characters are escaped. */
export function quote(value: string): string {
  return JSON.stringify(value);
}

/** SHA-256 of the UTF-8 bytes of a text, lower-case hex. */
export function sha256(value: string): string {
  return hash('sha256', value, 'hex');
}

/** The first half of the SHA-256 of a line's UTF-8 bytes: how the set of seen versions knows it. */
export function digestOf(line: string): Uint8Array {
  return hash('sha256', line, 'buffer').subarray(0, 16);
}
