import { Option } from 'commander';

import { SyncError } from '../../errors.js';
import { calledBy } from '../../record/names.js';
import type { NamedRecord } from '../../record/names.js';
import type { RecordKey } from '../../record/record-key.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { data, info } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Session } from '../session.js';
import { NAMED, requireNamed } from '../named.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about:
    'Names what goes with it first. Asks at a terminal; elsewhere it needs --yes where more than the record itself would go.',
  ...NAMED,
  options: [new Option('--yes', 'do not ask')],
  examples: [
    ['sc-sync rm 6b1d', 'one record, by its short id'],
    ['sc-sync rm session sess_1 --yes', 'a session with its items and checkpoints'],
  ],
  run,
};

/** Deletes a record, after naming what goes with it. */
async function run({ session, args, options }: Invocation): Promise<Outcome> {
  const named = requireNamed(session, 'rm', args, { changes: true });
  const { type, id } = named;
  const records = session.records();
  const [, ...others] = records.cascadeOf(type, id);
  if (!isOn(options, 'yes') && !(await isAgreed(session, named, others))) {
    return { status: EXIT.attention, json: { deleted: [] }, text: [data('nothing was deleted')] };
  }
  // What they are called is looked up while they are there.
  const names = [named, ...others].map(session.called);
  const deleted = records.remove(type, id);
  return {
    status: EXIT.done,
    json: { deleted },
    text: names.map((name) => info(`deleted ${name}`)),
  };
}

/** Asks at a terminal; elsewhere a lone record needs no word, and more than that needs `--yes`. */
async function isAgreed(
  { confirm, called }: Session,
  record: NamedRecord,
  others: readonly RecordKey[],
): Promise<boolean> {
  if (confirm !== undefined) {
    return confirm(
      others.map((other) => data(`with it: ${called(other)}`)),
      `Delete ${calledBy(record)}?`,
    );
  }
  if (others.length === 0) return true;
  throw new SyncError(
    'refused',
    `Nothing was deleted: ${count(others.length, 'record')} would go with ${calledBy(record)}`,
    {
      details: others.map(called),
      hint: 'add --yes to delete them all',
    },
  );
}
