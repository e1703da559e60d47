import { Argument, InvalidArgumentError, Option } from 'commander';

import { templateProblem } from '../files/commit-template.js';
import { helpRegistry } from './help-registry.js';

/** The type tags, as help lists them. */
export const TYPES = helpRegistry()
  .entities.map(({ type }) => type)
  .join(', ');

export const type = (): Argument => new Argument('<type>', TYPES);

export const dryRun = (): Option => new Option('--dry-run', 'say what would be done, and do nothing');

export const allowSecret = (): Option =>
  new Option('--allow-secret <record...>', 'let values of these records out that look like secrets');

/** What the commits of a verb say, and which branch of the remote they are for. */
export const commitOptions = (): Option[] => [
  new Option(
    '--message <template>',
    "what commits say, with {subject} and {actor}; for example 'chore: {subject}'",
  ).argParser(readTemplate),
  new Option('--branch <name>', 'exchange with this branch of the remote, and not with the one that git has for yours'),
];

function readTemplate(text: string): string {
  const problem = templateProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(`It ${problem}.`);
  return text;
}

export const limit = (): Option => new Option('--limit <n>', 'at most so many').argParser(readLimit);

function readLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
