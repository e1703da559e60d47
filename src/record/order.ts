/**
 * Compares two strings by their UTF-8 bytes, which is the order of SQLite's BINARY collation and of
 * every sorted file. JavaScript's own order differs where surrogates meet U+E000 to U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other UTF-16 unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The greater of two strings by their UTF-8 bytes. */
export function isGreater(a: string, b: string): boolean {
  return compareUtf8(a, b) > 0;
}
