import { savecontext } from '../../savecontext/registry.js';
import { describeGit, findGitState } from '../git-state.js';
import { getSyncStatus } from '../../sync/status.js';
import { requireSound } from '../../store/check-damage.js';
import { describeStatus } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { isOn } from '../command.js';
import type { Command } from '../command.js';

/** Says where both sides stand. */
export const run: Command = ({ context, options }) => {
  const place = context.place();
  const store = context.store();
  requireSound(store.sql, context.databasePath, 'quick_check');
  const found = getSyncStatus(store, place);
  const git = findGitState(savecontext, context.resolve('.'), place.dir);
  // What stands in an unmerged file is one side only, whatever the engine makes of it.
  const status = { ...found, inSync: found.inSync && (git?.unmerged ?? []).length === 0 };
  return {
    status: isOn(options, 'check') && !status.inSync ? EXIT.attention : EXIT.done,
    json: { ...status, git: git ?? null },
    text: [...(git === undefined ? [] : describeGit(git)), ...describeStatus(status)],
  };
};
