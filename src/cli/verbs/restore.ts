import { Argument } from 'commander';

import { restore } from '../../store/restore.js';
import { EXIT } from '../exit-codes.js';
import { info, next } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'The backup is checked first. The old database stays beside it under another name.',
  arguments: [new Argument('<file>', 'the backup')],
  examples: [['sc-sync restore memory-2026-01-31.db', 'names where the replaced database lies now']],
  run,
};

/** Writes a backup into the database. */
async function run({ session, args: [file = ''] }: Invocation): Promise<Outcome> {
  const source = session.resolve(file);
  const restored = await restore(session.database.path, source);
  return {
    status: EXIT.done,
    json: restored,
    text: [
      info(`restored ${restored.path} from ${source}`),
      ...(restored.replaced === null ? [] : [info(`the database before it is kept as ${restored.replaced}`)]),
      next(session.call('sync'), 'takes what is newer in the files'),
    ],
  };
}
