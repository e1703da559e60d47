import { Option } from 'commander';

import { dirname } from 'node:path';

import { diff, diffSince } from '../../sync/diff.js';
import type { SyncDiff } from '../../sync/diff.js';
import type { RefusedRecord } from '../../sync/export/stats.js';
import { filesOfCommit, requireCommit } from '../../git/commit-files.js';
import { requireRepository } from '../../git/repository.js';
import type { NamedRecord } from '../../record/names.js';
import type { RecordKey } from '../../record/record-key.js';
import type { RecordChange } from '../../record/change.js';
import type { Session } from '../session.js';
import { count, describeNotice, recordName } from '../describe.js';
import type { Call } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { cut, fieldJson, fieldText, lossJson } from '../field-change.js';
import { ExactJson } from '../json-text.js';
import { MAYBE_NAMED, isOf, requireNamed } from '../named.js';
import { data, failure, info, warning } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { describeRefused } from '../refusal.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'First what the import would do to the database, then what the export would do to the files. Changes nothing.',
  looks: () => true,
  ...MAYBE_NAMED,
  options: [new Option('--base <rev>', 'instead: how the records differ from the data files of a commit')],
  examples: [
    ['sc-sync diff', 'before a sync, or after switching a branch'],
    ['sc-sync diff 6b1d', 'of one record'],
    ['sc-sync diff --base main', 'what was done to the records on this branch'],
  ],
  run,
};

/** Says what a sync would change, or what changed since a commit. */
function run({ session, args, options }: Invocation): Outcome {
  const { base } = options;
  const beside = (): Iterable<NamedRecord> => session.namesInFiles();
  const only = args.length === 0 ? undefined : requireNamed(session, 'diff', args, { beside });
  return typeof base === 'string' ? describeSince(session, base, isOf(only)) : describeSync(session, only);
}

function describeSync(session: Session, only: NamedRecord | undefined): Outcome {
  const isWanted = isOf(only);
  const place = session.place();
  const told = {
    database: new Told(session, isWanted, 'database: '),
    files: new Told(session, isWanted, 'files: '),
  };
  const found = diff(session.store(), {
    ...session.syncOptions(place),
    onChange: (change) => {
      told[change.where].take(change);
    },
  });
  const { export: exported } = found;
  const conflicts = found.conflicts.filter(isWanted);
  const notices = found.import.notices.filter(isWanted);
  // What is refused is refused as a whole.
  const files = exported.refused.length > 0 ? new Told(session, isWanted) : told.files;
  const further = describeFurther(session, { conflicts, notices, exported }, only === undefined && files.count === 0);
  const isNothing = told.database.count + files.count + further.length === 0;
  return {
    status: EXIT.done,
    json: {
      project: place.projectPath,
      dir: place.dir,
      changes: [...told.database.json, ...files.json],
      conflicts: conflicts.map(lossJson),
      notices,
      refused: exported.refused,
      files: exported.refused.length > 0 ? [] : exported.files.map(({ name }) => name),
    },
    text: [
      ...told.database.text,
      ...files.text,
      ...further,
      ...(isNothing ? [info('nothing would change', 'good')] : []),
    ],
  };
}

/** Says whether a record is one of those that were asked for. */
type IsWanted = (key: RecordKey) => boolean;

/** What a sync would do beside the changes. */
interface Further {
  readonly conflicts: SyncDiff['conflicts'];
  readonly notices: SyncDiff['import']['notices'];
  readonly exported: SyncDiff['export'];
}

/** What is to be said beside the changes. */
function describeFurther(
  { called }: Session,
  { conflicts, notices, exported: { files, refused } }: Further,
  isSame: boolean,
): Line[] {
  const told = new Set(conflicts.map(recordName));
  return [
    ...conflicts.map((entry) => {
      const to = entry.kept === null ? '' : ` to ${cut(entry.kept)}`;
      const what = `${entry.field ?? 'the whole record'}: ${cut(entry.lost)} would lose${to} (${entry.why})`;
      return warning(`${called(entry)}: ${what}`);
    }),
    ...notices
      .filter((notice) => notice.what !== 'conflicts' || !told.has(recordName(notice)))
      .map((notice) => describeNotice(notice, called)),
    ...refusedLines(refused, called),
    ...(isSame && refused.length === 0 ? files.map(({ name }) => data(`${name} would be put in order`)) : []),
  ];
}

function refusedLines(refused: readonly RefusedRecord[], called: Call): Line[] {
  const reasons = new Set(refused.map((record) => describeRefused(record, called)));
  return [...reasons].map((reason) => failure(`${reason}; nothing would be exported`));
}

function describeSince(session: Session, base: string, isWanted: IsWanted): Outcome {
  const place = session.place();
  const repository = requireRepository(dirname(place.dir));
  const commit = requireCommit(repository, base);
  const told = new Told(session, isWanted);
  const options = { ...session.syncOptions(place), onChange: (change: RecordChange): void => told.take(change) };
  const { unreadable, refused } = diffSince(session.store(), options, filesOfCommit(repository, commit, place.dir));
  return {
    status: EXIT.done,
    json: { project: place.projectPath, dir: place.dir, base: commit, changes: told.json, unreadable, refused },
    text: [
      ...told.text,
      ...refusedLines(refused, session.called),
      ...(unreadable > 0 ? [warning(`${count(unreadable, 'line')} of ${base} cannot be read, and are left out`)] : []),
      ...(told.count === 0 ? [info(`no record differs from ${base}`, 'good')] : []),
    ],
  };
}

/** Changes as they were told, in the one form that will be written. */
class Told {
  readonly json: object[] = [];
  readonly text: Line[] = [];
  readonly #session: Session;
  readonly #isWanted: IsWanted;
  readonly #where: string;
  count = 0;

  constructor(session: Session, isWanted: IsWanted, where = '') {
    this.#session = session;
    this.#isWanted = isWanted;
    this.#where = where;
  }

  take(change: RecordChange): void {
    if (!this.#isWanted(change)) return;
    this.count++;
    if (this.#session.isJson) {
      this.json.push(changeJson(change));
      return;
    }
    const { action, fields } = change;
    this.text.push(data(`${this.#where}${this.#session.called(change)} ${action}`, 'strong'));
    if (action === 'changed' && fields.length === 0) this.text.push(data('    written anew with the same values'));
    for (const field of fields) this.text.push(data(`    ${fieldText(field)}`));
  }
}

function changeJson({ where, type, id, action, fields, record }: RecordChange): object {
  const exact = record === null ? null : new ExactJson(record);
  return { where, type, id, action, fields: fields.map(fieldJson), record: exact };
}
