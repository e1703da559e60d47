/** A call of this program as somebody can copy it into a shell. Empty words are left out. */
export function callOf(...words: readonly string[]): string {
  return ['sc-sync', ...words].filter((word) => word !== '').join(' ');
}
