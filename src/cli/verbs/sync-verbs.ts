import { Argument, Option } from 'commander';

import type { MergeStrategy } from '../../sync/import/plan.js';
import { allowSecret, dryRun, together } from './verb.js';
import type { Verb } from './verb.js';

/** Every strategy; the compiler sees to that, so that help need not load the merge. */
const STRATEGIES: Readonly<Record<MergeStrategy, true>> = {
  'three-way': true,
  'prefer-newer': true,
  'prefer-local': true,
  'prefer-external': true,
};

/** Verbs that bring the database and the files of a project to the same. */
export const SYNC_VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'make or complete the database, tracking, the export directory and the set-up of git',
    about: [
      'Safe to repeat: what is there is left alone. Names each thing that it did. In a work tree of git it adds what is missing to',
      "the ignore and attributes files of .savecontext, and sets the merge driver up in the clone's configuration.",
    ].join('\n'),
    arguments: [new Argument('[pattern]', 'with --driver-only: which files, as in .gitattributes')],
    options: [
      new Option('--hooks', 'also export before each commit, and import after each merge, checkout and rebase'),
      new Option('--undo', 'take back what init did in this clone’s repository; data and database stay'),
      new Option(
        '--driver-only',
        'only the merge driver, for JSONL files of other programs; needs --key and a pattern',
      ),
      new Option('--key <name>', 'with --driver-only: the field that identifies a line'),
      together(),
    ],
    examples: [
      ['sc-sync init', 'in the folder of a project'],
      ["sc-sync init --driver-only --key id '*.jsonl'", 'lines of other trackers merge by id, field by field'],
      ['sc-sync init --db memory.db', 'with a database of its own'],
    ],
    load: () => import('../commands/init.js'),
  },
  {
    name: 'status',
    summary: 'say what each side has that the other lacks',
    about: 'Changes nothing.',
    options: [new Option('--check', 'exit with 1 unless both sides agree')],
    looks: () => true,
    examples: [
      ['sc-sync status', 'a table for people'],
      ['sc-sync status --check --quiet', 'for a script: only the exit status, and what is wrong'],
    ],
    load: () => import('../commands/status.js'),
  },
  {
    name: 'export',
    summary: 'write what changed in the database to the files',
    about:
      'Overwrites no version that was never imported, and writes no value that looks like a secret: then nothing is written, the records\nare named, and the exit status is 6.',
    options: [
      new Option('--full', 'derive every line again, not only those of changed records'),
      new Option('--force', 'overwrite versions that were never imported; the old files are copied to .history first'),
      new Option('--unpublish', 'write deletions of records that are private now and were exported before'),
      allowSecret(),
      dryRun(),
    ],
    examples: [
      ['sc-sync export', 'changed records only'],
      ['sc-sync export --full --dry-run', 'would anything differ if all lines were made again?'],
    ],
    load: () => import('../commands/export.js'),
  },
  {
    name: 'import',
    summary: 'take what is new in the files into the database',
    about: 'All or nothing: a line that cannot be read stops it before anything is written.',
    options: [
      new Option('--strategy <strategy>', 'who wins between two versions that differ')
        .choices(Object.keys(STRATEGIES))
        .default('three-way' satisfies MergeStrategy),
      new Option('--force [id...]', "take the file's version of these records, or of all, even an old one"),
      new Option('--skip-invalid', 'import the other lines, and leave those that cannot be read in their files'),
      dryRun(),
    ],
    examples: [
      ['sc-sync import', 'merge field by field'],
      ['sc-sync import --strategy prefer-local', 'keep what the database has where both differ'],
      ['sc-sync import --force issue_1', 'this old state is meant'],
    ],
    load: () => import('../commands/import.js'),
  },
  {
    name: 'sync',
    summary: 'import, then export, then look whether both sides agree',
    about: 'The everyday verb.',
    options: [
      allowSecret(),
      dryRun(),
      new Option('--all', 'every project that this database has an export directory for'),
    ],
    examples: [
      ['sc-sync sync', 'after a pull and before a commit'],
      ['sc-sync sync --all --quiet', 'all projects; only what needs attention is written'],
    ],
    load: () => import('../commands/sync.js'),
  },
  {
    name: 'diff',
    summary: 'say what sync would change, record by record, field by field',
    about:
      'First what the import would do to the database, then what the export would do to the files. Changes nothing.',
    looks: () => true,
    options: [new Option('--base <rev>', 'instead: how the records differ from the data files of a commit')],
    examples: [
      ['sc-sync diff', 'before a sync, or after switching a branch'],
      ['sc-sync diff --base main', 'what was done to the records on this branch'],
    ],
    load: () => import('../commands/diff.js'),
  },
  {
    name: 'conflicts',
    summary: 'list values that lost a merge, take them back, or drop them',
    arguments: [
      new Argument('[action]', 'what to do with entries').choices(['show', 'take', 'drop']),
      new Argument('[n...]', 'numbers of entries'),
    ],
    looks: ([action = 'show']) => action === 'show',
    examples: [
      ['sc-sync conflicts', 'the whole journal'],
      ['sc-sync conflicts show 3', 'the values of one entry in full'],
      ['sc-sync conflicts take 3', 'put the lost value back, as an edit of now'],
      ['sc-sync conflicts drop 3 4', 'forget entries for good'],
    ],
    load: () => import('../commands/conflicts.js'),
  },
];
