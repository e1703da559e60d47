import { SyncError } from '../../errors.js';
import { listPrivate, setPrivate, whyPrivate } from '../../private.js';
import { count, recordName } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { isOn } from '../command.js';
import { data, info, warning } from '../outcome.js';
import type { Command } from '../command.js';

/** Keeps a record in the database, lets it out again, or lists those that are kept. */
export const run: Command = ({ context, args: [type, id], options }) => {
  const place = context.place();
  const { projectPath } = place;
  if (type === undefined) {
    const records = listPrivate(context.store(), projectPath);
    const none = info('no record was made private; rules of sync.json hold beside');
    return {
      status: EXIT.done,
      json: { records },
      text: records.length === 0 ? [none] : records.map((key) => data(recordName(key))),
    };
  }
  if (id === undefined) {
    throw new SyncError('usage', `private ${type}: expected the id of a record`, {
      hint: `see the list: list ${type}`,
    });
  }
  const isPrivate = !isOn(options, 'undo');
  const { records, exported } = setPrivate(context.store(), projectPath, { type, id }, isPrivate);
  const heldBy = isPrivate ? undefined : whyPrivate(context.store(), place, { type, id });
  const others = records.length === 1 ? '' : ` with ${count(records.length - 1, 'record')} that cannot be without it`;
  const inFiles = isPrivate ? exported : [];
  return {
    status: EXIT.done,
    json: { private: isPrivate || heldBy !== undefined, records, exported, ...(heldBy && { heldBy }) },
    text: [
      heldBy === undefined
        ? info(
            `${recordName({ type, id })}${others} ${isPrivate ? 'stays in this database from now on' : 'goes out with the next export'}`,
          )
        : warning(
            `${recordName({ type, id })}${others} still stays in this database: ` +
              (heldBy.by === 'mark'
                ? `${recordName(heldBy)} is private`
                : `a rule of sync.json fits ${recordName(heldBy)}`),
          ),
      ...inFiles.map((key) => warning(`exported before: ${recordName(key)}`)),
      ...(inFiles.length === 0
        ? []
        : [warning('export --unpublish writes their deletions; git keeps what was committed')]),
    ],
  };
};
