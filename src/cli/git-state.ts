import type { Registry } from '../registry/entity.js';
import { folderStatus } from '../git/commit-folder.js';
import { findRepository, findUnfinished, inTheMiddle } from '../git/repository.js';
import type { Unfinished } from '../git/repository.js';
import { driverState } from '../git/set-up.js';
import type { DriverState } from '../git/set-up.js';
import { failure, warning } from './outcome.js';
import type { Line } from './outcome.js';

/** What git has to do with an export directory in this clone. */
export interface GitState {
  /** Whether data files merge by the driver here. */
  readonly driver: DriverState;
  /** What git is in the middle of. */
  readonly unfinished: Unfinished | null;
  /** Files of the directory that git calls unmerged. */
  readonly unmerged: readonly string[];
  /** Files of the directory that are for nobody else, and that an ignore file lets through to `git add`. */
  readonly letThrough: readonly string[];
}

/** Looks at the work tree of a folder; undefined outside of one. */
export function findGitState(registry: Registry, folder: string, dir: string): GitState | undefined {
  const repository = findRepository(folder);
  if (repository === undefined) return undefined;
  const unfinished = findUnfinished(repository) ?? null;
  const { unmerged, others } = folderStatus(repository, registry, dir);
  return {
    driver: driverState(repository, dir),
    unfinished,
    unmerged,
    letThrough: others,
  };
}

const DRIVER: Readonly<Record<Exclude<DriverState, 'installed'>, string>> = {
  missing: 'is not set up in this clone; sc-sync init sets it up',
  stale: 'of this clone lies elsewhere; sc-sync init sets it up again',
  unused: 'is not the one that git attributes name for data files; see git check-attr -a, and run sc-sync init',
};

/** What somebody should know of it. */
export function describeGit({ driver, unfinished, unmerged, letThrough: others }: GitState): Line[] {
  return [
    ...(driver === 'installed' ? [] : [warning(`the merge driver ${DRIVER[driver]}`)]),
    ...(unfinished === null ? [] : [warning(inTheMiddle(unfinished))]),
    ...others.map((path) => warning(`${path} is not ignored: sc-sync push leaves it out, and git add would not`)),
    ...unmerged.map((name) => failure(`${name} is unmerged: run sc-sync resolve`)),
  ];
}
