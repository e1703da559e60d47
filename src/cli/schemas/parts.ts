import { byName, count, flag, list, object, oneOf, text, time } from './build.js';
import type { Members, Schema } from './build.js';

/** The type and id of a record. */
export const KEY: Members = { type: text('the type of the record'), id: text('its id') };

export const key = object(KEY);

export const record: Schema = {
  type: 'object',
  properties: { type: text() },
  required: ['type'],
  description: 'a record: its fields as their columns are named, nulls too, integers of 64 bits',
};

export const place: Members = { project: text('the path that the project has'), dir: text('the folder of the files') };

export const dryRun = flag('whether nothing was done, only said');

export const problems = list(text(), 'what is wrong, in words');

export const inSync = flag('whether both sides agree');

/** Counts by type tag, with `total` beside. */
const byType = (...names: readonly string[]): Schema =>
  byName(object({}, Object.fromEntries(names.map((name) => [name, count()]))), 'by type, and "total"');

const WHAT = ['conflicts', 'restored', 'orphaned', 'rolledBack', 'renamed', 'skipped'] as const;

export const notices = list(
  object({ ...KEY, what: oneOf(...WHAT), message: text() }),
  'records of which there is something to say',
);

export const importStats: Members = {
  entities: byType('created', 'updated', 'deleted', ...WHAT),
  unknown: byName(count(), 'lines of unknown types, by type: they stay in the files'),
  notices,
  lostElsewhere: count('values that lost in merges of other clones, new in the journal here'),
  problems,
};

export const files = list(
  object({ name: text(), path: text() }, { size: count('bytes'), lines: count() }),
  'files that were written, or that there are',
);

export const refused = list(
  object(
    { ...KEY, why: oneOf('unseen', 'private', 'secret') },
    { field: text('the field with the value'), what: text('what was found in it') },
  ),
  'records that must not be written; then nothing was written',
);

export const exportStats: Members = {
  entities: byType('written', 'deleted', 'unchanged'),
  files,
  shared: count('lost values that the files now say so of, or that somebody took or dropped them'),
  refused,
  history: text('where the old files were copied to'),
};

/** What a sync did, beside the place. */
export const syncMembers: Members = { import: object({}, importStats), export: object({}, exportStats), problems };

export const statusEntities = byType('rows', 'pendingExport', 'pendingImport', 'conflicts', 'orphans');

export const fieldChanges = list({
  anyOf: [
    object({ field: text(), from: true, to: true }),
    object({ field: text() }, { added: list(true), removed: list(true) }),
  ],
  description: 'what changed in a field: a value, or elements of a set',
});

export const ACTIONS = ['created', 'changed', 'deleted', 'restored', 'removed'] as const;

/** A value that lost a merge. */
export const LOSS: Members = { ...KEY, lost: true, why: text('why it lost') };

/** Without `field` it is the whole record that lost. */
export const LOSS_OPTIONAL: Members = { field: text(), base: true, kept: true };

export const conflicts = list(
  object({ n: count('its number'), ...LOSS }, { ...LOSS_OPTIONAL, at: time('when it lost') }),
  'values that lost a merge',
);

export const otherLosses = list(
  object(
    {
      n: text('what it is called by'),
      path: text('of the file'),
      id: text('of the record'),
      field: text(),
      lost: true,
    },
    { base: true, kept: true, at: time('when it lost') },
  ),
  'values that lost in files of other programs',
);

export const projects = list(object({ path: text() }, { records: count() }), 'projects of the database');

export const next = text('the command to run next');

export const error = object(
  {
    code: text('stable; docs/cli/README.md lists all of them'),
    message: text('what was found'),
    details: { type: 'array', items: { type: 'string' }, description: 'each problem' },
    hint: { type: ['string', 'null'], description: 'what to do next' },
    retryable: flag('whether the same call may succeed later, though nothing was changed'),
  },
  { stack: text('with --verbose') },
);

/** What git has to do with files of other programs. */
export const otherFiles: Members = {
  drivers: list(
    object({ name: text(), state: oneOf('missing', 'stale', 'unstated', 'installed'), file: text('that names it') }),
    'drivers that git attributes name for files of other programs',
  ),
  obstacles: list(
    object(
      { name: text('of the attribute'), value: text(), paths: list(text()) },
      { from: text('the file that says so, where one can be found') },
    ),
    'git attributes by which files do not merge as they should',
  ),
};

/** Files that were healed. */
export const healed = list(
  object({ name: text(), from: oneOf('index', 'markers', 'lines') }, { lost: count('values that lost'), problems }),
);

export const done = list(text(), 'what was done, in words');

export const pulled: Members = { ...place, remote: text(), branch: text(), inSync };

export const pulledOptional: Members = {
  merged: list(oneOf('up to date', 'fast forward', 'merge'), 'how each merge came about'),
  commits: list(text(), 'subjects of the commits of the data folder'),
  syncs: list(object({ inSync }, syncMembers)),
};

export const syncOfAll = object(place, {
  dryRun,
  inSync,
  ...syncMembers,
  gone: flag('no such folder'),
  error: error,
});

export const put = { action: oneOf('created', 'changed', 'unchanged'), record };

export const registryFile: Schema = {
  type: 'object',
  description: 'the registry, as schemas/registry.schema.json of this package describes it',
};
