import { Argument, Option } from 'commander';

import { allowSecret, dryRun, limit, together } from './verb.js';
import type { Verb } from './verb.js';

/** Verbs that go by way of git, and those that git calls. */
export const GIT_VERBS: readonly Verb[] = [
  {
    name: 'log',
    summary: "list one record's versions through git's history, newest first",
    about: 'Reads the commits of HEAD and the files as they are; needs no database.',
    arguments: [new Argument('<id>', 'the id of the record, the beginning of it, or its short id')],
    options: [limit()],
    examples: [
      ['sc-sync log issue_1', 'when, who, which fields'],
      ['sc-sync log issue_1 --limit 1 --json', 'the newest version, with full values'],
    ],
    load: () => import('../commands/log.js'),
  },
  {
    name: 'pull',
    summary: 'sync, commit the data folder, merge what the remote has, and sync again',
    about:
      'Commits nothing but .savecontext; what is staged elsewhere stays staged. Merges by the merge driver whether this clone is set up or not.',
    options: [allowSecret()],
    examples: [['sc-sync pull', 'what the team did is in the database']],
    load: () => import('../commands/pull.js'),
  },
  {
    name: 'push',
    summary: 'pull, then push; again while others push first',
    about:
      'Any remote of git will do. Gives up after about two minutes in which others were faster; everything is committed then.',
    options: [allowSecret()],
    examples: [['sc-sync push', 'what is in the database is with the team']],
    load: () => import('../commands/push.js'),
  },
  {
    name: 'resolve',
    summary: 'heal data files that a merge left with markers, unmerged, or with duplicate lines',
    about:
      'Every record by the one merge; values that lose go to the journal with the next import. Then commit, and sync.',
    options: [dryRun()],
    examples: [['sc-sync resolve && git commit', 'after a merge that stopped']],
    load: () => import('../commands/resolve.js'),
  },
  {
    name: 'hook',
    summary: 'do what a hook of git is for, as init --hooks sets it up',
    about: 'Never fails, and waits for its work less than a second: what takes longer goes on in the background.',
    arguments: [new Argument('<name>', 'the name of the hook')],
    examples: [['sc-sync hook pre-commit', 'exports, and adds the data folder to the commit']],
    load: () => import('../commands/hook.js'),
  },
  {
    name: 'merge-driver',
    summary: 'merge three versions of a JSONL file, as git calls it',
    about:
      'The result goes into the file of ours. With --key the lines may be of any program: one JSON object a line, with a unique key.',
    arguments: [
      new Argument('<base>', '%O'),
      new Argument('<ours>', '%A'),
      new Argument('<theirs>', '%B'),
      new Argument('<path>', '%P'),
    ],
    options: [new Option('--key <name>', 'the field that identifies a line, for files of other programs'), together()],
    examples: [
      ['sc-sync merge-driver --key id base.jsonl ours.jsonl theirs.jsonl issues.jsonl', 'without git, for a look'],
      ['sc-sync init', 'sets it up for git'],
    ],
    load: () => import('../commands/merge-driver.js'),
  },
];
