import type { MergedBy } from '../git/merge-upstream.js';
import type { Place } from './find-place.js';
import type { Session } from './session.js';
import { describeExport, describeImport, describeInSync, nextConflicts } from './describe.js';
import { EXIT, statusOfImport, statusOfSync } from './exit-codes.js';
import { failedBy } from './failed-by.js';
import { info } from './outcome.js';
import type { Block, Outcome } from './outcome.js';
import type { Pulled } from './pull-place.js';
import { syncJson } from './stats-json.js';

/** How a pull ended: with its error, else as its syncs did. What the first one left different the last one may have brought together. */
export function endOf({ syncs, error }: Pulled): Pick<Outcome, 'status' | 'error'> {
  if (error !== undefined) return failedBy(error);
  const last = syncs.slice(-1).map(statusOfSync);
  return { status: Math.max(EXIT.done, ...syncs.map((each) => statusOfImport(each.import)), ...last) };
}

/** What a pull is told with, for programs. */
export function pullJson({ projectPath: project, dir }: Place, { upstream, merged, commits, syncs }: Pulled): object {
  return {
    project,
    dir,
    remote: upstream.remote,
    branch: upstream.branch,
    merged,
    commits,
    syncs: syncs.map((each) => syncJson(each, each.status?.problems ?? [])),
    inSync: syncs.at(-1)?.inSync ?? false,
  };
}

/** What a pull did, for people. */
export function describePull({ upstream, merged, isThere, commits, syncs }: Pulled, session: Session): Block[] {
  const { remote, branch } = upstream;
  const last = syncs.at(-1);
  const lost = syncs.reduce((sum, each) => sum + each.import.total.conflicts, 0);
  return eachOnce([
    ...syncs.flatMap((each) => [...describeImport(each.import, session.called), ...describeExport(each.export)]),
    ...commits.map((subject) => info(`committed: ${subject}`)),
    ...(isThere === false
      ? [info(`${remote} has no branch ${branch} yet`)]
      : merged.map((by) => info(`${remote}/${branch}: ${MERGED[by]}`))),
    ...(last?.status?.problems ?? []).map((problem): Block => ({
      ...info(`problem: ${problem}`, 'bad'),
      level: 'data',
    })),
    describeInSync(last?.inSync === true),
    ...(lost === 0 ? [] : [nextConflicts(session)]),
  ]);
}

const MERGED: Readonly<Record<MergedBy, string>> = {
  'up to date': 'has nothing new',
  'fast forward': 'is taken as it is',
  merge: 'is merged',
};

/** Several syncs may have the same to say. */
function eachOnce(blocks: readonly Block[]): Block[] {
  const said = new Set<string>();
  return blocks.filter((block) => {
    const text = block.kind === 'line' ? block.text : '';
    return text === '' || (!said.has(text) && said.add(text));
  });
}
