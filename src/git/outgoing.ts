import type { MadeMerge } from './merge-upstream.js';
import { LOG, readPatches } from './patch.js';
import type { ChangedLine } from './patch.js';
import { literally, pathInRepository } from './repository.js';
import { gitLines } from './run.js';

/** A commit that the remote does not have. */
export interface OutgoingCommit {
  readonly commit: string;
  readonly author: string;
  /** What it changed in the export directory: a merge, what it has of neither side. */
  readonly changes: readonly ChangedLine[];
}

/** What a commit changed, compared with each of its parents. */
interface Comparisons {
  readonly commit: string;
  readonly author: string;
  readonly parents: number;
  readonly changes: ChangedLine[][];
}

/**
 * Reads the commits of this clone that the remote does not have yet, as far as git knows, of those that changed the export directory. Throws
 * `io`.
 */
export function* readOutgoing({ repository, dir, upstream, head, theirs }: MadeMerge): Generator<OutgoingCommit> {
  if (head === undefined) return;
  const known = ['--not', `--remotes=${upstream.remote}`, ...(theirs === undefined ? [] : [theirs])];
  const path = literally(pathInRepository(repository, dir));
  const args = [...LOG, '--format=%x00%H%x00%P%x00%an <%ae>', head, ...known, '--', path];
  let present: Comparisons | undefined;
  for (const change of readPatches(args, repository.root)) {
    if (change.sign !== 'commit') present?.changes.at(-1)?.push(change);
    else {
      const [commit = '', parents = '', author = ''] = change.head;
      if (commit !== present?.commit) {
        if (present !== undefined) yield outgoing(present);
        present = { commit, author, parents: parents.split(' ').length, changes: [] };
      }
      present.changes.push([]);
    }
  }
  if (present !== undefined) yield outgoing(present);
}

function outgoing(compared: Comparisons): OutgoingCommit {
  return { commit: compared.commit, author: compared.author, changes: newIn(compared) };
}

/** What a commit took away from any parent, and what it added to all of them. */
function newIn({ parents, changes }: Comparisons): ChangedLine[] {
  const [first = [], ...others] = changes;
  if (changes.length < parents) return [];
  if (others.length === 0) return first;
  const added = others.map((each) => new Set(each.flatMap(({ sign, line }) => (sign === '+' ? [line] : []))));
  return [
    ...changes.flat().filter(({ sign }) => sign === '-'),
    ...first.filter(({ sign, line }) => sign === '+' && added.every((lines) => lines.has(line))),
  ];
}

/** How many commits there were that the remote did not have, and how many of them changed something outside of the export directory. */
export interface OutgoingCount {
  readonly commits: number;
  readonly others: number;
}

/** Counts what a push of a merge sent, by what the remote had before. Throws `io`. */
export function countOutgoing({ repository, dir, upstream, theirs, commit }: MadeMerge): OutgoingCount {
  if (commit === undefined) return { commits: 0, others: 0 };
  const { remote, branch } = upstream;
  // The push itself moved what says where the branch there is.
  const elsewhere = ['--not', `--exclude=${remote}/${branch}`, `--remotes=${remote}`];
  const known = theirs === undefined ? elsewhere : ['--not', theirs];
  const names = ['--name-only', '--no-renames', '--diff-merges=off', `--format=tformat:${COMMIT}`];
  const folder = pathInRepository(repository, dir);
  let commits = 0;
  let others = 0;
  let isOther = false;
  for (const line of gitLines([...LOG, ...names, commit, ...known], repository.root)) {
    if (line === COMMIT) {
      commits += 1;
      isOther = false;
    } else if (!isOther && line !== '' && !isInside(folder, line)) {
      others += 1;
      isOther = true;
    }
  }
  return { commits, others };
}

/** Stands where a commit begins: no path is called so. */
const COMMIT = '//';

/** A name with odd characters stands in quotes. */
function isInside(folder: string, line: string): boolean {
  return folder === '.' || line.startsWith(`${folder}/`) || line.startsWith(JSON.stringify(`${folder}/`).slice(0, -1));
}
