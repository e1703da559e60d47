const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** The canonical token of a 64-bit integer, or undefined when the token is none. */
export function integerToken(token: string): string | undefined {
  if (!/^-?\d+$/.test(token)) return undefined;
  if (token.length < 16) return token === '-0' ? '0' : token;
  // No integer of 64 bits has more characters, and a long one takes long to read.
  if (token.length > 20) return undefined;
  const value = BigInt(token);
  return value < MIN_INTEGER || value > MAX_INTEGER ? undefined : value.toString();
}

/** An integer token as a number where that is exact, else as a bigint. */
export function integerValue(token: string): number | bigint {
  const value = Number(token);
  return Number.isSafeInteger(value) ? value : BigInt(token);
}

/** Compares two integer tokens, `null` before all. */
export function compareIntegers(a: string, b: string): number {
  if (a === b) return 0;
  if (a === 'null' || b === 'null') return a === 'null' ? -1 : 1;
  const x = BigInt(a);
  const y = BigInt(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * The canonical token of a finite real: with a fraction for 1e-5 <= |x| < 1e16, else with an exponent and
 * no forced fraction, as serde_json writes an f64 (JavaScript differs in [1e-6, 1e-5) and [1e16, 1e21)).
 */
export function realToken(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size >= 1e-5 && size < 1e16) {
    const plain = String(value);
    return /[.e]/.test(plain) ? plain : `${plain}.0`;
  }
  // JavaScript's shortest digits are the same; only where the exponent begins differs.
  return value.toExponential();
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The one notation of a number, exact to its last digit: `1.0`, `10e-1` and `1` are the same. */
export function canonicalNumber(token: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] = DECIMAL.exec(token) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const exponent = BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  const isPlain = exponent >= 0n && exponent <= 20n;
  return `${sign}${significant}${isPlain ? '0'.repeat(Number(exponent)) : `e${exponent}`}`;
}

/** An exact decimal number: `digits` times ten to the power of `exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Reads a number of a sensible size; undefined for any other token. */
export function decimalOf(token: string): Decimal | undefined {
  const [, sign = '', whole = '', fraction = '', power = '0'] = DECIMAL.exec(token) ?? [];
  if (whole === '' || token.length > 60 || power.length > 3) return undefined;
  return { digits: BigInt(`${sign}${whole}${fraction}`), exponent: Number(power) - fraction.length };
}

/** Compares two decimal numbers. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const least = Math.min(a.exponent, b.exponent);
  const [x, y] = [a, b].map(({ digits, exponent }) => digits * 10n ** BigInt(exponent - least)) as [bigint, bigint];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A decimal number without an exponent. */
export function plainDecimal({ digits, exponent }: Decimal): string {
  if (exponent >= 0) return (digits * 10n ** BigInt(exponent)).toString();
  const text = (digits < 0n ? -digits : digits).toString().padStart(1 - exponent, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, exponent)}.${text.slice(exponent)}`;
}
