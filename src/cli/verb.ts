import type { Argument, Option } from 'commander';

import type { Outcome } from './outcome.js';
import type { Session } from './session.js';

/** Options of one verb as they were parsed. */
export type Options = Readonly<Record<string, unknown>>;

/** What a verb is called with. */
export interface Invocation {
  readonly session: Session;
  readonly args: readonly string[];
  readonly options: Options;
  /** Reads all of what a `-` stands for. */
  readonly input: () => Promise<Uint8Array>;
}

/** A verb: how it is called, and what it does. The list of `verbs.ts` has its name. */
export interface Verb {
  /** How its words look in help, where its arguments do not say. */
  readonly usage?: string;
  readonly about?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Whether a call changes nothing, beside dry runs. */
  readonly looks?: (args: readonly string[], options: Options) => boolean;
  /** For how many milliseconds others may hold what it needs; the usual time where nothing is said. */
  readonly patience?: number;
  /** What to type, and what that does. */
  readonly examples: readonly (readonly [command: string, says: string])[];
  /** Does the work, and prints nothing. */
  readonly run: (invocation: Invocation) => Outcome | Promise<Outcome>;
}

/** Whether an option without a value was given. */
export function isOn(options: Options, name: string): boolean {
  return options[name] === true;
}
