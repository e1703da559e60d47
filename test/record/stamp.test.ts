import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatStamp, parseStamp } from '../../src/record/stamp.js';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');
const stamp = fc.integer({ min: FIRST, max: LAST });

/** The stamp as another zone writes it, with this many digits after the seconds; undefined where it has no year of four digits. */
function inZone(value: number, offset: number, digits: number): string | undefined {
  const shifted = value + offset * 60_000;
  if (shifted < FIRST || shifted > LAST) return undefined;
  const local = new Date(shifted).toISOString().slice(0, 19);
  const fraction = String(((value % 1000) + 1000) % 1000)
    .padStart(3, '0')
    .padEnd(9, '7')
    .slice(0, digits);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
  return `${local}${digits === 0 ? '' : `.${fraction}`}${zone}`;
}

describe('parseStamp', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01T00:00:00.000Z', 0],
    ['1970-01-01t00:00:00z', 0],
    ['1970-01-01 00:00:00Z', 0],
    ['1970-01-01T00:00:00-00:00', 0],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1969-12-31T12:01:00-11:59', 0],
    ['1970-01-01T23:59:00+23:59', 0],
    ['1970-01-01T00:00:00.1Z', 100],
    ['1970-01-01T00:00:00.12Z', 120],
    ['1970-01-01T00:00:00.123456+00:00', 123],
    ['1970-01-01T00:00:00.999999999+00:00', 999],
    ['1970-01-01T00:00:00.0009999999999999Z', 0],
    ['2026-11-22T14:42:50.785631655+00:00', 1795358570785],
    ['2016-12-31T23:59:60Z', Date.parse('2016-12-31T23:59:59.999Z')],
    ['2024-02-29T00:00:00Z', Date.parse('2024-02-29T00:00:00Z')],
    ['2000-02-29T00:00:00Z', Date.parse('2000-02-29T00:00:00Z')],
    ['0000-02-29T00:00:00Z', Date.parse('0000-02-29T00:00:00Z')],
    ['0099-12-31T00:00:00Z', Date.parse('0099-12-31T00:00:00Z')],
    ['0000-01-01T00:00:00Z', FIRST],
    ['9999-12-31T23:59:59.999999999Z', LAST],
    ['9999-12-31T23:59:59.999+00:01', LAST - 60_000],
  ])('reads %s as %d', (text, expected) => {
    expect(parseStamp(text)).toBe(expected);
  });

  it.each([
    '',
    '1970-01-01',
    '1970-01-01T00:00Z',
    '1970-01-01T00:00:00',
    '1970-01-01T00:00:00.Z',
    '1970-01-01T00:00:00+0000',
    '1970-01-01T00:00:00+00',
    '1970-01-01T24:00:00Z',
    '1970-01-01T00:60:00Z',
    '1970-01-01T00:00:61Z',
    '1970-01-01T00:00:00+24:00',
    '1970-01-01T00:00:00+00:60',
    '1970-00-01T00:00:00Z',
    '1970-13-01T00:00:00Z',
    '1970-01-00T00:00:00Z',
    '1970-01-32T00:00:00Z',
    '1970-04-31T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '-0001-01-01T00:00:00Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    ' 1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z\n',
    '１970-01-01T00:00:00Z',
  ])('refuses %j', (text) => {
    expect(parseStamp(text)).toBeUndefined();
  });

  it('reads what formatStamp writes', () => {
    fc.assert(
      fc.property(stamp, (value) => {
        const text = formatStamp(value);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(parseStamp(text)).toBe(value);
      }),
    );
  });

  it('reads every zone and number of digits, cut to milliseconds', () => {
    const offset = fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 });
    fc.assert(
      fc.property(stamp, offset, fc.constantFrom(0, 1, 3, 6, 9), (value, minutes, digits) => {
        const text = inZone(value, minutes, digits);
        fc.pre(text !== undefined);
        const step = digits === 0 ? 1000 : digits === 1 ? 100 : 1;
        expect(parseStamp(text)).toBe(Math.floor(value / step) * step);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (value) => parseStamp(value) === undefined));
  });
});

describe('formatStamp', () => {
  it('writes the years 0 to 9999 and no others', () => {
    expect(formatStamp(FIRST)).toBe('0000-01-01T00:00:00.000Z');
    expect(formatStamp(LAST)).toBe('9999-12-31T23:59:59.999Z');
    for (const value of [FIRST - 1, LAST + 1, 0.5, Number.NaN, Infinity]) {
      expect(() => formatStamp(value)).toThrow(RangeError);
    }
  });
});
