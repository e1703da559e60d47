import { findRepository } from '../../git/repository.js';
import { resolveFolder } from '../../git/resolve.js';
import type { Healed, HealedFile, HealedFrom } from '../../git/resolve.js';
import { count } from '../describe.js';
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
  const healed = resolveFolder(session.registry, findRepository(session.resolve('.')), dir, {
    now: Date.now(),
    dryRun,
  });
  const isDone = healed.left.length === 0 && healed.files.every(({ problems }) => problems.length === 0);
  return {
    status: isDone ? EXIT.done : EXIT.attention,
    json: { dir, dryRun, ...healed },
    text: [...describe(healed, dryRun), ...(isDone && !dryRun && healed.files.length > 0 ? [next(NEXT, SAYS)] : [])],
  };
}

/** What was merged is committed by whoever began it. */
const NEXT = 'git commit && sc-sync sync';
const SAYS = 'ends the merge, and takes it into the database';

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
  if (all.length === 0) return [info('nothing to heal: no data file is unmerged, or has markers or duplicate lines')];
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
