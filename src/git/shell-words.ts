/** A word as a shell takes it, for people: in quotes where it needs them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A text of such words, one after another, each with a space before it. */
const WORDS = /^(?: (?:[\w@%+=:,./~-]+|(?:'[^']*'|\\')+))+$/;

/** The words of a text that {@link shellWord} wrote with spaces between; undefined where it is none. */
export function readShellWords(text: string): string[] | undefined {
  if (text === '') return [];
  if (!WORDS.test(` ${text}`)) return undefined;
  const words = text.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|\\(')/g, (_, inside?: string) => inside ?? "'"));
}
