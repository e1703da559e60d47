import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareTimes, isTime, nextTime } from '../../src/record/time.js';

const q = (text: string): string => JSON.stringify(text);

describe('times', () => {
  it('compare whatever way each is written in', () => {
    for (const [earlier, later] of [
      [q('2026-01-02T09:00:00.123456'), q('2026-01-02T09:00:00.123457')],
      [q('2026-01-02 09:00:00'), q('2026-01-02T09:00:00.000000001Z')],
      [q('2026-01-02T09:00:00+0000'), q('2026-01-02T09:00:01Z')],
      [q('2026-01-02T10:00:00+02:00'), q('2026-01-02 09:00:00')],
      [q('2026-01-02T10:00+02'), q('2026-01-02 09:00 UTC')],
      [q('2026-01-02'), q('2026-01-03')],
      [q('2026-01-02'), q('2026-01-02T00:00:01Z')],
      [q('20260102T090000Z'), q('2026-01-02T09:00:00,5Z')],
      ['1767225600', '1767225600.5'],
      ['1767225600', '1767225600001'],
      ['1767225600000', '1767225600000001'],
      ['1767225600000000', '1767225600000000001'],
      ['1767225600', q('2026-01-01T00:00:01Z')],
      [q('2025-12-31'), '1767225600000'],
      [q('1767225600'), '1767225601'],
      // A number says its unit by its size.
      ['1767225600', q('2026-01-01T00:00:01Z')],
      ['1767225600000', q('2026-01-01T00:00:01Z')],
      ['1767225600000000', q('2026-01-01T00:00:01Z')],
      ['1767225600000000000', q('2026-01-01T00:00:01Z')],
      [q('2026-01-01T00:00:00.5Z'), '1767225600750'],
      ['1767225600000', '1767225601'],
      ['-1767225600000', '-1767225599'],
      // Numbers of one size have one unit, even where that changes between them.
      ['99999999999', '100000000001'],
      ['3', '4000'],
    ] as const) {
      expect([compareTimes(earlier, later), compareTimes(later, earlier)], `${earlier} ${later}`).toEqual([-1, 1]);
    }
    expect(compareTimes(q('2026-01-02T09:00:00Z'), q('2026-01-02 11:00:00+0200'))).toBe(0);
    for (const number of ['1767225600', '1767225600000', '1767225600000000', '1767225600000000000'])
      expect(compareTimes(number, q('2026-01-01')), number).toBe(0);
    for (const other of [undefined, 'null', q('later')])
      expect([compareTimes('1', other), compareTimes(other, '1'), compareTimes(other, other)]).toEqual([0, 0, 0]);
  });

  it('are none of a text that says something else', () => {
    for (const token of [q('2026-13-01'), q('2026-02-30'), q('later'), q('2026-01-01T25:00'), 'true', 'null', '{}']) {
      expect(isTime(token), token).toBe(false);
    }
    for (const token of [q('2026-01-01T09:00.5'), q(''), '[]', 'NaN']) expect(isTime(token), token).toBe(false);
  });

  it('have a next one in their own notation', () => {
    for (const [token, next] of [
      [q('2026-01-02T09:00:00Z'), q('2026-01-02T09:00:01Z')],
      [q('2026-01-02T23:59:59.999+02:00'), q('2026-01-03T00:00:00.000+02:00')],
      [q('2026-01-02T09:00:00.123456'), q('2026-01-02T09:00:00.123457')],
      [q('2026-01-02 09:00:59'), q('2026-01-02 09:01:00')],
      [q('2026-01-02T09:59+0000'), q('2026-01-02T10:00+0000')],
      [q('2026-12-31'), q('2027-01-01')],
      [q('20241231T235959Z'), q('20250101T000000Z')],
      ['1767225600', '1767225601'],
      ['9007199254740993', '9007199254740994'],
      ['1767225600.5', '1767225600.6'],
      ['1767225600.50', '1767225600.6'],
      ['1767225600.0', '1767225601'],
      // A program that reads it as a double must see that it is later.
      ['1767225600.1234567', '1767225600.1234577'],
      ['1.7e9', '1700000001'],
      [q('1767225600'), q('1767225601')],
      [q('9999-12-31T23:59:59Z'), undefined],
      [q('later'), undefined],
      ['true', undefined],
    ] as const) {
      expect(nextTime(token), token).toBe(next);
    }
  });

  it('have a next one that is later, for every time', () => {
    const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    const form = fc.constantFrom<(iso: string) => string>(
      (iso) => q(iso),
      (iso) => q(iso.slice(0, 10)),
      (iso) => q(iso.slice(0, 19).replace('T', ' ')),
      (iso) => q(iso.replace('Z', '456789-0330')),
      (iso) => String(Date.parse(iso)),
      (iso) => String(Date.parse(iso) / 1000),
      (iso) => `${Date.parse(iso)}000`,
    );
    fc.assert(
      fc.property(date, form, (at, write) => {
        const token = write(at.toISOString());
        const next = nextTime(token);
        expect(compareTimes(next, token), `${token} ${String(next)}`).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });
});
