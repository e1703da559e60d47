import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { workTreeOf } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { gitFolder } from '../files/git-folder.js';
import { readPlain } from '../files/file.js';
import { hasMarkers } from '../merge/markers.js';
import type { FileSides } from '../merge/file.js';
import { readBlobs } from './objects.js';
import { literally, pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git } from './run.js';

/** One of the versions that git's index has of an unmerged file. */
interface UnmergedVersion {
  /** The file's name in the export directory. */
  readonly name: string;
  readonly side: keyof FileSides;
  readonly object: string;
}

const SIDES = ['base', 'ours', 'theirs'] as const;

/** The versions of all files of an export directory that git calls unmerged. */
function unmergedVersions(repository: Pick<Repository, 'root'>, dir: string): UnmergedVersion[] {
  const folder = pathInRepository(repository, dir);
  return git(['ls-files', '-u', '-z', '--', literally(folder)], { cwd: repository.root })
    .split('\0')
    .flatMap((entry) => {
      const [, object, stage, path] = /^\d+ ([0-9a-f]+) ([123])\t(.*)$/s.exec(entry) ?? [];
      const side = SIDES[Number(stage) - 1];
      if (object === undefined || side === undefined || path === undefined) return [];
      return [{ object, side, name: path.slice(folder === '.' ? 0 : folder.length + 1) }];
    });
}

/** The versions of an unmerged file that the index has. */
export type Stages = Readonly<Partial<Record<keyof FileSides, Buffer>>>;

/** The files of a folder that git calls unmerged, by their paths in it, with their versions. */
export function unmergedFiles(repository: Pick<Repository, 'root'>, dir: string): Map<string, Stages> {
  const versions = unmergedVersions(repository, dir);
  const contents = readBlobs(
    repository.root,
    versions.map(({ object }) => object),
  );
  const files = new Map<string, Stages>();
  for (const [index, { side, name }] of versions.entries()) {
    files.set(name, { ...files.get(name), [side]: contents[index] });
  }
  return files;
}

/** The names of the files of an export directory that git calls unmerged. */
function unmergedNames(repository: Pick<Repository, 'root'>, dir: string): string[] {
  return [...new Set(unmergedVersions(repository, dir).map(({ name }) => name))];
}

/** What lies in git's folder while something is unfinished, or was begun without a commit to come (`--squash`, `--no-commit`). */
const MARKS = ['MERGE_HEAD', 'MERGE_MSG', 'SQUASH_MSG', 'AUTO_MERGE', 'rebase-merge', 'rebase-apply'];
/** A stash that conflicts leaves no mark, but stays. It is one for all work trees, and does not show where refs lie in tables. */
const SHARED_MARKS = ['logs/refs/stash', 'reftable'];

/** The same for whatever work tree the directory lies in. Git is started only where its folder says that there may be any. */
function findUnmerged(dir: string): string[] {
  const root = workTreeOf(dir);
  if (root === undefined) return [];
  const own = gitFolder(root);
  const link = join(own, 'commondir');
  const shared = existsSync(link) ? resolve(own, readFileSync(link, 'utf8').trim()) : own;
  const marks = [...MARKS.map((name) => join(own, name)), ...SHARED_MARKS.map((name) => join(shared, name))];
  return marks.some((path) => existsSync(path)) ? unmergedNames({ root }, dir) : [];
}

/**
 * Throws `refused` where an unmerged data file has no conflict markers: what stands there may be one side only, and would pass for what both
 * say. A file with markers says so itself.
 */
export function requireMerged(dir: string): void {
  const names = findUnmerged(dir).filter((name) => name.endsWith('.jsonl') && !isMarked(join(dir, name)));
  if (names.length === 0) return;
  throw new SyncError('refused', `Nothing was changed: git stopped in a merge of data files in ${dir}`, {
    details: names.map((name) => `unmerged: ${name}`),
    hint: 'sc-sync resolve heals them; or take what stands there with git add',
  });
}

function isMarked(path: string): boolean {
  const bytes = readPlain(path);
  return bytes !== undefined && hasMarkers(bytes.toString());
}
