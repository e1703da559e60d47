/** A call of this program as somebody can copy it into a shell. Empty words are left out. */
export function callOf(...words: readonly string[]): string {
  return ['sc-sync', ...words].filter((word) => word !== '').join(' ');
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
