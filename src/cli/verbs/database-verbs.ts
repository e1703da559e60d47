import { Argument } from 'commander';

import type { Verb } from './verb.js';

/** Verbs for the database as a whole. */
export const DATABASE_VERBS: readonly Verb[] = [
  {
    name: 'backup',
    summary: 'write a checked copy of the database while others use it',
    about:
      'A copy and its original fork what they have seen: back up after a sync, and go on with only one of the two.',
    arguments: [new Argument('<file>', 'where the copy goes; nothing may be there yet')],
    examples: [['sc-sync sync && sc-sync backup memory-2026-01-31.db', 'everything is in the files, then the copy']],
    load: () => import('../commands/backup.js'),
  },
  {
    name: 'restore',
    summary: 'replace the database by a backup of it',
    about: 'The backup is checked first. The old database stays beside it under another name.',
    arguments: [new Argument('<file>', 'the backup')],
    examples: [['sc-sync restore memory-2026-01-31.db', 'names where the replaced database lies now']],
    load: () => import('../commands/restore.js'),
  },
];
