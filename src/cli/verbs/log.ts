import { Argument } from 'commander';

import { SyncError } from '../../errors.js';
import { findRecordIds } from '../../git/find-record.js';
import { readRecordLog } from '../../git/record-log.js';
import type { LoggedVersion } from '../../git/record-log.js';
import { requireRepository } from '../../git/repository.js';
import { tryGit } from '../../git/run.js';
import { toJson } from '../../record/object.js';
import { savecontext } from '../../savecontext/registry.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { fieldJson, fieldText } from '../field-change.js';
import { ExactJson } from '../json-text.js';
import { data } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { limit } from '../options.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'Reads the commits of HEAD and the files as they are; needs no database.',
  arguments: [new Argument('<id>', 'the id of the record, the beginning of it, or its short id')],
  options: [limit()],
  examples: [
    ['sc-sync log issue_1', 'when, who, which fields'],
    ['sc-sync log issue_1 --limit 1 --json', 'the newest version, with full values'],
  ],
  run,
};

/** Lists the versions of one record in git's history. */
function run({ session, args: [name = ''], options }: Invocation): Outcome {
  const { root: cwd } = requireRepository(session.resolve('.'));
  if (tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd }) === undefined) {
    throw new SyncError('usage', `${cwd} has no commits yet`, { hint: 'commit the files first' });
  }
  const { id, all } = readNamed(cwd, name);
  const { limit } = options;
  const versions = typeof limit === 'number' ? all.slice(0, limit) : all;
  const type = all.find(({ version }) => version !== undefined)?.version?.type ?? null;
  return { status: EXIT.done, json: { id, type, versions: versions.map(jsonOf) }, text: versions.flatMap(describe) };
}

/** Reads the log of the record with that id, or of the one that a short id or the beginning of an id names. */
function readNamed(cwd: string, name: string): { readonly id: string; readonly all: readonly LoggedVersion[] } {
  const exact = readRecordLog(savecontext, cwd, name);
  if (exact.length > 0) return { id: name, all: exact };
  const [id, ...others] = findRecordIds(savecontext, cwd, name);
  if (id === undefined) {
    throw new SyncError('not_found', `no commit of HEAD has a record ${name}`, {
      hint: 'give its id, the beginning of it, or its short id',
    });
  }
  if (others.length === 0) return { id, all: readRecordLog(savecontext, cwd, id) };
  const details = [id, ...others].slice(0, MOST_NAMED);
  const left = others.length + 1 - details.length;
  throw new SyncError('usage', `${name} names ${count(others.length + 1, 'record')}`, {
    details: left > 0 ? [...details, `and ${left} more`] : details,
    hint: 'give more of the id',
  });
}

/** So many records that a name could mean are listed. */
const MOST_NAMED = 10;

function jsonOf({ commit, author, time, action, version, fields }: LoggedVersion): object {
  return {
    commit: commit ?? null,
    author,
    time,
    action,
    stamp: version === undefined ? null : new Date(version.stamp).toISOString(),
    deleted_by: version?.kind === 'deleted' ? version.by : null,
    fields: fields.map(fieldJson),
    record: version?.kind === 'present' ? new ExactJson(toJson(version.content)) : null,
  };
}

function describe({ commit, author, time, action, version, fields }: LoggedVersion): Line[] {
  const place = commit === undefined ? 'not committed' : `${commit.slice(0, 10)}  ${time}  ${author}`;
  const by = version?.kind === 'deleted' ? ` by ${version.by}` : '';
  const what = action === 'unreadable' ? 'unreadable line' : `${action}${by}`;
  return [data(`${place}  ${what}`, 'strong'), ...fields.map((change) => data(`    ${fieldText(change)}`))];
}
