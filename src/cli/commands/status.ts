import { getSyncStatus } from '../../status.js';
import { describeStatus } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { isOn } from '../command.js';
import type { Command } from '../command.js';

/** Says where both sides stand. */
export const run: Command = ({ context, options }) => {
  const status = getSyncStatus(context.store(), context.place());
  return {
    status: isOn(options, 'check') && !status.inSync ? EXIT.attention : EXIT.done,
    json: status,
    text: describeStatus(status),
  };
};
