import { SyncError } from '../errors.js';
import { readObjects } from './objects.js';

/** What a tree of git has under a name. */
export interface TreeEntry {
  readonly mode: string;
  readonly object: string;
}

/** A folder as git keeps it. Names are bytes, each taken for a character. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** The mode of a tree in a tree. */
export const FOLDER = '40000';

/** Says whether an entry is a file with text in it. */
export function isFile(entry: TreeEntry | undefined): entry is TreeEntry {
  return entry?.mode.startsWith('100') === true;
}

function parseTree(content: Buffer, idBytes: number): Tree {
  const tree = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(' ', at);
    const end = content.indexOf('\0', space);
    const next = end + 1 + idBytes;
    tree.set(content.toString('latin1', space + 1, end), {
      mode: content.toString('latin1', at, space),
      object: content.toString('hex', end + 1, next),
    });
    at = next;
  }
  return tree;
}

/** A tree as git writes it: by the bytes of its names, and of folders as if a slash stood after them. */
export function formatTree(tree: Tree): Buffer {
  const key = ([name, { mode }]: [string, TreeEntry]): string => (mode === FOLDER ? `${name}/` : name);
  const entries = [...tree].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return Buffer.concat(
    entries.flatMap(([name, { mode, object }]) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(object, 'hex'),
    ]),
  );
}

/** The names on the way from the root of a repository to a folder, as trees have them. */
export function namesOnTheWay(folder: string): string[] {
  return folder === '.' ? [] : Buffer.from(folder).toString('latin1').split('/');
}

/** The trees of each commit from its root to a folder, fewer where it does not go so far: all by one process. Throws `io`. */
export function readWays(cwd: string, commits: readonly string[], folder: string): (readonly Tree[])[] {
  const parts = folder === '.' ? [] : folder.split('/');
  const paths = ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
  const found = readObjects(
    cwd,
    commits.flatMap((commit) => paths.map((path) => `${commit}:${path}`)),
  );
  return commits.map((_, index) => {
    const way = found.slice(index * paths.length, (index + 1) * paths.length);
    const end = way.findIndex((each) => each?.type !== 'tree');
    return (end === -1 ? way : way.slice(0, end)).flatMap((each) =>
      each === undefined ? [] : [parseTree(each.content, each.object.length / 2)],
    );
  });
}

/** How git marks what is no file and no folder: a symbolic link, a submodule. */
const ODD: Readonly<Record<string, string>> = { '120000': 'a symbolic link', '160000': 'a submodule' };

/**
 * Throws `refused` where a commit has a link or a submodule in an export directory, or in the place of a folder on the way to it: checked out,
 * it would lead out of the repository.
 *
 * @param way the trees from the root to the directory
 * @param folder the path of the directory in the repository.
 */
export function requirePlain(way: readonly Tree[], folder: string): void {
  const parts = namesOnTheWay(folder);
  const found = way.flatMap((tree, depth) => {
    const next = parts[depth];
    const entries = next === undefined ? [...tree] : [...tree].filter(([name]) => name === next);
    return entries.flatMap(([name, { mode }]) => {
      const path = Buffer.from([...parts.slice(0, depth), name].join('/'), 'latin1').toString();
      return mode in ODD ? [`${path} is ${ODD[mode] ?? ''}`] : [];
    });
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
