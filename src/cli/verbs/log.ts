import { existsSync } from 'node:fs';

import { SyncError } from '../../errors.js';
import { findRecords } from '../../git/find-record.js';
import { readRecordLog } from '../../git/record-log.js';
import type { LoggedVersion } from '../../git/record-log.js';
import { readOtherLog } from '../../git/other-log.js';
import { pathInRepository, requireRepository } from '../../git/repository.js';
import type { Repository } from '../../git/repository.js';
import { lineWordsOfPaths } from '../../git/stated-drivers.js';
import { tryGit } from '../../git/run.js';
import { entityNamed } from '../../record/type-names.js';
import { severalFit } from '../../record/names.js';
import type { RecordKey } from '../../record/record-key.js';
import { toJson } from '../../record/object.js';
import { EXIT } from '../exit-codes.js';
import { fieldJson, fieldText, otherFieldJson } from '../field-change.js';
import { ExactJson, exactOrText } from '../json-text.js';
import { data } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { NAMED, readNamed } from '../named.js';
import type { Named } from '../named.js';
import { limit } from '../options.js';
import { dateText, timeJson } from '../time-text.js';
import type { Session } from '../session.js';
import type { Invocation, Options, Verb } from '../verb.js';
import type { Registry } from '../../registry/entity.js';

export const verb: Verb = {
  about: 'Reads the commits of HEAD and the files as they are; needs no database.',
  ...NAMED,
  usage: '[type|file] <record>',
  options: [limit()],
  examples: [
    ['sc-sync log 6b1d', 'when, who, which fields'],
    ['sc-sync log memory release --limit 1 --json', 'the newest version, with full values'],
    ['sc-sync log .beads/issues.jsonl bd-1', "of another program's file, by its key"],
  ],
  run,
};

/** Lists the versions of one record in git's history. */
function run({ session, args, options }: Invocation): Outcome {
  const repository = requireRepository(session.resolve('.'));
  const { root: cwd } = repository;
  if (tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd }) === undefined) {
    throw new SyncError('usage', `There is no commit in ${cwd} yet`, { hint: 'commit the files first' });
  }
  const { registry } = session;
  const [file = '', name, ...more] = args;
  if (name !== undefined && more.length === 0 && isFileName(session, file)) {
    return logOfFile(repository, pathInRepository(repository, session.resolve(file)), name, options);
  }
  const { type, id } = findLogged(registry, cwd, readNamed(registry, 'log', args));
  const all = readRecordLog(registry, cwd, id);
  const versions = limited(all, options);
  return { status: EXIT.done, json: { id, type, versions: versions.map(jsonOf) }, text: versions.flatMap(describe) };
}

function limited<T>(all: readonly T[], { limit }: Options): readonly T[] {
  return typeof limit === 'number' ? all.slice(0, limit) : all;
}

/** A word that is no type is a file where there is one, or where it looks like one that is gone. */
function isFileName(session: Session, word: string): boolean {
  return entityNamed(session.registry, word) === undefined && (/[./]/.test(word) || existsSync(session.resolve(word)));
}

/** The versions of a record of another program's file, by the key that git attributes say. */
function logOfFile(repository: Repository, path: string, id: string, options: Options): Outcome {
  const words = lineWordsOfPaths(repository, [path]).get(path);
  if (words === undefined) {
    throw new SyncError('usage', `Git attributes do not say what identifies the lines of ${path}`, {
      hint: "for example: sc-sync init --driver-only --key id '*.jsonl'",
    });
  }
  const all = readOtherLog(repository.root, path, words.key, id);
  if (all.length === 0) {
    throw new SyncError('not_found', `No commit of HEAD has a line with the key ${id} in ${path}`, {
      hint: `its key is --key ${words.key.join(' or ')}`,
    });
  }
  const versions = limited(all, options);
  return {
    status: EXIT.done,
    json: {
      file: path,
      id,
      versions: versions.map(({ commit, author, time, action, fields, line }) => ({
        ...headJson({ commit, author, time }),
        action,
        fields: fields.map((change) => otherFieldJson(change)),
        record: line === undefined ? null : exactOrText(line),
      })),
    },
    text: versions.flatMap(({ action, fields, ...head }) => [
      data(`${placeText(head)}  ${action}`, 'strong'),
      ...fields.map((change) => data(`    ${fieldText(change)}`)),
    ]),
  };
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
    ...headJson({ commit, author, time }),
    action,
    stamp: version === undefined ? null : timeJson(version.stamp),
    deletedBy: version?.kind === 'deleted' ? version.by : null,
    fields: fields.map(fieldJson),
    record: version?.kind === 'present' ? new ExactJson(toJson(version.content)) : null,
  };
}

type Head = Pick<LoggedVersion, 'commit' | 'author' | 'time'>;

function headJson({ commit, author, time }: Head): object {
  return { commit: commit ?? null, author: commit === undefined ? null : author, time: timeJson(Date.parse(time)) };
}

function placeText({ commit, author, time }: Head): string {
  return commit === undefined ? 'not committed' : `${commit.slice(0, 10)}  ${dateText(Date.parse(time))}  ${author}`;
}

function describe({ commit, author, time, action, version, fields }: LoggedVersion): Line[] {
  const place = placeText({ commit, author, time });
  const by = version?.kind === 'deleted' ? ` by ${version.by}` : '';
  const what = action === 'unreadable' ? 'unreadable line' : `${action}${by}`;
  return [data(`${place}  ${what}`, 'strong'), ...fields.map((change) => data(`    ${fieldText(change)}`))];
}
