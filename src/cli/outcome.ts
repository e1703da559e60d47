/** What a line means: its colour on a terminal. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'dim' | 'strong';

/** Who sees a block: `data` everybody, `info` not with `--quiet`, `detail` only with `--verbose`. */
export type Level = 'data' | 'info' | 'detail';

/** A line of text. Whatever control characters it has are taken out before it is written. */
export interface Line {
  readonly kind: 'line';
  readonly text: string;
  readonly tone: Tone;
  readonly level: Level;
  /** So far its further lines are indented, where a terminal is too narrow for one. */
  readonly hang?: number;
  /** Parts that stay on one line there, such as commands to copy. */
  readonly keep?: readonly string[];
}

/** A table; cells are cleaned like lines. Its first column and those of numbers are never cut. */
export interface Grid {
  readonly kind: 'grid';
  readonly head: readonly string[];
  /** They may be read only as they are written. */
  readonly rows: Iterable<readonly string[]>;
  /** Columns of numbers. */
  readonly right: readonly number[];
  /** What the cells of a column mean, where they are not plain. */
  readonly tones: Readonly<Record<number, Tone>>;
  readonly level: Level;
}

export type Block = Line | Grid;

/** What an error is told with. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly details: readonly string[];
  readonly hint: string | null;
  /** Whether the same call may succeed later, though nothing was changed. */
  readonly retryable: boolean;
  readonly stack?: string | undefined;
}

/** What a command found or did: the same words for people and for programs. */
export interface Outcome {
  readonly status: number;
  /** One object, as `outcomeJson` prints it: our own words in camelCase, records as `ExactJson`. */
  readonly json: object;
  readonly text: Iterable<Block>;
  /** Whether the text is made while it is written, and needs the database until then. */
  readonly isLive?: boolean;
  /** Why it did not do all of what was asked. */
  readonly error?: ErrorReport | undefined;
}

/** Asks somebody at a terminal; no answer is a no. */
export type Confirm = (blocks: readonly Line[], question: string) => Promise<boolean>;

/** What was asked for: always written. */
export const data = (text: string, tone: Tone = 'plain'): Line => ({ kind: 'line', text, tone, level: 'data' });

/** What was done. */
export const info = (text: string, tone: Tone = 'plain'): Line => ({ kind: 'line', text, tone, level: 'info' });

/** What must be named: always written. */
export const warning = (text: string): Line => ({ kind: 'line', text, tone: 'warn', level: 'data' });

/** What failed: always written. */
export const failure = (text: string): Line => ({ kind: 'line', text, tone: 'bad', level: 'data' });

/** What was done, or that it was nothing. */
export const orNothing = (did: readonly Block[], nothing: string): readonly Block[] =>
  did.some(({ level }) => level !== 'detail') ? did : [...did, info(nothing)];

/** A line that ends with a command to copy. */
export const callLine = (says: string, call: string): Line => ({ ...info(`${says} ${call}`), keep: [call] });

/** What to do next: a command to copy, and what it does. */
export const next = (call: string, says: string): Line => ({
  ...info(`next: ${call}   ${says}`),
  keep: [`next: ${call}`],
});

/** A table. */
export const grid = (
  head: readonly string[],
  rows: Iterable<readonly string[]>,
  options: Partial<Pick<Grid, 'right' | 'tones' | 'level'>> = {},
): Grid => ({ kind: 'grid', head, rows, right: [], tones: {}, level: 'info', ...options });
