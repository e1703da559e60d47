import type { MadeMerge } from './merge-upstream.js';
import { PLAIN, patchReader } from './patch.js';
import type { ChangedLine } from './patch.js';
import { pathInRepository } from './repository.js';
import { streamGit } from './run.js';

/**
 * Reads the commits of this clone that the remote does not have yet, as far as git knows, and hands on what each changed in the export
 * directory. A merge says nothing that its sides do not say.
 */
export async function readOutgoing(
  { repository, dir, upstream, head, theirs }: MadeMerge,
  onCommit: (changes: readonly ChangedLine[]) => void,
): Promise<void> {
  if (head === undefined) return;
  const range = [
    '--no-merges',
    head,
    '--not',
    `--remotes=${upstream.remote}`,
    ...(theirs === undefined ? [] : [theirs]),
  ];
  const path = `:(top,literal)${pathInRepository(repository, dir)}`;
  let read = patchReader();
  let changes: ChangedLine[] = [];
  await streamGit(['log', '--format=%x00', ...PLAIN, ...range, '--', path], { cwd: repository.root }, (line) => {
    if (line === '\0') {
      onCommit(changes);
      [read, changes] = [patchReader(), []];
      return;
    }
    const changed = read(line);
    if (changed !== undefined) changes.push(changed);
  });
  onCommit(changes);
}
