import { restore } from '../../store/restore.js';
import { EXIT } from '../exit-codes.js';
import { info } from '../outcome.js';
import type { Command } from '../command.js';

/** Writes a backup into the database. */
export const run: Command = async ({ context, args: [file = ''] }) => {
  const source = context.resolve(file);
  const restored = await restore(context.databasePath, source);
  return {
    status: EXIT.done,
    json: restored,
    text: [
      info(`restored ${restored.path} from ${source}`),
      ...(restored.replaced === null ? [] : [info(`what it replaced lies at ${restored.replaced}`)]),
    ],
  };
};
