import type { MadeMerge } from './merge-upstream.js';
import { LOG, readPatches } from './patch.js';
import type { ChangedLine } from './patch.js';
import { pathInRepository } from './repository.js';

/** What a commit changed, compared with each of its parents. */
interface Comparisons {
  readonly commit: string;
  readonly parents: number;
  readonly changes: ChangedLine[][];
}

/**
 * Reads the commits of this clone that the remote does not have yet, as far as git knows, and gives what each changed in the export
 * directory: a merge, what it has of neither side.
 */
export function* readOutgoing({ repository, dir, upstream, head, theirs }: MadeMerge): Generator<ChangedLine[]> {
  if (head === undefined) return;
  const known = ['--not', `--remotes=${upstream.remote}`, ...(theirs === undefined ? [] : [theirs])];
  const path = `:(top,literal)${pathInRepository(repository, dir)}`;
  const args = [...LOG, '--format=%x00%H%x00%P', head, ...known, '--', path];
  let present: Comparisons = { commit: '', parents: 1, changes: [] };
  for (const change of readPatches(args, repository.root)) {
    if (change.sign !== 'commit') present.changes.at(-1)?.push(change);
    else {
      const [commit = '', parents = ''] = change.head;
      if (commit !== present.commit) {
        yield newIn(present);
        present = { commit, parents: parents.split(' ').length, changes: [] };
      }
      present.changes.push([]);
    }
  }
  yield newIn(present);
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
