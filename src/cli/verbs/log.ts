import { SyncError } from '../../errors.js';
import { findRecords } from '../../git/find-record.js';
import { readRecordLog } from '../../git/record-log.js';
import type { LoggedVersion } from '../../git/record-log.js';
import { requireRepository } from '../../git/repository.js';
import { tryGit } from '../../git/run.js';
import { severalFit } from '../../record/names.js';
import type { RecordKey } from '../../record/record-key.js';
import { toJson } from '../../record/object.js';
import { EXIT } from '../exit-codes.js';
import { fieldJson, fieldText } from '../field-change.js';
import { ExactJson } from '../json-text.js';
import { data } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { NAMED, readNamed } from '../named.js';
import type { Named } from '../named.js';
import { limit } from '../options.js';
import { dateText, timeJson } from '../time-text.js';
import type { Invocation, Verb } from '../verb.js';
import type { Registry } from '../../registry/entity.js';

export const verb: Verb = {
  about: 'Reads the commits of HEAD and the files as they are; needs no database.',
  ...NAMED,
  options: [limit()],
  examples: [
    ['sc-sync log 6b1d', 'when, who, which fields'],
    ['sc-sync log memory release --limit 1 --json', 'the newest version, with full values'],
  ],
  run,
};

/** Lists the versions of one record in git's history. */
function run({ session, args, options }: Invocation): Outcome {
  const { root: cwd } = requireRepository(session.resolve('.'));
  if (tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd }) === undefined) {
    throw new SyncError('usage', `There is no commit in ${cwd} yet`, { hint: 'commit the files first' });
  }
  const { registry } = session;
  const { type, id } = findLogged(registry, cwd, readNamed(registry, 'log', args));
  const all = readRecordLog(registry, cwd, id);
  const { limit } = options;
  const versions = typeof limit === 'number' ? all.slice(0, limit) : all;
  return { status: EXIT.done, json: { id, type, versions: versions.map(jsonOf) }, text: versions.flatMap(describe) };
}

/** The one record that a name means in git's history. */
function findLogged(registry: Registry, cwd: string, { entity, name }: Named): RecordKey {
  const found = findRecords(registry, cwd, name, entity);
  const [record, ...others] = found;
  if (record === undefined) {
    throw new SyncError(
      'not_found',
      `No commit of HEAD has ${entity === undefined ? 'a record' : `the ${entity.type}`} ${name}`,
      {
        hint: 'give its id, its short id, its key, or the beginning of its id',
      },
    );
  }
  if (others.length > 0) throw severalFit(name, found);
  return record;
}

function jsonOf({ commit, author, time, action, version, fields }: LoggedVersion): object {
  return {
    commit: commit ?? null,
    author: commit === undefined ? null : author,
    time: timeJson(Date.parse(time)),
    action,
    stamp: version === undefined ? null : timeJson(version.stamp),
    deletedBy: version?.kind === 'deleted' ? version.by : null,
    fields: fields.map(fieldJson),
    record: version?.kind === 'present' ? new ExactJson(toJson(version.content)) : null,
  };
}

function describe({ commit, author, time, action, version, fields }: LoggedVersion): Line[] {
  const place =
    commit === undefined ? 'not committed' : `${commit.slice(0, 10)}  ${dateText(Date.parse(time))}  ${author}`;
  const by = version?.kind === 'deleted' ? ` by ${version.by}` : '';
  const what = action === 'unreadable' ? 'unreadable line' : `${action}${by}`;
  return [data(`${place}  ${what}`, 'strong'), ...fields.map((change) => data(`    ${fieldText(change)}`))];
}
