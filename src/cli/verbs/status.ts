import { Option } from 'commander';

import { describeGit, findGitState, findOnlyOtherFiles } from '../git-state.js';
import { describeOtherFiles } from '../../git/set-up-others.js';
import type { OtherFiles } from '../../git/set-up-others.js';
import { getSyncStatus } from '../../sync/status.js';
import { requireSound } from '../../store/check-damage.js';
import { describeStatus } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { otherProjects } from '../other-projects.js';
import { info, warning } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Session } from '../session.js';
import { isOn } from '../verb.js';
import type { Invocation, Options, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'Changes nothing.',
  options: [new Option('--check', 'exit with 1 unless both sides agree')],
  looks: () => true,
  examples: [
    ['sc-sync status', 'a table for people'],
    ['sc-sync status --check --quiet', 'for a script: only the exit status, and what is wrong'],
  ],
  run,
};

/** Says where both sides stand. */
function run({ session, options }: Invocation): Outcome {
  const others = findOnlyOtherFiles(session);
  return others === undefined ? statusOfProject(session, options) : statusOfOthers(others, options);
}

/** Where a team has files of other programs alone, there is their driver to look at. */
function statusOfOthers(others: OtherFiles, options: Options): Outcome {
  const wrong = describeOtherFiles(others);
  return {
    status: isOn(options, 'check') && wrong.length > 0 ? EXIT.attention : EXIT.done,
    json: { git: others },
    text: wrong.length === 0 ? [info(ALL_SET_UP)] : wrong.map((what) => warning(what)),
  };
}

const ALL_SET_UP = 'files of other programs merge by the drivers that git attributes name; there is no database here';

function statusOfProject(session: Session, options: Options): Outcome {
  const place = session.place();
  const store = session.store();
  requireSound(store.sql, session.database.path, 'quick_check');
  const found = getSyncStatus(store, place);
  const git = findGitState(session.registry, session.resolve('.'), place.dir);
  // What stands in an unmerged file is one side only, whatever the engine makes of it.
  const status = { ...found, inSync: found.inSync && (git?.unmerged ?? []).length === 0 };
  const others = otherProjects(session, place);
  return {
    status: isOn(options, 'check') && !status.inSync ? EXIT.attention : EXIT.done,
    json: { ...status, git: git ?? null, ...others.json },
    text: [...(git === undefined ? [] : describeGit(git)), ...describeStatus(status, session), ...others.text],
  };
}
