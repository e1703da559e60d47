import type { Verb } from './verb.js';

/** The parts of help. */
export type Group = 'every day' | 'records' | 'agents' | 'git' | 'plumbing';

/** What the list of all verbs says of one. The rest is loaded when it is called, so that small verbs start fast. */
export interface ListedVerb {
  readonly name: string;
  /** Other names that people try. */
  readonly aliases?: readonly string[];
  /** The part of help that lists it. */
  readonly group: Group;
  readonly summary: string;
  readonly load: () => Promise<{ readonly verb: Verb }>;
}

/** All verbs, in the order of help. */
export const VERBS: readonly ListedVerb[] = [
  {
    name: 'init',
    group: 'every day',
    summary: 'make or complete the database, tracking, the export directory and the set-up of git',
    load: () => import('./verbs/init.js'),
  },
  {
    name: 'adopt',
    group: 'every day',
    summary: 'make or check the registry of any SQLite database',
    load: () => import('./verbs/adopt.js'),
  },
  {
    name: 'status',
    group: 'every day',
    summary: 'say what each side has that the other lacks',
    load: () => import('./verbs/status.js'),
  },
  {
    name: 'sync',
    group: 'every day',
    summary: 'import, then export, then look whether both sides agree',
    load: () => import('./verbs/sync.js'),
  },
  {
    name: 'diff',
    group: 'every day',
    summary: 'say what sync would change, record by record, field by field',
    load: () => import('./verbs/diff.js'),
  },
  {
    name: 'conflicts',
    group: 'every day',
    summary: 'list values that lost a merge, take them back, or drop them',
    load: () => import('./verbs/conflicts.js'),
  },
  {
    name: 'push',
    group: 'every day',
    summary: 'pull, then push; again while others push first',
    load: () => import('./verbs/push.js'),
  },
  {
    name: 'pull',
    group: 'every day',
    summary: 'sync, commit the data folder, merge what the remote has, and sync again',
    load: () => import('./verbs/pull.js'),
  },
  {
    name: 'put',
    group: 'records',
    summary: 'make a record, or change fields of one',
    load: () => import('./verbs/put.js'),
  },
  {
    name: 'get',
    aliases: ['show'],
    group: 'records',
    summary: 'print one record',
    load: () => import('./verbs/get.js'),
  },
  {
    name: 'list',
    group: 'records',
    summary: 'list the records of a type, in the order of their ids',
    load: () => import('./verbs/list.js'),
  },
  {
    name: 'rm',
    aliases: ['delete'],
    group: 'records',
    summary: 'delete a record with all that cannot be without it',
    load: () => import('./verbs/rm.js'),
  },
  {
    name: 'private',
    group: 'records',
    summary: 'keep a record, with all that cannot be without it, in this database',
    load: () => import('./verbs/private.js'),
  },
  {
    name: 'log',
    group: 'records',
    summary: "list one record's versions through git's history, newest first",
    load: () => import('./verbs/log.js'),
  },
  {
    name: 'agents',
    group: 'agents',
    summary: 'print what coding agents should know, or add it to AGENTS.md',
    load: () => import('./verbs/agents.js'),
  },
  {
    name: 'mcp',
    group: 'agents',
    summary: 'serve the everyday verbs to an agent, over the Model Context Protocol',
    load: () => import('./verbs/mcp.js'),
  },
  {
    name: 'schema',
    group: 'agents',
    summary: 'print the JSON Schema of what a verb prints with --json',
    load: () => import('./verbs/schema.js'),
  },
  {
    name: 'resolve',
    group: 'git',
    summary: 'heal data files that a merge left with markers, unmerged, or with duplicate lines',
    load: () => import('./verbs/resolve.js'),
  },
  {
    name: 'check',
    group: 'git',
    summary: 'say what a merge request does to the records, and what a reviewer must look at',
    load: () => import('./verbs/check.js'),
  },
  {
    name: 'merge-driver',
    group: 'git',
    summary: 'merge three versions of a JSONL file, as git calls it',
    load: () => import('./verbs/merge-driver.js'),
  },
  {
    name: 'hook',
    group: 'git',
    summary: 'do what a hook of git is for, as init --hooks sets it up',
    load: () => import('./verbs/hook.js'),
  },
  {
    name: 'export',
    group: 'plumbing',
    summary: 'write what changed in the database to the files',
    load: () => import('./verbs/export.js'),
  },
  {
    name: 'import',
    group: 'plumbing',
    summary: 'take what is new in the files into the database',
    load: () => import('./verbs/import.js'),
  },
  {
    name: 'backup',
    group: 'plumbing',
    summary: 'write a checked copy of the database while others use it',
    load: () => import('./verbs/backup.js'),
  },
  {
    name: 'restore',
    group: 'plumbing',
    summary: 'replace the database by a backup of it',
    load: () => import('./verbs/restore.js'),
  },
];
