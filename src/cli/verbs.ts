import { Argument, InvalidArgumentError, Option } from 'commander';

import type { MergeStrategy } from '../import/plan.js';
import type { Entity, Field } from '../registry/entity.js';
import { savecontext } from '../registry/savecontext.js';
import type { Command } from './command.js';
import { isScope } from './is-scope.js';

/** A verb of the command line: what it is called with, and where its work is found. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly about?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** What to type, and what that does. */
  readonly examples: readonly (readonly [command: string, says: string])[];
  /** Loaded when the verb is called, so that help and small verbs start fast. */
  readonly load: () => Promise<{ readonly run: Command }>;
}

const TYPES = savecontext.entities.map(({ type }) => type);
const type = (): Argument => new Argument('<type>', TYPES.join(', '));
const dryRun = (): Option => new Option('--dry-run', 'say what would be done, and do nothing');

const allowSecret = (): Option =>
  new Option('--allow-secret <id...>', 'let values of these records out that look like secrets');

const together = (): Option =>
  new Option('--together <names>', 'fields that move as one, with commas; repeatable')
    .default([], 'none')
    .argParser((value: string, before: readonly string[]) => [...before, value]);

/** Every strategy; the compiler sees to that, so that help need not load the merge. */
const STRATEGIES: Readonly<Record<MergeStrategy, true>> = {
  'three-way': true,
  'prefer-newer': true,
  'prefer-local': true,
  'prefer-external': true,
};

export const VERBS: readonly Verb[] = [
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
    load: () => import('./commands/init.js'),
  },
  {
    name: 'status',
    summary: 'say what each side has that the other lacks',
    about: 'Changes nothing.',
    options: [new Option('--check', 'exit with 1 unless both sides agree')],
    examples: [
      ['sc-sync status', 'a table for people'],
      ['sc-sync status --check --quiet', 'for a script: only the exit status, and what is wrong'],
    ],
    load: () => import('./commands/status.js'),
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
    load: () => import('./commands/export.js'),
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
    load: () => import('./commands/import.js'),
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
    load: () => import('./commands/sync.js'),
  },
  {
    name: 'diff',
    summary: 'say what sync would change, record by record, field by field',
    about:
      'First what the import would do to the database, then what the export would do to the files. Changes nothing.',
    options: [new Option('--base <rev>', 'instead: how the records differ from the data files of a commit')],
    examples: [
      ['sc-sync diff', 'before a sync, or after switching a branch'],
      ['sc-sync diff --base main', 'what was done to the records on this branch'],
    ],
    load: () => import('./commands/diff.js'),
  },
  {
    name: 'conflicts',
    summary: 'list values that lost a merge, take them back, or drop them',
    arguments: [
      new Argument('[action]', 'what to do with entries').choices(['show', 'take', 'drop']),
      new Argument('[n...]', 'numbers of entries'),
    ],
    examples: [
      ['sc-sync conflicts', 'the whole journal'],
      ['sc-sync conflicts show 3', 'the values of one entry in full'],
      ['sc-sync conflicts take 3', 'put the lost value back, as an edit of now'],
      ['sc-sync conflicts drop 3 4', 'forget entries for good'],
    ],
    load: () => import('./commands/conflicts.js'),
  },
  {
    name: 'put',
    summary: 'make a record, or change fields of one',
    about: [
      'Without an id a new one is made. A value is read by the type of its field: null is null, a set is a JSON',
      'array, @file is the content of a file, and @@ begins a text with an @. A lone - reads the record as JSON',
      'from standard input. updated_at becomes now; fields that keep their values are no edit.',
      '',
      ...fieldsOfAll(),
    ].join('\n'),
    arguments: [type(), new Argument('[words...]', '[id] field=value ..., or [id] - for JSON from standard input')],
    examples: [
      [`sc-sync put issue title='Login fails' priority=1 'labels=["bug"]'`, 'a new issue'],
      ['sc-sync put issue issue_1 status=closed details=null', 'changes two fields'],
      ['sc-sync put plan plan_1 content=@plan.md', 'a text from a file'],
      ['sc-sync get memory mem_1 --json | sc-sync --db other.db put memory -', 'a record from elsewhere'],
    ],
    load: () => import('./commands/put.js'),
  },
  {
    name: 'get',
    summary: 'print one record',
    arguments: [type(), new Argument('<id>', 'the id of the record')],
    examples: [
      ['sc-sync get issue issue_1', 'field by field'],
      ['sc-sync get issue issue_1 --json', 'exact to the last digit'],
    ],
    load: () => import('./commands/get.js'),
  },
  {
    name: 'list',
    summary: 'list the records of a type, in the order of their ids',
    arguments: [type()],
    options: [
      new Option('--limit <n>', 'at most so many').argParser(readLimit),
      new Option('--where <field=value>', 'only records with this value, or with this element of a set; repeatable')
        .default([], 'all')
        .argParser((value: string, before: readonly string[]) => [...before, value]),
    ],
    examples: [
      ['sc-sync list issue --where status=open --limit 20', 'open issues'],
      ['sc-sync list issue --where labels=bug --json', 'issues with a label, as JSON'],
    ],
    load: () => import('./commands/list.js'),
  },
  {
    name: 'log',
    summary: "list one record's versions through git's history, newest first",
    about: 'Reads the commits of HEAD and the files as they are; needs no database.',
    arguments: [new Argument('<id>', 'the id of the record, the beginning of it, or its short id')],
    options: [new Option('--limit <n>', 'at most so many').argParser(readLimit)],
    examples: [
      ['sc-sync log issue_1', 'when, who, which fields'],
      ['sc-sync log issue_1 --limit 1 --json', 'the newest version, with full values'],
    ],
    load: () => import('./commands/log.js'),
  },
  {
    name: 'rm',
    summary: 'delete a record with all that cannot be without it',
    about:
      'Names what goes with it first. Asks at a terminal; elsewhere it needs --yes where more than the record itself would go.',
    arguments: [type(), new Argument('<id>', 'the id of the record')],
    options: [new Option('--yes', 'do not ask')],
    examples: [
      ['sc-sync rm memory mem_1', 'one record'],
      ['sc-sync rm session sess_1 --yes', 'a session with its items and checkpoints'],
    ],
    load: () => import('./commands/rm.js'),
  },
  {
    name: 'private',
    summary: 'keep a record, with all that cannot be without it, in this database',
    about: 'Without a record it lists those that are kept. Rules for many records go into sync.json.',
    arguments: [new Argument('[type]', TYPES.join(', ')), new Argument('[id]', 'the id of the record')],
    options: [new Option('--undo', 'let it out again')],
    examples: [
      ['sc-sync private memory mem_1', 'never leaves this database'],
      ['sc-sync private', 'which are kept'],
      ['sc-sync private memory mem_1 --undo', 'goes out with the next export'],
    ],
    load: () => import('./commands/private.js'),
  },
  {
    name: 'pull',
    summary: 'sync, commit the data folder, merge what the remote has, and sync again',
    about:
      'Commits nothing but .savecontext; what is staged elsewhere stays staged. Merges by the merge driver whether this clone is set up or not.',
    options: [allowSecret()],
    examples: [['sc-sync pull', 'what the team did is in the database']],
    load: () => import('./commands/pull.js'),
  },
  {
    name: 'push',
    summary: 'pull, then push; again while others push first',
    about:
      'Any remote of git will do. Gives up after about two minutes in which others were faster; everything is committed then.',
    options: [allowSecret()],
    examples: [['sc-sync push', 'what is in the database is with the team']],
    load: () => import('./commands/push.js'),
  },
  {
    name: 'resolve',
    summary: 'heal data files that a merge left with markers, unmerged, or with duplicate lines',
    about:
      'Every record by the one merge; values that lose go to the journal with the next import. Then commit, and sync.',
    options: [dryRun()],
    examples: [['sc-sync resolve && git commit', 'after a merge that stopped']],
    load: () => import('./commands/resolve.js'),
  },
  {
    name: 'hook',
    summary: 'do what a hook of git is for, as init --hooks sets it up',
    about: 'Never fails, and waits for its work less than a second: what takes longer goes on in the background.',
    arguments: [new Argument('<name>', 'the name of the hook')],
    examples: [['sc-sync hook pre-commit', 'exports, and adds the data folder to the commit']],
    load: () => import('./commands/hook.js'),
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
    load: () => import('./commands/merge-driver.js'),
  },
  {
    name: 'backup',
    summary: 'write a checked copy of the database while others use it',
    about:
      'A copy and its original fork what they have seen: back up after a sync, and go on with only one of the two.',
    arguments: [new Argument('<file>', 'where the copy goes; nothing may be there yet')],
    examples: [['sc-sync sync && sc-sync backup memory-2026-01-31.db', 'everything is in the files, then the copy']],
    load: () => import('./commands/backup.js'),
  },
  {
    name: 'restore',
    summary: 'replace the database by a backup of it',
    about: 'The backup is checked first. The old database stays beside it under another name.',
    arguments: [new Argument('<file>', 'the backup')],
    examples: [['sc-sync restore memory-2026-01-31.db', 'names where the replaced database lies now']],
    load: () => import('./commands/restore.js'),
  },
];

function readLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** The fields that can be put, a paragraph a type. */
function fieldsOfAll(): string[] {
  return savecontext.entities.flatMap((entity) => wrap(`${entity.type}: ${fieldsOf(entity).join(', ')}`, 96));
}

function fieldsOf(entity: Entity): string[] {
  return entity.synced
    .filter(({ name, field }) => name !== entity.key && (field.kind !== 'text' || !isScope(field)))
    .map(({ name, field }) => `${name}${hintOf(field)}`);
}

function hintOf(field: Field): string {
  if (field.kind === 'set') {
    const names = Object.keys(field.set.element);
    return names.length === 1 ? ' (set)' : ` (set of {${names.join(', ')}})`;
  }
  if (field.kind === 'integer') return field.min === undefined ? ' (integer)' : ` (${field.min}-${field.max ?? ''})`;
  if (field.kind === 'real') return ' (number)';
  return field.oneOf === undefined ? '' : ` (${field.oneOf.join('|')})`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `    ${word}`);
  }
  return lines;
}
