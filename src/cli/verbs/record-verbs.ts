import { Argument, Option } from 'commander';

import { fieldsOfAll } from './field-list.js';
import { TYPES, limit, type } from './verb.js';
import type { Verb } from './verb.js';

/** Verbs for single records. */
export const RECORD_VERBS: readonly Verb[] = [
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
    load: () => import('../commands/put.js'),
  },
  {
    name: 'get',
    summary: 'print one record',
    arguments: [type(), new Argument('<id>', 'the id of the record')],
    looks: () => true,
    examples: [
      ['sc-sync get issue issue_1', 'field by field'],
      ['sc-sync get issue issue_1 --json', 'exact to the last digit'],
    ],
    load: () => import('../commands/get.js'),
  },
  {
    name: 'list',
    summary: 'list the records of a type, in the order of their ids',
    arguments: [type()],
    looks: () => true,
    options: [
      limit(),
      new Option('--where <field=value>', 'only records with this value, or with this element of a set; repeatable')
        .default([], 'all')
        .argParser((value: string, before: readonly string[]) => [...before, value]),
    ],
    examples: [
      ['sc-sync list issue --where status=open --limit 20', 'open issues'],
      ['sc-sync list issue --where labels=bug --json', 'issues with a label, as JSON'],
    ],
    load: () => import('../commands/list.js'),
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
    load: () => import('../commands/rm.js'),
  },
  {
    name: 'private',
    summary: 'keep a record, with all that cannot be without it, in this database',
    about: 'Without a record it lists those that are kept. Rules for many records go into sync.json.',
    arguments: [new Argument('[type]', TYPES), new Argument('[id]', 'the id of the record')],
    options: [
      new Option('--undo', 'let it out again'),
      new Option('--accept', 'instead: accept what a changed sync.json would let out'),
    ],
    looks: (args, { accept }) => args.length === 0 && accept !== true,
    examples: [
      ['sc-sync private memory mem_1', 'never leaves this database'],
      ['sc-sync private', 'which are kept'],
      ['sc-sync private memory mem_1 --undo', 'goes out with the next export'],
      ['sc-sync private --accept', 'sync.json as it is now, since others may have changed it'],
    ],
    load: () => import('../commands/private.js'),
  },
];
