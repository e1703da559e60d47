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
