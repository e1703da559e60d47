import { Argument, InvalidArgumentError, Option } from 'commander';

import { savecontext } from '../../savecontext/registry.js';
import type { Command, Options } from '../command.js';

/** A verb of the command line: what it is called with, and where its work is found. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly about?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Whether a call changes nothing, beside dry runs. */
  readonly looks?: (args: readonly string[], options: Options) => boolean;
  /** What to type, and what that does. */
  readonly examples: readonly (readonly [command: string, says: string])[];
  /** Loaded when the verb is called, so that help and small verbs start fast. */
  readonly load: () => Promise<{ readonly run: Command }>;
}

/** The type tags, as help lists them. */
export const TYPES = savecontext.entities.map(({ type }) => type).join(', ');

export const type = (): Argument => new Argument('<type>', TYPES);

export const dryRun = (): Option => new Option('--dry-run', 'say what would be done, and do nothing');

export const allowSecret = (): Option =>
  new Option('--allow-secret <id...>', 'let values of these records out that look like secrets');

export const together = (): Option =>
  new Option('--together <names>', 'fields that move as one, with commas; repeatable')
    .default([], 'none')
    .argParser((value: string, before: readonly string[]) => [...before, value]);

export const limit = (): Option => new Option('--limit <n>', 'at most so many').argParser(readLimit);

function readLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
