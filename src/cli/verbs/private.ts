import { Option } from 'commander';

import { describeWaiting } from '../../sync/accepted-settings.js';
import { SyncError } from '../../errors.js';
import { setPrivate, whyPrivate } from '../../sync/private.js';
import type { Session } from '../session.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { data, info, warning } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { MAYBE_NAMED, requireNamed } from '../named.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'Without a record it lists those that are kept. Rules for many records go into sync.json.',
  ...MAYBE_NAMED,
  options: [
    new Option('--undo', 'let it out again'),
    new Option('--accept', 'instead: accept what a changed sync.json would let out'),
  ],
  looks: (args, { accept }) => args.length === 0 && accept !== true,
  examples: [
    ['sc-sync private memory deploy-key', 'never leaves this database'],
    ['sc-sync private', 'which are kept'],
    ['sc-sync private mem_1 --undo', 'goes out with the next export'],
    ['sc-sync private --accept', 'sync.json as it is now, since others may have changed it'],
  ],
  run,
};

/** Keeps a record in the database, lets it out again, or lists those that are kept; or accepts what the settings let out. */
function run({ session, args, options }: Invocation): Outcome {
  const place = session.place();
  if (isOn(options, 'accept')) {
    if (args.length > 0) {
      throw new SyncError('usage', 'Cannot accept one record: --accept accepts all of sync.json', {
        hint: `to let one record out: sc-sync private ${args.join(' ')} --undo`,
      });
    }
    return accept(session);
  }
  if (args.length === 0) return list(session);
  const isPrivate = !isOn(options, 'undo');
  const { type, id } = requireNamed(session, 'private', args, {
    changes: true,
    beside: (name) => (isPrivate ? session.names().deleted(name) : []),
  });
  const { records, exported } = setPrivate(session.store(), place.projectPath, { type, id }, isPrivate);
  const { called } = session;
  const heldBy = isPrivate ? undefined : whyPrivate(session.store(), place, { type, id });
  const others = records.length === 1 ? '' : ` with ${count(records.length - 1, 'record')} that cannot be without it`;
  const inFiles = isPrivate ? exported : [];
  return {
    status: EXIT.done,
    json: { private: isPrivate || heldBy !== undefined, records, exported, ...(heldBy && { heldBy }) },
    text: [
      heldBy === undefined
        ? info(
            `${called({ type, id })}${others} ${isPrivate ? 'stays in this database from now on' : 'goes out with the next export'}`,
          )
        : warning(
            `${called({ type, id })}${others} still stays in this database: ` +
              (heldBy.by === 'mark' ? `${called(heldBy)} is private` : `a rule of sync.json fits ${called(heldBy)}`),
          ),
      ...inFiles.map((key) => warning(`${called(key)} was exported before`)),
      ...(inFiles.length === 0
        ? []
        : [warning('sc-sync export --unpublish deletes them in the files; git keeps what was committed')]),
    ],
  };
}

/** The records that were made private, and those that stay only because a change of the settings is not accepted. */
function list(session: Session): Outcome {
  const project = session.project();
  const records = project.records.listPrivate();
  const waiting = project.waitingSettings();
  const none = info('no record is private; rules of sync.json hold beside');
  return {
    status: EXIT.done,
    json: { records, ...(waiting.changes.length > 0 && { waiting }) },
    text: [
      ...(records.length === 0 ? [none] : records.map((key) => data(session.called(key)))),
      ...describeWaiting({ ...waiting, records: [] }).map(warning),
      ...waiting.records.map((key) => warning(`${session.called(key)} stays until then`)),
    ],
  };
}

function accept(session: Session): Outcome {
  const { changes, records } = session.project().acceptSettings();
  return {
    status: EXIT.done,
    json: { accepted: changes, records },
    text: [
      ...(changes.length === 0 ? [info('nothing to accept: sync.json lets nothing more out')] : []),
      ...changes.map((what) => info(`accepted: ${what}`)),
      ...records.map((key) => warning(`${session.called(key)} goes out with the next export`)),
    ],
  };
}
