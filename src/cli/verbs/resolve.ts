import { findRepository } from '../../git/repository.js';
import { resolveOtherFiles } from '../../git/resolve-others.js';
import type { HealedOthers } from '../../git/resolve-others.js';
import { describeOtherFiles } from '../../git/set-up-others.js';
import { resolveFolder } from '../../git/resolve.js';
import type { Healed, HealedFile, HealedFrom } from '../../git/resolve.js';
import { count } from '../describe.js';
import { findOnlyOtherFiles } from '../git-state.js';
import { EXIT } from '../exit-codes.js';
import { failure, info, next, warning } from '../outcome.js';
import type { Block, Outcome } from '../outcome.js';
import { dryRun } from '../options.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about:
    'Every record by the one merge; values that lose go to the journal with the next import. Then commit, and sync.',
  options: [dryRun()],
  examples: [['sc-sync resolve && git commit --no-edit', 'after a merge that stopped']],
  run,
};

/** Heals the data files of a project after a merge. */
function run({ session, options }: Invocation): Outcome {
  const dir = session.folder();
  const dryRun = isOn(options, 'dryRun');
  const repository = findRepository(session.resolve('.'));
  const how = { now: Date.now(), dryRun };
  const healed = resolveFolder(session.registry, repository, dir, how);
  const others = repository === undefined ? NONE : resolveOtherFiles(repository, dir, how);
  const all = [...healed.files, ...others.files];
  const isDone =
    healed.left.length + others.undecided.length === 0 && all.every(({ problems }) => problems.length === 0);
  const lacking = findOnlyOtherFiles(session);
  return {
    status: isDone ? EXIT.done : EXIT.attention,
    json: { dir, dryRun, ...healed, others },
    text: [
      ...describe(healed, dryRun),
      ...describeOthers(others, dryRun),
      ...(all.length + healed.left.length + others.undecided.length === 0 ? [info(NOTHING)] : []),
      ...(lacking === undefined ? [] : describeOtherFiles(lacking).map((what) => warning(what))),
      ...(isDone && !dryRun ? nextOf(healed, others) : []),
    ],
  };
}

const NONE: HealedOthers = { files: [], undecided: [], history: null };

const NOTHING = 'nothing to heal: no data file is unmerged, or has markers or duplicate lines';

/** What was merged is committed by whoever began it. */
function nextOf(healed: Healed, others: HealedOthers): Block[] {
  if (healed.files.length > 0)
    return [next('git commit && sc-sync sync', 'ends the merge, and takes it into the database')];
  return others.files.length > 0 ? [next('git commit', 'ends the merge')] : [];
}

function describeOthers({ files, undecided, history }: HealedOthers, dryRun: boolean): Block[] {
  return [
    ...files.flatMap(({ name, from, lost, problems }): Block[] =>
      problems.length > 0
        ? [
            failure(`left ${name} as it was, since somebody must decide`),
            ...problems.map((problem) => failure(`  ${problem}`)),
            info(`  git checkout --merge ${name} leaves markers at these places alone, once the driver is set up`),
          ]
        : [
            info(`${dryRun ? 'would make' : 'made'} ${name} anew from ${FROM[from]}`),
            ...(lost === 0 ? [] : [warning(`${count(lost, 'value')} of ${name} lost; sc-sync conflicts lists them`)]),
          ],
    ),
    ...undecided.map((path) =>
      failure(`${path} is unmerged, and has no conflict markers: look at it, then git add it`),
    ),
    ...(history === null ? [] : [info(`the old files were copied to ${history}`)]),
  ];
}

const FROM: Readonly<Record<HealedFrom, string>> = {
  index: 'its versions in git',
  markers: 'its conflict markers',
  lines: 'its lines',
};

function describe({ files, left, history }: Healed, dryRun: boolean): Block[] {
  const all = [
    ...files.flatMap((file) => describeFile(file, dryRun)),
    ...left.map((name) => failure(`${name} is unmerged, and no data file: edit it, then git add it`)),
  ];
  return [...all, ...(history === null ? [] : [info(`the old files were copied to ${history}`)])];
}

function describeFile({ name, from, lost, problems }: HealedFile, dryRun: boolean): Block[] {
  if (problems.length > 0) {
    return [
      failure(`left ${name} as it was, since some lines cannot be read`),
      ...problems.map((problem) => failure(`  ${problem}`)),
    ];
  }
  return [
    info(`${dryRun ? 'would make' : 'made'} ${name} anew from ${FROM[from]}`),
    ...(lost === 0
      ? []
      : [warning(`${count(lost, 'value')} of ${name} lost; sc-sync sync takes them into the journal`)]),
  ];
}
