import { FINDINGS } from '../../files/check-file.js';
import { count, flag, list, object, oneOf, text, time } from './build.js';
import type { Schema } from './build.js';
import * as part from './parts.js';

const { done, dryRun, inSync, key, place, pulled, pulledOptional, put, record, registryFile, syncOfAll } = part;

/** What each verb prints with `--json`, in its forms. */
const FORMS: Readonly<Record<string, readonly Schema[]>> = {
  init: [
    object({ database: text(), ...place }, { done, projects: part.projects, next: part.next }),
    object({}, { undone: list(text(), 'what was taken back, in words') }),
    object({}, { done }),
    object(
      { pattern: text(), appendOnly: flag() },
      { key: list(text()), together: list(text()), element: list(text()), updated: text(), done },
    ),
  ],
  status: [
    object(
      { ...place, backfillNeeded: flag('whether the first export is still to come'), inSync },
      {
        entities: part.statusEntities,
        files: part.files,
        tombstones: count('deletions that are remembered'),
        sharedConflicts: object(
          {},
          {
            pendingExport: count('lost values that the next export says news of'),
            pendingImport: count('values that lost in merges of other clones, new to this one'),
          },
        ),
        problems: part.problems,
        notices: part.notices,
        git: object(
          { driver: oneOf('missing', 'stale', 'unused', 'installed') },
          {
            unfinished: text('what git is in the middle of'),
            unmerged: list(text()),
            letThrough: list(text()),
            ...part.otherFiles,
          },
        ),
        projects: part.projects,
        next: part.next,
      },
    ),
    object({ git: object({}, part.otherFiles, 'where there are only files of other programs') }),
  ],
  export: [object({ ...place, dryRun }, part.exportStats)],
  import: [object({ ...place, dryRun }, part.importStats)],
  sync: [
    object({ ...place, dryRun, inSync }, { ...part.syncMembers, projects: part.projects, next: part.next }),
    object({}, { projects: list(syncOfAll) }),
  ],
  diff: [
    object(place, {
      base: text('the commit that was compared with'),
      changes: list(
        object(
          { where: oneOf('database', 'files'), ...part.KEY, action: oneOf(...part.ACTIONS) },
          { fields: part.fieldChanges, record },
        ),
      ),
      conflicts: list(object(part.LOSS, part.LOSS_OPTIONAL)),
      notices: part.notices,
      refused: part.refused,
      files: list(text(), 'names of files that would be written'),
      unreadable: count('lines of the commit that cannot be read'),
    }),
  ],
  conflicts: [
    object({}, { conflicts: part.conflicts, files: part.otherLosses }),
    object({}, { taken: part.conflicts, files: part.otherLosses }),
    object({}, { dropped: part.conflicts, files: part.otherLosses }),
  ],
  put: [object(put), object({ results: list(object({ line: count('its number'), ...put })) })],
  get: [object({ record })],
  list: [object({ type: text() }, { records: list(record) })],
  rm: [object({}, { deleted: list(key, 'the record itself first') })],
  private: [
    object(
      { private: flag(), records: list(key, 'the record itself first') },
      {
        exported: list(key, 'records that the files have'),
        heldBy: object({ ...part.KEY, by: text() }, {}, 'what keeps it here all the same'),
      },
    ),
    object(
      {},
      {
        records: list(key),
        waiting: object({ changes: list(text()) }, { records: list(key) }, 'what waits for --accept'),
      },
    ),
    object({}, { accepted: list(text()), records: list(key) }),
  ],
  log: [
    object(part.KEY, {
      versions: list(
        object(
          { action: oneOf(...part.ACTIONS, 'unreadable') },
          {
            commit: text('left out where it is not committed yet'),
            author: text(),
            time: time('when the commit was made'),
            stamp: time('the stamp of the version'),
            deletedBy: text(),
            fields: part.fieldChanges,
            record,
          },
        ),
        'newest first',
      ),
    }),
    object(
      { file: text(), id: text('the key of the record') },
      {
        versions: list(
          object(
            { action: oneOf('created', 'changed', 'removed') },
            {
              commit: text('left out where it is not committed yet'),
              author: text(),
              time: time('when the commit was made'),
              fields: part.fieldChanges,
              record: true,
            },
          ),
          'of a file of another program, newest first',
        ),
      },
    ),
  ],
  pull: [object(pulled, pulledOptional)],
  push: [
    object(pulled, {
      ...pulledOptional,
      pushed: object({}, { commits: count(), others: count('of them not of the data folder') }),
      tries: count('pushes that it took'),
      waited: count('milliseconds between them'),
    }),
  ],
  resolve: [
    object(
      { dir: text(), dryRun },
      {
        files: part.healed,
        left: list(text(), 'unmerged files that are no data files'),
        history: text('where the old files were copied to'),
        others: object(
          {},
          {
            files: part.healed,
            undecided: list(text(), 'files that somebody must decide on'),
            history: text('where the old files were copied to'),
          },
          'files of other programs',
        ),
      },
    ),
  ],
  check: [
    object(
      { dir: text(), base: text('the commit that was compared with') },
      {
        findings: list(
          object(
            { what: oneOf(...FINDINGS), file: text(), message: text() },
            { line: count('its number'), ...part.KEY },
          ),
          'what a reviewer must look at',
        ),
        changes: list(object({ ...part.KEY, action: oneOf(...part.ACTIONS) }, { fields: part.fieldChanges, record })),
      },
    ),
  ],
  hook: [object({}, { text: text('what was said') })],
  'merge-driver': [
    object(
      { path: text() },
      { problems: part.problems, lost: count('values that lost'), leftIn: text('where they are kept') },
    ),
  ],
  backup: [object({ path: text(), size: count('bytes') })],
  restore: [object({ path: text() }, { replaced: text('where the replaced database lies') })],
  agents: [
    object({ text: text('the section') }),
    object({ path: text(), action: oneOf('created', 'changed', 'unchanged') }),
  ],
  adopt: [
    object(
      { database: text(), path: text('of the registry'), dryRun, registry: registryFile },
      {
        action: oneOf('created', 'changed', 'unchanged'),
        decided: list(text(), 'what was decided, in words'),
        unseen: list(text(), 'what a registry cannot say, in words'),
        questions: list(object({ asks: text(), answers: list(text(), 'options, or an edit') })),
      },
    ),
    object(
      { database: text(), path: text('of the registry'), fits: flag('whether the registry fits the database') },
      { differences: list(object({ says: text(), edit: text('what to change in the registry') })) },
    ),
  ],
  schema: [{ type: 'object', description: 'a JSON Schema' }],
  mcp: [object({})],
};

/** The names of the verbs that have a schema. */
export const NAMES: readonly string[] = Object.keys(FORMS);

/** The JSON Schema of what a verb prints with `--json`, and of its errors; undefined for an unknown name. */
export function schemaOf(name: string): Schema | undefined {
  const forms = FORMS[name];
  if (forms === undefined) return undefined;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `sc-sync ${name} --json`,
    description: 'Members that are zero, null or empty are left out.',
    type: 'object',
    anyOf: [...forms.map(withNotes), object({ error: part.error }), object({ help: text('with --help') })],
  };
}

/** Beside what a verb did there may stand remarks, and why it did not do all of it. */
function withNotes(form: Schema): Schema {
  const { properties } = form;
  if (typeof properties !== 'object') return form;
  const notes = list(text(), 'how the call was understood');
  return { ...form, properties: { ...properties, notes, error: part.error } };
}
