import { fieldsOfAll } from './field-list.js';
import { TYPES } from './options.js';
import type { Options, Verb } from './verb.js';

/** What a tool is called with, after its schema was checked. */
export type ToolInput = Readonly<Record<string, unknown>>;

/** A call of a verb. */
export interface ToolCall {
  readonly args: readonly string[];
  readonly options?: Options;
  /** What a `-` in the arguments stands for. */
  readonly input?: unknown;
}

/** A verb, or a part of one, as a tool for agents. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schemas of what it takes. */
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly hints: Hints;
  readonly load: () => Promise<{ readonly verb: Verb }>;
  readonly call: (input: ToolInput) => ToolCall;
}

/** What an agent may expect of a call. */
interface Hints {
  readonly readOnlyHint: boolean;
  /** Whether something that was there can be gone afterwards. */
  readonly destructiveHint: boolean;
  /** Whether a second call with the same input does nothing more. */
  readonly idempotentHint: boolean;
  /** Whether others than the database and the files of the project have to do with it. */
  readonly openWorldHint: boolean;
}

const LOOKS: Hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const ADDS: Hints = { ...LOOKS, readOnlyHint: false };
const REPLACES: Hints = { ...ADDS, destructiveHint: true };
const REACHES_OUT: Hints = { ...ADDS, openWorldHint: true };

const type = { type: 'string', description: 'a type of records, where the name of the record is not clear' };
const record = {
  type: 'string',
  description: 'a record: its id, its short id, its key, or a unique beginning of its id',
};
const limit = { type: 'integer', minimum: 1, maximum: 999_999_999, description: 'at most so many' };
const entries = {
  type: 'array',
  minItems: 1,
  items: { type: ['integer', 'string'] },
  description: 'numbers of entries, or names of records for all of their entries',
};

const named = ({ type, record }: ToolInput): string[] =>
  [type, record].filter((word): word is string => typeof word === 'string');

const words = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);

/** All tools, in the order of a day's work. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'status',
    description: 'Says what the database and the files have that the other side lacks.',
    properties: {},
    hints: LOOKS,
    load: () => import('./verbs/status.js'),
    call: () => ({ args: [] }),
  },
  {
    name: 'list',
    description: 'Lists the records of a type, in the order of their ids.',
    properties: {
      type: { type: 'string', description: TYPES },
      where: {
        type: 'array',
        // A value that begins with one @ would be the content of a file.
        items: { type: 'string', pattern: '^[^=]+=(?!@(?!@))' },
        description: 'conditions that all hold, each as field=value; a set is asked for one element',
      },
      limit,
    },
    required: ['type'],
    hints: LOOKS,
    load: () => import('./verbs/list.js'),
    call: (input) => ({ args: [...named(input), ...words(input['where'])], options: { limit: input['limit'] } }),
  },
  {
    name: 'get',
    description: 'Gives one record with all of its fields.',
    properties: { type, record },
    required: ['record'],
    hints: LOOKS,
    load: () => import('./verbs/get.js'),
    call: (input) => ({ args: named(input) }),
  },
  {
    name: 'put',
    description:
      'Makes a record of a type, or changes the given fields of a record. A set is an array. The next sync or push takes it out.',
    properties: {
      type: { type: 'string', description: `needed for a new record: ${TYPES}` },
      record: { ...record, description: `${record.description}; left out for a new record` },
      fields: {
        type: 'object',
        description: ['values by the names of fields; others stay as they are', ...fieldsOfAll()].join('\n'),
      },
      create: { type: 'boolean', description: 'make the record where none has that name, which becomes its id' },
    },
    required: ['fields'],
    hints: { ...REPLACES, idempotentHint: false },
    load: () => import('./verbs/put.js'),
    call: (input) => ({
      args: [...named(input), '-'],
      options: { create: input['create'] },
      input: input['fields'],
    }),
  },
  {
    name: 'rm',
    description: 'Deletes a record. Records that cannot be without it are named first, and deleted only with yes.',
    properties: { type, record, yes: { type: 'boolean', description: 'delete what goes with it as well' } },
    required: ['record'],
    hints: REPLACES,
    load: () => import('./verbs/rm.js'),
    call: (input) => ({ args: named(input), options: { yes: input['yes'] } }),
  },
  {
    name: 'sync',
    description:
      'Takes what is new in the files into the database, and writes what changed there to the files, merged field by field.',
    properties: { dryRun: { type: 'boolean', description: 'only say what would be done' } },
    hints: ADDS,
    load: () => import('./verbs/sync.js'),
    call: ({ dryRun }) => ({ args: [], options: { dryRun } }),
  },
  {
    name: 'diff',
    description: 'Says what a sync would change, or how the records differ from a commit, field by field.',
    properties: { type, record, base: { type: 'string', description: 'a commit or branch to compare with' } },
    hints: LOOKS,
    load: () => import('./verbs/diff.js'),
    call: (input) => ({ args: named(input), options: { base: input['base'] } }),
  },
  {
    name: 'log',
    description: "Gives the versions of one record in git's history, newest first.",
    properties: { type, record, limit },
    required: ['record'],
    hints: LOOKS,
    load: () => import('./verbs/log.js'),
    call: (input) => ({ args: named(input), options: { limit: input['limit'] } }),
  },
  {
    name: 'conflicts',
    description: 'Lists values that lost a merge, with the values that were kept.',
    properties: { type, record },
    hints: LOOKS,
    load: () => import('./verbs/conflicts.js'),
    call: (input) => ({ args: named(input) }),
  },
  {
    name: 'conflicts_take',
    description: 'Puts lost values back in place of the values that were kept, as edits of now.',
    properties: { entries },
    required: ['entries'],
    hints: REPLACES,
    load: () => import('./verbs/conflicts.js'),
    call: (input) => ({ args: ['take', ...words(input['entries'])] }),
  },
  {
    name: 'conflicts_drop',
    description: 'Forgets lost values for good.',
    properties: { entries },
    required: ['entries'],
    hints: REPLACES,
    load: () => import('./verbs/conflicts.js'),
    call: (input) => ({ args: ['drop', ...words(input['entries'])] }),
  },
  {
    name: 'pull',
    description: 'Syncs, commits the files, merges what the remote has, and syncs again.',
    properties: {},
    hints: REACHES_OUT,
    load: () => import('./verbs/pull.js'),
    call: () => ({ args: [] }),
  },
  {
    name: 'push',
    description: 'Pulls, then pushes, so that the team has what is in the database.',
    properties: {},
    hints: REACHES_OUT,
    load: () => import('./verbs/push.js'),
    call: () => ({ args: [] }),
  },
];
