import type { MadeMerge } from './merge-upstream.js';
import { LOG, readPatches } from './patch.js';
import type { ChangedLine } from './patch.js';
import { pathInRepository } from './repository.js';

/**
 * Reads the commits of this clone that the remote does not have yet, as far as git knows, and gives what each changed in the export
 * directory. A merge says nothing that its sides do not say.
 */
export function* readOutgoing({ repository, dir, upstream, head, theirs }: MadeMerge): Generator<ChangedLine[]> {
  if (head === undefined) return;
  const known = ['--not', `--remotes=${upstream.remote}`, ...(theirs === undefined ? [] : [theirs])];
  const path = `:(top,literal)${pathInRepository(repository, dir)}`;
  let changes: ChangedLine[] = [];
  for (const change of readPatches(
    [...LOG, '--format=%x00', '--no-merges', head, ...known, '--', path],
    repository.root,
  )) {
    if (change.sign !== 'commit') changes.push(change);
    else {
      yield changes;
      changes = [];
    }
  }
  yield changes;
}
