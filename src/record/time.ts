import { unquote } from './json.js';
import { parseStamp } from './stamp.js';

/** Compares two times given as tokens: numbers, or RFC 3339 texts to the last digit; 0 where one of them is no time. */
export function compareTimes(a: string | undefined, b: string | undefined): number {
  const [x, y] = [timeOf(a), timeOf(b)];
  if (x === undefined || y === undefined) return 0;
  if (x.time !== y.time) return x.time - y.time;
  const length = Math.max(x.rest.length, y.rest.length);
  const [left, right] = [x.rest.padEnd(length, '0'), y.rest.padEnd(length, '0')];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Says whether a token can be a time. */
export function isTime(token: string): boolean {
  return timeOf(token) !== undefined;
}

interface Time {
  /** Milliseconds, or whatever unit a number has. */
  readonly time: number;
  /** The digits below that. */
  readonly rest: string;
}

function timeOf(token: string | undefined): Time | undefined {
  if (token === undefined) return undefined;
  if (!token.startsWith('"')) {
    const time = Number(token);
    return token !== 'null' && Number.isFinite(time) ? { time, rest: '' } : undefined;
  }
  const text = unquote(token);
  const time = parseStamp(text);
  return time === undefined ? undefined : { time, rest: /\.\d{3}(\d+)/.exec(text)?.[1] ?? '' };
}
