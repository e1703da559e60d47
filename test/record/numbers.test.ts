import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  canonicalNumber,
  compareDecimals,
  compareIntegers,
  decimalOf,
  integerToken,
  integerValue,
  plainDecimal,
  realToken,
} from '../../src/record/numbers.js';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

describe('realToken', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [4, '4.0'],
    [-4, '-4.0'],
    [1.5, '1.5'],
    [0.1, '0.1'],
    [1e-5, '0.00001'],
    [0.000012, '0.000012'],
    [9.99e-6, '9.99e-6'],
    [1e-6, '1e-6'],
    [1.5e-7, '1.5e-7'],
    [5e-324, '5e-324'],
    [1e15, '1000000000000000.0'],
    [9007199254740992, '9007199254740992.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [12345678901234567e3, '1.2345678901234567e+19'],
    [1e21, '1e+21'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [-1e-7, '-1e-7'],
  ])('writes %d as %s', (value, token) => {
    expect(realToken(value)).toBe(token);
  });

  it('says every finite number exactly, in the form that its size asks for', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const token = realToken(value);
        expect(Number(token)).toBe(value);
        const size = Math.abs(value);
        const isPlain = size === 0 || (size >= 1e-5 && size < 1e16);
        expect(token).toMatch(isPlain ? /^-?\d+\.\d+$/ : /^-?\d(?:\.\d+)?e[+-]\d+$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('integerToken', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', undefined],
    ['-9223372036854775809', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['"1"', undefined],
    ['null', undefined],
    ['', undefined],
  ])('reads %s as %s', (token, expected) => {
    expect(integerToken(token)).toBe(expected);
  });

  it('takes all integers of 64 bits and no others', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: MIN * 4n, max: MAX * 4n }), (value) => {
        expect(integerToken(value.toString())).toBe(value < MIN || value > MAX ? undefined : value.toString());
      }),
    );
  });
});

describe('integerValue and compareIntegers', () => {
  const integer = fc.oneof(fc.bigInt({ min: MIN, max: MAX }), fc.bigInt({ min: -3n, max: 3n }));

  it('keeps every integer exact, as a number where that is possible', () => {
    fc.assert(
      fc.property(integer, (value) => {
        const read = integerValue(value.toString());
        expect(BigInt(read)).toBe(value);
        expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
      }),
    );
  });

  it('compares by value, null before all', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        expect(compareIntegers(a.toString(), b.toString())).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(compareIntegers('null', a.toString())).toBe(-1);
        expect(compareIntegers(a.toString(), 'null')).toBe(1);
      }),
    );
    expect(compareIntegers('null', 'null')).toBe(0);
  });
});

describe('canonicalNumber', () => {
  it.each([
    ['0', ['0', '-0', '0.00', '0e9', '000']],
    ['1', ['1', '1.0', '10e-1', '0.1E1', '01']],
    ['-120', ['-120', '-1.2e+2', '-12000e-2']],
    ['5e-1', ['0.5', '5e-1', '0.50']],
    ['105e-2', ['1.05', '1.0500']],
    ['1' + '0'.repeat(20), ['1e20', '10e19', '1' + '0'.repeat(20)]],
    ['1e21', ['1e21', '10e20', '1' + '0'.repeat(21)]],
    ['9007199254740993', ['9007199254740993', '9007199254740993.0']],
  ])('is %s for each of %j', (canonical, tokens) => {
    expect(tokens.map(canonicalNumber)).toEqual(tokens.map(() => canonical));
  });
});

describe('decimal numbers', () => {
  it('are exact, and written without an exponent', () => {
    for (const [token, plain] of [
      ['0', '0'],
      ['0.0', '0.0'],
      ['0.05', '0.05'],
      ['-0.05', '-0.05'],
      ['5e-3', '0.005'],
      ['-1.50', '-1.50'],
      ['12e2', '1200'],
      ['1e+2', '100'],
      ['9007199254740993.25', '9007199254740993.25'],
    ] as const) {
      const decimal = decimalOf(token);
      expect(decimal === undefined ? undefined : plainDecimal(decimal), token).toBe(plain);
    }
  });

  it('have a sensible size', () => {
    for (const token of ['1'.repeat(60), '1e999', '1e-99']) expect(decimalOf(token), token).toBeDefined();
    for (const token of ['1'.repeat(61), '1e1000', '1e-100', '', '1.', '"1"', 'NaN'])
      expect(decimalOf(token), token).toBeUndefined();
  });

  it('compare by value', () => {
    const exponent = fc.integer({ min: -9, max: 9 });
    const digits = fc.bigInt({ min: -99n, max: 99n });
    fc.assert(
      fc.property(digits, exponent, digits, exponent, (x, i, y, j) => {
        const [a, b] = [x * 10n ** BigInt(i + 9), y * 10n ** BigInt(j + 9)];
        const found = compareDecimals({ digits: x, exponent: i }, { digits: y, exponent: j });
        expect(found).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
