import type { Entity, TimeUnit } from '../registry/entity.js';
import { tokenOf } from './content.js';
import type { Content } from './content.js';
import { quote, unquote } from './json.js';
import { compareIntegers, integerToken, realToken } from './numbers.js';
import { parseStamp } from './stamp.js';

/** Which of an entity's two times. */
export type Moment = 'updated' | 'created';

const MS_OF_DAY = 86_400_000;
/** The Julian day of 1970, and the microseconds from 1601 to then. */
const JULIAN_1970 = 2_440_587.5;
const WEBKIT_1970 = 11_644_473_600_000_000;

/** How many of a unit make a millisecond, and where it counts 1970. */
const NUMBERS: Readonly<Record<Exclude<TimeUnit, 'iso'>, { readonly each: number; readonly zero: number }>> = {
  ms: { each: 1, zero: 0 },
  s: { each: 0.001, zero: 0 },
  us: { each: 1000, zero: 0 },
  ns: { each: 1_000_000, zero: 0 },
  webkit: { each: 1000, zero: WEBKIT_1970 },
  julian: { each: 1 / MS_OF_DAY, zero: JULIAN_1970 },
};

/** A time in Unix milliseconds; undefined for a token that is none in its unit. */
function millisecondsOf(unit: TimeUnit, token: string): number | undefined {
  if (unit === 'iso') return token.startsWith('"') ? isoOf(unquote(token)) : undefined;
  const { each, zero } = NUMBERS[unit];
  const number = /^-?\d/.test(token) ? Number(token) : Number.NaN;
  return Number.isFinite(number) ? (number - zero) / each : undefined;
}

/** The zone of a text without one is UTC, as SQLite takes it. */
function isoOf(text: string): number | undefined {
  const [, day = '', time = '00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))? ?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? [];
  const whole = time.length === 5 ? `${time}:00` : time;
  return day === '' ? undefined : parseStamp(`${day}T${whole}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
}

/** The token of a time, given in Unix milliseconds. */
export function momentToken(unit: TimeUnit, milliseconds: number): string {
  if (unit === 'iso') return quote(new Date(milliseconds).toISOString());
  const { each, zero } = NUMBERS[unit];
  return unit === 'julian'
    ? realToken(milliseconds * each + zero)
    : String(BigInt(Math.floor(milliseconds * each)) + BigInt(zero));
}

/** Compares two tokens of one of an entity's times; one that is no time is before all. */
export function compareMoments({ units }: Entity, moment: Moment, a: string, b: string): number {
  if (units[moment] !== 'iso' && integerToken(a) !== undefined && integerToken(b) !== undefined)
    return compareIntegers(a, b);
  const [x = -Infinity, y = -Infinity] = [a, b].map((token) => millisecondsOf(units[moment], token));
  return x < y ? -1 : x > y ? 1 : 0;
}

/** When a record was last changed or made, in Unix milliseconds; undefined where it does not say. */
export function momentOf(content: Content, moment: Moment): number | undefined {
  const { entity } = content;
  return millisecondsOf(entity.units[moment], tokenOf(content, entity[moment]));
}

/** The token of the later of what a record says of its last change, and a time in Unix milliseconds. */
export function laterMoment(content: Content, milliseconds: number): string {
  const { entity } = content;
  const [before, now] = [tokenOf(content, entity.updated), momentToken(entity.units.updated, milliseconds)];
  return compareMoments(entity, 'updated', before, now) > 0 ? before : now;
}
