import type { MadeMerge } from './merge-upstream.js';
import { LOG, readPatches } from './patch.js';
import type { ChangedLine } from './patch.js';
import { literally, pathInRepository } from './repository.js';

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
