import { existsSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { atomicWrite, withIoErrors } from '../jsonl/file.js';
import { withoutOwn } from '../jsonl/own-lines.js';
import type { OwnLines } from '../jsonl/own-lines.js';
import { sha256 } from '../record/json.js';
import type { InstalledHook } from './hooks.js';
import type { Repository } from './repository.js';
import { tryGit } from './run.js';
import { forgetSteps, rememberedSteps } from './set-up.js';
import type { Step } from './set-up.js';

/** What a step taken back is told with, and whether nothing of it stayed. */
interface Undone {
  readonly says: string;
  readonly isDone: boolean;
}

/**
 * Takes back what was done in this clone's repository, the last thing first. What somebody changed since stays, and is named. Throws `io`.
 */
export function undoSetUp(repository: Repository): Undone[] {
  const steps = rememberedSteps(repository);
  const undone = steps.reverse().map((step) => undo(repository, step));
  if (steps.length > 0) forgetSteps(repository);
  return undone;
}

function undo(repository: Repository, step: Step): Undone {
  switch (step.kind) {
    case 'file':
    case 'lines':
      return undoLines(step);
    case 'folder':
      return undoFolder(step.path);
    case 'driver':
      tryGit(['config', '--local', '--remove-section', `merge.${step.name}`], { cwd: repository.root });
      return { says: `took the merge driver ${step.name} out of this clone's configuration`, isDone: true };
    case 'hook':
      return undoHook(step);
  }
}

function undoLines(own: OwnLines): Undone {
  const { path } = own;
  const before = withoutOwn(own);
  if (before === undefined) return { says: `left ${path} as it is: it was changed since`, isDone: false };
  if (before === null) {
    withIoErrors(path, 'remove', () => rmSync(path));
    return { says: `removed ${path}`, isDone: true };
  }
  atomicWrite(path, before);
  return { says: `took the lines out of ${path}`, isDone: true };
}

/** What this program leaves in an export directory and git does not see. */
const LEFTOVER = '.sync.lock';

function undoFolder(path: string): Undone {
  if (!existsSync(path)) return { says: `${path} is gone already`, isDone: true };
  const names = withIoErrors(path, 'read', () => readdirSync(path));
  if (!names.every((name) => name.startsWith(LEFTOVER))) {
    return {
      says: `left the folder ${path}: it holds ${names.filter((name) => !name.startsWith(LEFTOVER)).join(', ')}`,
      isDone: false,
    };
  }
  withIoErrors(path, 'remove', () => {
    for (const name of names) rmSync(join(path, name));
    rmdirSync(path);
  });
  return { says: `removed the folder ${path}`, isDone: true };
}

function undoHook({ path, sha256: hash, before }: InstalledHook): Undone {
  const isOurs = existsSync(path) && sha256(readFileSync(path, 'utf8')) === hash;
  if (!isOurs) return { says: `left ${path} as it is: it was changed since`, isDone: false };
  withIoErrors(path, 'remove', () => (before === null ? rmSync(path) : renameSync(before, path)));
  return { says: before === null ? `removed the hook ${path}` : `put the hook ${path} back`, isDone: true };
}
