import { formatStamp, isStamp } from '../record/stamp.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Units of an age, the greatest first. */
const UNITS: readonly (readonly [unit: string, short: string, ms: number])[] = [
  ['year', 'y', 365 * DAY],
  ['month', 'mo', 30 * DAY],
  ['day', 'd', DAY],
  ['hour', 'h', HOUR],
  ['minute', 'm', MINUTE],
];

/** How long ago a time in milliseconds was, for a table: `3d`. */
export function shortAge(ms: number, now: number): string {
  const found = largest(now - ms);
  return found === undefined ? 'now' : `${found.n}${found.short}`;
}

/** The same in words: `3 days ago`. */
export function longAge(ms: number, now: number): string {
  const found = largest(now - ms);
  return found === undefined ? 'just now' : `${found.n} ${found.unit}${found.n === 1 ? '' : 's'} ago`;
}

function largest(age: number): { readonly n: number; readonly unit: string; readonly short: string } | undefined {
  for (const [unit, short, size] of UNITS) if (age >= size) return { n: Math.floor(age / size), unit, short };
  return undefined;
}

/** The greatest time that a `Date` can hold. */
const LATEST = 8_640_000_000_000_000;

/** A time in milliseconds as a date of this machine: `2026-01-31 11:00`. What is no date stays a number. */
export function dateText(ms: number): string {
  if (!Number.isInteger(ms) || Math.abs(ms) > LATEST) return `${ms} ms`;
  const date = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [String(date.getFullYear()).padStart(4, '0'), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A time in milliseconds as programs get it, in UTC: `2026-01-31T10:00:00.000Z`. Null where it is none of the years 0 to 9999. */
export function timeJson(ms: number): string | null {
  return isStamp(ms) ? formatStamp(ms) : null;
}
