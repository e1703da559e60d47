/** The last millisecond of the year 9999: four digits are all that RFC 3339 has. */
const MAX_STAMP = 253_402_300_799_999;
/** The first millisecond of the year 0. */
const MIN_STAMP = -62_167_219_200_000;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Milliseconds since 1970 of an RFC 3339 time, any number of fraction digits, cut to milliseconds;
 * undefined when the text is no such time.
 */
export function parseStamp(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const leap = second === '60';
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return undefined;
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === '-' ? -1 : 1);
  const ms = Number((fraction ?? '0').padEnd(3, '0').slice(0, 3));
  const stamp =
    date.getTime() +
    ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(leap ? 59 : second)) * 1000 +
    (leap ? 999 : ms);
  return isStamp(stamp) ? stamp : undefined;
}

/** How far ahead of a clock a stamp may lie, 100 years: the clocks of clones may be decades apart. */
const MOST_AHEAD = 36_525 * 86_400_000;

/**
 * The latest stamp that counts where a clock says `now`. The stamps of a record only grow, so one from the end of time would be its last. It
 * came from no clock that anybody has.
 */
export function latestStamp(now: number): number {
  return Math.min(now + MOST_AHEAD, MAX_STAMP);
}

/** True for a time that RFC 3339 can write. */
export function isStamp(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_STAMP && value <= MAX_STAMP;
}

/** The canonical form of a stamp: milliseconds and `Z`. Throws a `RangeError` outside of the years 0 to 9999. */
export function formatStamp(stamp: number): string {
  if (!isStamp(stamp)) throw new RangeError(`the time ${stamp} ms lies outside of the years 0 to 9999`);
  return new Date(stamp).toISOString();
}
