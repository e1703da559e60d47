import type { Place } from './context.js';
import { describeExport, describeImport, describeInSync } from './describe.js';
import { EXIT } from './exit-codes.js';
import { info } from './outcome.js';
import type { Block } from './outcome.js';
import type { Pulled } from './pull-place.js';

/** The exit status of pulls: attention where a sync needs it, or the last one left both sides different. */
export function pullStatus(pulls: readonly Pulled[]): number {
  const syncs = pulls.flatMap((pulled) => pulled.syncs);
  const needsAttention = syncs.some(({ import: { total } }) => total.rolledBack + total.orphaned + total.skipped > 0);
  return needsAttention || syncs.at(-1)?.inSync === false ? EXIT.attention : EXIT.done;
}

/** What pulls are told with, for programs. */
export function pullJson({ projectPath: project, dir }: Place, pulls: readonly Pulled[]): object {
  const syncs = pulls.flatMap((pulled) => pulled.syncs);
  return {
    project,
    dir,
    remote: pulls[0]?.upstream.remote,
    branch: pulls[0]?.upstream.branch,
    merged: pulls.map(({ merged }) => merged),
    commits: pulls.flatMap(({ commits }) => commits),
    syncs: syncs.map((each) => ({ import: each.import, export: each.export, inSync: each.inSync })),
    inSync: syncs.at(-1)?.inSync ?? false,
  };
}

/** What pulls did, for people. */
export function describePull({ dir }: Place, pulls: readonly Pulled[]): Block[] {
  const last = pulls.at(-1)?.syncs.at(-1);
  return [
    ...pulls.flatMap(({ syncs, merged, commits, upstream: { remote, branch }, theirs }): Block[] => [
      ...syncs.flatMap((each) => [...describeImport(each.import, dir), ...describeExport(each.export, dir)]),
      ...commits.map((subject) => info(`committed: ${subject}`)),
      info(theirs === undefined ? `${remote} has no branch ${branch} yet` : `${remote}/${branch}: ${merged}`),
    ]),
    ...(last?.status?.problems ?? []).map((problem): Block => ({
      ...info(`problem: ${problem}`, 'bad'),
      level: 'data',
    })),
    describeInSync(last?.inSync === true),
  ];
}
