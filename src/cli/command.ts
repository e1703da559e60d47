import type { Context } from './context.js';
import type { Outcome } from './outcome.js';

/** Options of one verb as they were parsed. */
export type Options = Readonly<Record<string, unknown>>;

/** What a command is called with. */
export interface Invocation {
  readonly context: Context;
  readonly args: readonly string[];
  readonly options: Options;
}

/** The work of one verb: it computes, and writes nothing by itself. */
export type Command = (invocation: Invocation) => Outcome | Promise<Outcome>;

/** Whether an option without a value was given. */
export function isOn(options: Options, name: string): boolean {
  return options[name] === true;
}
