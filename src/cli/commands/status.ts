import { describeGit, findGitState } from '../git-state.js';
import { getSyncStatus } from '../../status.js';
import { describeStatus } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { isOn } from '../command.js';
import type { Command } from '../command.js';

/** Says where both sides stand. */
export const run: Command = ({ context, options }) => {
  const place = context.place();
  const status = getSyncStatus(context.store(), place);
  const git = findGitState(context.resolve('.'), place.dir);
  return {
    status: isOn(options, 'check') && !status.inSync ? EXIT.attention : EXIT.done,
    json: { ...status, git: git ?? null },
    text: [...(git === undefined ? [] : describeGit(git)), ...describeStatus(status)],
  };
};
