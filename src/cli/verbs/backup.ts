import { Argument } from 'commander';

import { backup } from '../../store/backup.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { info } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'A copy and its original fork what they have seen: back up after a sync, and go on with only one of the two.',
  arguments: [new Argument('<file>', 'where the copy goes; nothing may be there yet')],
  examples: [['sc-sync sync && sc-sync backup memory-2026-01-31.db', 'everything is in the files, then the copy']],
  run,
};

/** Writes a checked copy of the database. */
function run({ session, args: [file = ''] }: Invocation): Outcome {
  const copy = backup(session.database.path, session.resolve(file));
  return {
    status: EXIT.done,
    json: copy,
    text: [info(`wrote ${copy.path}: ${count(copy.size, 'byte')}, checked`)],
  };
}
