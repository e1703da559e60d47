import { restore } from '../../backup.js';
import { EXIT } from '../exit-codes.js';
import { info } from '../outcome.js';
import type { Command } from '../command.js';

/** Replaces the database by a backup of it. */
export const run: Command = ({ context, args: [file = ''] }) => {
  const source = context.resolve(file);
  const restored = restore(context.databasePath, source);
  return {
    status: EXIT.done,
    json: restored,
    text: [
      info(`restored ${restored.path} from ${source}`),
      ...(restored.replaced === null ? [] : [info(`the database that it replaced lies at ${restored.replaced}`)]),
    ],
  };
};
