import { Argument, InvalidArgumentError, Option } from 'commander';

import { helpRegistry } from './help-registry.js';

/** The type tags, as help lists them. */
export const TYPES = helpRegistry()
  .entities.map(({ type }) => type)
  .join(', ');

export const type = (): Argument => new Argument('<type>', TYPES);

export const dryRun = (): Option => new Option('--dry-run', 'say what would be done, and do nothing');

export const allowSecret = (): Option =>
  new Option('--allow-secret <record...>', 'let values of these records out that look like secrets');

export const limit = (): Option => new Option('--limit <n>', 'at most so many').argParser(readLimit);

function readLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
