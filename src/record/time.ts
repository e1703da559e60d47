import { quote, unquote } from './json.js';
import { canonicalNumber, compareDecimals, decimalOf, plainDecimal } from './numbers.js';
import type { Decimal } from './numbers.js';
import { isStamp, parseStamp } from './stamp.js';

/** Compares two times given as tokens, whatever way each is written in; 0 where one of them is no time. */
export function compareTimes(a: string | undefined, b: string | undefined): number {
  const [x, y] = [readTime(a), readTime(b)];
  if (x === undefined || y === undefined) return 0;
  const isOneUnit = x.number !== undefined && y.number !== undefined && areNear(x.number, y.number);
  return isOneUnit ? compareDecimals(x.number, y.number) : compareDecimals(x.seconds, y.seconds);
}

/** Says whether a token can be a time. */
export function isTime(token: string): boolean {
  return readTime(token) !== undefined;
}

/** A time, in seconds since 1970. */
interface Time {
  readonly seconds: Decimal;
  /** What was written, where that is a number. */
  readonly number?: Decimal;
}

/** A date, with or without a time of the day and its fraction. Without a zone it is UTC. */
const TEXT =
  /^((\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d))?)?)?)(?:(?<=\d\d:?\d\d:?\d\d)[.,](\d{1,30}))?(?: ?(?:[Zz]|UTC|GMT|([+-]\d\d)(?::?(\d\d))?))?$/;
/** A number of seconds, or of a smaller unit, that is written as a text. */
const NUMBER_TEXT = /^\d{9,}(?:\.\d+)?$/;

function readTime(token: string | undefined): Time | undefined {
  if (token === undefined) return undefined;
  const text = token.startsWith('"') ? unquote(token) : token;
  const number = text === token || NUMBER_TEXT.test(text) ? decimalOf(text) : undefined;
  if (number !== undefined) return { number, seconds: { ...number, exponent: number.exponent - unitOf(number) } };
  const [, , year, month, day, hour = '00', minute = '00', second = '00', fraction = '', hours, minutes = '00'] =
    TEXT.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const stamp = parseStamp(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  if (stamp === undefined) return undefined;
  const digits = BigInt(Math.floor(stamp / 1000)) * 10n ** BigInt(fraction.length) + BigInt(`0${fraction}`);
  return { seconds: { digits, exponent: -fraction.length } };
}

/** A number is of seconds, or where it is too great for that, of thousandths, millionths or billionths: as a power of ten. */
function unitOf({ digits, exponent }: Decimal): number {
  const size = Math.abs(Number(digits)) * 10 ** exponent;
  return [1e11, 1e14, 1e17].filter((bound) => size >= bound).length * 3;
}

/** Numbers of nearly the same size have the same unit: a time in seconds and in thousandths are far from each other. */
function areNear(a: Decimal, b: Decimal): boolean {
  const [x, y] = [a, b].map((each) => Math.abs(Number(plainDecimal(each)))) as [number, number];
  return Math.max(x, y) < 100 * Math.min(x, y);
}

/** The next time in the notation of a token: one more in its last place. Undefined where there is none. */
export function nextTime(token: string): string | undefined {
  if (!isTime(token)) return undefined;
  if (!token.startsWith('"')) return nextNumber(canonicalNumber(token));
  const text = unquote(token);
  const next = NUMBER_TEXT.test(text) ? nextNumber(text) : nextText(text);
  return next === undefined ? undefined : quote(next);
}

function nextNumber(token: string): string | undefined {
  const decimal = decimalOf(token);
  if (decimal === undefined) return undefined;
  const { digits, exponent } = decimal.exponent > 0 ? { digits: BigInt(plainDecimal(decimal)), exponent: 0 } : decimal;
  // A fraction may have more digits than a program that reads it tells apart.
  for (let step = 1n; ; step *= 10n) {
    const next = plainDecimal({ digits: digits + step, exponent });
    if (exponent === 0 || Number(next) > Number(token)) return next;
  }
}

/** The milliseconds of the last place of a text, by how many digits stand before its fraction. */
const PLACES: ReadonlyMap<number, number> = new Map([
  [8, 86_400_000],
  [10, 3_600_000],
  [12, 60_000],
  [14, 1000],
]);

function nextText(text: string): string | undefined {
  const [, head = '', year, month, day, hour, minute, second, fraction = ''] = TEXT.exec(text) ?? [];
  // A digit before the fraction takes what is carried.
  const next = (BigInt(`1${fraction}`) + 1n).toString();
  const places = head.replaceAll(/\D/g, '').length;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0));
  const moved = next.startsWith('1') ? date : new Date(date.getTime() + (PLACES.get(places) ?? 0));
  if (!isStamp(moved.getTime())) return undefined;
  const digits = moved.toISOString().replaceAll(/\D/g, '');
  let at = 0;
  const rest = text.slice(head.length);
  return (
    head.replaceAll(/\d/g, () => digits.charAt(at++)) + (fraction === '' ? rest : rest.replace(fraction, next.slice(1)))
  );
}
