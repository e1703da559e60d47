/** What a commit of this package says where nobody set anything. */
const USUAL = '{subject}\n\nBy {actor}.';

/** What a template may have in braces: what a commit is about, in a line, and who made it. */
export interface CommitWords {
  readonly subject: string;
  readonly actor: string;
}

/** The words that a template knows. */
const KNOWN: ReadonlySet<string> = new Set(['subject', 'actor'] satisfies (keyof CommitWords)[]);

const WORD = /\{(\w+)\}/g;

/** What is wrong with a template of commit messages; undefined where nothing is. */
export function templateProblem(template: unknown): string | undefined {
  if (typeof template !== 'string' || template.trim() === '') return 'must be a text, for example "chore: {subject}"';
  if (/(?!\n)\p{Cc}/u.test(template)) return 'must not have control characters but line ends';
  const unknown = [...template.matchAll(WORD)].find(([, word = '']) => !KNOWN.has(word));
  return unknown === undefined ? undefined : `may have {subject} and {actor} in braces, not ${unknown[0]}`;
}

/** The message of a commit. */
export function commitMessage(template: string | undefined, words: CommitWords): string {
  const known: Readonly<Record<string, string>> = { ...words };
  return (template ?? USUAL).replaceAll(WORD, (text, word: string) => known[word] ?? text);
}
