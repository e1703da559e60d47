import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Registry } from '../registry/entity.js';
import { folderStatus } from '../git/commit-folder.js';
import { findRepository, findUnfinished, inTheMiddle, pathInRepository } from '../git/repository.js';
import type { Unfinished } from '../git/repository.js';
import { describeOtherFiles, lookAtOtherFiles } from '../git/set-up-others.js';
import type { OtherFiles } from '../git/set-up-others.js';
import { driverState } from '../git/set-up.js';
import type { DriverState } from '../git/set-up.js';
import { isFolder } from '../files/directory.js';
import { failure, warning } from './outcome.js';
import type { Line } from './outcome.js';
import type { Session } from './session.js';

/** What git has to do with an export directory in this clone. */
export interface GitState extends OtherFiles {
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
    ...lookAtOtherFiles(repository, pathInRepository(repository, join(dir, '*.jsonl'))),
  };
}

const DRIVER: Readonly<Record<Exclude<DriverState, 'installed'>, string>> = {
  missing: 'is not set up in this clone; sc-sync init sets it up',
  stale: 'of this clone lies elsewhere; sc-sync init sets it up again',
  unused: 'is not the one that git attributes name for data files; see git check-attr -a, and run sc-sync init',
};

/** What somebody should know of it. */
export function describeGit(state: GitState): Line[] {
  const { driver, unfinished, unmerged, letThrough } = state;
  return [
    ...(driver === 'installed' ? [] : [warning(`the merge driver ${DRIVER[driver]}`)]),
    ...describeOtherFiles(state).map((what) => warning(what)),
    ...(unfinished === null ? [] : [warning(inTheMiddle(unfinished))]),
    ...letThrough.map((path) => warning(`${path} is not ignored: sc-sync push leaves it out, and git add would not`)),
    ...unmerged.map((name) => failure(`${name} is unmerged: run sc-sync resolve`)),
  ];
}

/**
 * Looks at the files of other programs, where a team has nothing but those: the attributes name a driver for them, and there are no files of an
 * export directory and no database. Else undefined.
 */
export function findOnlyOtherFiles(session: Session): OtherFiles | undefined {
  if (hasProject(session)) return undefined;
  const repository = findRepository(session.resolve('.'));
  const found = repository === undefined ? undefined : lookAtOtherFiles(repository);
  return found?.drivers.length === 0 ? undefined : found;
}

/** Whether there is an export directory or a database. */
export function hasProject(session: Session): boolean {
  return isFolder(session.folder()) || existsSync(session.database.path);
}
