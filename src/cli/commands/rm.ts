import { SyncError } from '../../errors.js';
import { Records } from '../../sync/records.js';
import type { RecordKey } from '../../record/record-key.js';
import { recordName } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { isOn } from '../command.js';
import { data, info } from '../outcome.js';
import type { Command } from '../command.js';
import type { Confirm } from '../outcome.js';

/** Deletes a record, after naming what goes with it. */
export const run: Command = async ({ context, args: [type = '', id = ''], options }) => {
  const { projectPath } = context.place();
  const records = new Records(context.store(), projectPath);
  records.require(type, id);
  const [, ...others] = records.cascadeOf(type, id);
  if (!isOn(options, 'yes') && !(await isAgreed(context.confirm, { type, id }, others))) {
    return { status: EXIT.attention, json: { deleted: [] }, text: [data('nothing was deleted')] };
  }
  const deleted = records.remove(type, id);
  return {
    status: EXIT.done,
    json: { deleted },
    text: deleted.map((key) => info(`deleted ${recordName(key)}`)),
  };
};

/** Asks at a terminal; elsewhere a lone record needs no word, and more than that needs `--yes`. */
async function isAgreed(confirm: Confirm | undefined, key: RecordKey, others: readonly RecordKey[]): Promise<boolean> {
  if (confirm !== undefined) {
    return confirm(
      others.map((other) => data(`with it: ${recordName(other)}`)),
      `Delete ${recordName(key)}?`,
    );
  }
  if (others.length === 0) return true;
  const goes = others.length === 1 ? '1 record would be' : `${others.length} records would be`;
  throw new SyncError('refused', `${goes} deleted with ${recordName(key)}; nothing was deleted`, {
    details: others.map(recordName),
    hint: 'say --yes to delete them all',
  });
}
