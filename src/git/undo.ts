import { existsSync, readFileSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf } from '../errors.js';
import { atomicWrite, namesIn } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { withoutOwn, withoutOwnIn } from '../files/managed-lines.js';
import type { OwnLines } from '../files/managed-lines.js';
import { sha256 } from '../record/json.js';
import type { InstalledHook } from './hooks.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { runGit, tryGit } from './run.js';
import { forgetStep, rememberedSteps } from './set-up.js';
import type { Step } from './set-up.js';

/** What a step taken back is told with, and what became of it: `left` to the user, who changed it since, or `failed`, to be tried again. */
export interface Undone {
  readonly says: string;
  readonly came: 'done' | 'left' | 'failed';
}

/**
 * Takes back what was done in this clone's repository, the last thing first. What somebody changed or committed since stays, and is named. A step that
 * fails stops none of the others, and is the only one that is remembered.
 */
export function undoSetUp(repository: Repository): Undone[] {
  // Several steps may have written into one file: what became of it is said once, and what was not done goes before what was.
  const told = new Map<string, Undone>();
  for (const step of rememberedSteps(repository).reverse()) {
    const undone = tryUndo(repository, step);
    if (undone.came !== 'failed') forgetStep(repository, step);
    const about = step.kind === 'driver' ? step.name : step.path;
    if ((told.get(about)?.came ?? 'done') === 'done') told.set(about, undone);
  }
  return [...told.values()];
}

function tryUndo(repository: Repository, step: Step): Undone {
  try {
    return undo(repository, step);
  } catch (error) {
    return { says: messageOf(error), came: 'failed' };
  }
}

function undo(repository: Repository, step: Step): Undone {
  switch (step.kind) {
    case 'file':
    case 'lines':
      return undoLines(repository, step);
    case 'folder':
      return undoFolder(step.path);
    case 'driver':
      tryGit(['config', '--local', '--remove-section', `merge.${step.name}`], { cwd: repository.root });
      return { says: `took the merge driver ${step.name} out of this clone's configuration`, came: 'done' };
    case 'hook':
      return undoHook(step);
  }
}

function undoLines(repository: Repository, own: OwnLines): Undone {
  const { path } = own;
  if (!existsSync(path)) return isGone(path);
  if (isCommitted(repository, own)) {
    return { says: `left ${path} as it is: it is committed, so others use it`, came: 'left' };
  }
  const before = withoutOwn(own);
  if (before === undefined) return { says: `left ${path} as it is: it was changed since`, came: 'left' };
  if (before === null) {
    withIoErrors(path, 'remove', () => rmSync(path));
    return { says: `removed ${path}`, came: 'done' };
  }
  atomicWrite(path, before);
  return { says: `took the lines out of ${path}`, came: 'done' };
}

/** Whether the commit that is checked out has what was added. */
function isCommitted({ root }: Repository, own: OwnLines): boolean {
  const blob = `HEAD:${pathInRepository({ root }, own.path)}`;
  const { status, stdout } = runGit(['cat-file', 'blob', blob], { cwd: root });
  return status === 0 && withoutOwnIn(own, Buffer.from(stdout)) !== undefined;
}

const isGone = (path: string): Undone => ({ says: `${path} is gone already`, came: 'done' });

/** What this program leaves in an export directory and git does not see. */
const LEFTOVER = '.sync.lock';

function undoFolder(path: string): Undone {
  if (!existsSync(path)) return isGone(path);
  const names = namesIn(path);
  if (!names.every((name) => name.startsWith(LEFTOVER))) {
    return {
      says: `left the folder ${path}: it holds ${names.filter((name) => !name.startsWith(LEFTOVER)).join(', ')}`,
      came: 'left',
    };
  }
  withIoErrors(path, 'remove', () => {
    for (const name of names) rmSync(join(path, name));
    rmdirSync(path);
  });
  return { says: `removed the folder ${path}`, came: 'done' };
}

function undoHook({ path, sha256: hash, before }: InstalledHook): Undone {
  const text = existsSync(path) ? withIoErrors(path, 'read', () => readFileSync(path, 'utf8')) : undefined;
  if (text !== undefined && sha256(text) !== hash) {
    return { says: `left ${path} as it is: it was changed since`, came: 'left' };
  }
  if (before !== null && existsSync(before)) {
    withIoErrors(before, 'rename', () => renameSync(before, path));
    return { says: `put the hook ${path} back`, came: 'done' };
  }
  if (text === undefined) return isGone(path);
  withIoErrors(path, 'remove', () => rmSync(path));
  const lost = before === null ? '' : `; the one that was there before is gone: ${before}`;
  return { says: `removed the hook ${path}${lost}`, came: 'done' };
}
