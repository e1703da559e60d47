import { SyncError } from '../errors.js';
import { git } from './run.js';

/** How git marks what is no file and no folder: a symbolic link, a submodule. */
const ODD: Readonly<Record<string, string>> = { '120000': 'a symbolic link', '160000': 'a submodule' };

/**
 * Throws `refused` where a commit has a link or a submodule in an export directory, or in the place of a folder on the way to it: checked out,
 * it would lead out of the repository.
 *
 * @param folder the path of the directory in the repository.
 */
export function requirePlainTree(cwd: string, commit: string, folder: string): void {
  const parts = folder === '.' ? [] : folder.split('/');
  const onTheWay = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const paths = parts.length === 0 ? [] : ['--', ...onTheWay, `${folder}/`];
  const found = git(['ls-tree', '-t', '-z', '--full-tree', commit, ...paths], { cwd })
    .split('\0')
    .flatMap((entry) => {
      const [, mode = '', path = ''] = /^(\d+) \w+ [0-9a-f]+\t(.*)$/s.exec(entry) ?? [];
      return mode in ODD ? [`${path} is ${ODD[mode] ?? ''}`] : [];
    });
  if (found.length === 0) return;
  throw new SyncError(
    'refused',
    'Cannot merge: the data folder of the remote has more than plain files; the branch is where it was',
    {
      details: found,
      hint: 'see in git log who committed that; git pull, git rm what is named, then push again',
    },
  );
}
