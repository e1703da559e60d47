import { backup } from '../../store/backup.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { info } from '../outcome.js';
import type { Command } from '../command.js';

/** Writes a checked copy of the database. */
export const run: Command = ({ context, args: [file = ''] }) => {
  const copy = backup(context.databasePath, context.resolve(file));
  return {
    status: EXIT.done,
    json: copy,
    text: [info(`wrote ${copy.path}: ${count(copy.size, 'byte')}, checked`)],
  };
};
