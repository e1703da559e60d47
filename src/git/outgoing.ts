import { PLAIN, patchReader } from './patch.js';
import type { ChangedLine } from './patch.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { streamGit } from './run.js';

/**
 * Reads the commits of HEAD that a remote does not have yet, as far as git knows, and hands on what each changed in a folder. A merge
 * says nothing that its sides do not say.
 */
export async function readOutgoing(
  repository: Repository,
  dir: string,
  { remote, theirs }: { readonly remote: string; readonly theirs: string | undefined },
  onCommit: (changes: readonly ChangedLine[]) => void,
): Promise<void> {
  const range = ['--no-merges', 'HEAD', '--not', `--remotes=${remote}`, ...(theirs === undefined ? [] : [theirs])];
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
