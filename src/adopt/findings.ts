/** Something that only a person knows, and what to type or to edit. */
export interface Question {
  readonly asks: string;
  readonly answers: readonly Answer[];
}

/** An option that answers a question. */
export interface Answer {
  readonly option: '--ref' | '--sync' | '--local';
  readonly value: string;
}

/** Something that was decided. */
export interface Decided {
  readonly says: string;
  /** What `--sync` takes to decide otherwise. */
  readonly sync?: string;
}

/** What there is to say of a decision. */
export interface Findings {
  /** What was decided, a line each. */
  readonly decided: readonly Decided[];
  /** What a registry cannot say, or what could not be seen. */
  readonly unseen: readonly string[];
  readonly questions: readonly Question[];
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
