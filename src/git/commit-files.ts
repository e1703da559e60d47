import { SyncError } from '../errors.js';
import type { LinesOfFile } from '../files/differing-records.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git, tryGit } from './run.js';

/** The commit that a name means: a branch, a tag, `HEAD~3`. Throws `usage` where it means none. */
export function requireCommit({ root: cwd }: Repository, name: string): string {
  const commit = tryGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { cwd });
  // `^name` is resolved too, to what is not meant.
  if (commit !== undefined && !commit.startsWith('^')) return commit;
  throw new SyncError('usage', `There is no commit ${JSON.stringify(name)} in ${cwd}`, {
    hint: 'name a branch, a tag or a commit that git log knows',
  });
}

/** The files of an export directory as a commit has them, read from git's objects. */
export function filesOfCommit(repository: Repository, commit: string, dir: string): LinesOfFile {
  const { root: cwd } = repository;
  const folder = pathInRepository(repository, dir);
  const prefix = folder === '.' ? '' : `${folder}/`;
  const paths = prefix === '' ? [] : ['--', prefix];
  const entries = git(['ls-tree', '-z', '--full-tree', commit, ...paths], { cwd }).split('\0');
  const objects = new Map(
    entries.flatMap((entry): [string, string][] => {
      const [, object, path] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
      return object === undefined || path === undefined ? [] : [[path.slice(prefix.length), object]];
    }),
  );
  return function* (name) {
    const object = objects.get(name);
    if (object !== undefined) yield* linesOf(git(['cat-file', 'blob', object], { cwd }));
  };
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    yield text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
  }
}
