import { join, resolve } from 'node:path';

import { fileExists } from '../files/file.js';
import { extendGitignore } from '../files/gitignore.js';
import { ensureOwnLines } from '../files/managed-lines.js';
import type { OwnLines } from '../files/managed-lines.js';
import { areFirm, attributesOf, firmAttributes } from './attributes.js';
import { driverCommand, driverName } from './driver-command.js';
import type { InstalledHook } from './hooks.js';
import { describeObstacle, filesOf, obstaclesOf } from './obstacles.js';
import { isInCache, leftOut } from './program-path.js';
import { findRepository, pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git, tryGit } from './run.js';
import { pathspecOf } from './stated-drivers.js';

/** One thing that was done in a repository, with what is needed to take it back. */
export type Step =
  | OwnLines
  | InstalledHook
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'driver'; readonly name: string };

/** Where this clone's configuration keeps what was done in it: it is never committed, and goes with the clone. */
const MEMORY = 'sc-sync.added';

/** What this clone's repository was changed by, oldest first. */
export function rememberedSteps({ root }: Repository): Step[] {
  const values = tryGit(['config', '--local', '-z', '--get-all', MEMORY], { cwd: root });
  return [...new Set(values?.split('\0'))].flatMap((value) => (value === '' ? [] : [JSON.parse(value) as Step]));
}

/** Remembers what was done, for `--undo`. Made anew, a thing is to be taken back once. */
export function rememberStep(repository: Repository, step: Step): void {
  const known = rememberedSteps(repository);
  for (const old of known.filter((other) => isSameThing(other, step))) forgetStep(repository, old);
  git(['config', '--local', '--add', MEMORY, JSON.stringify(step)], { cwd: repository.root });
}

function isSameThing(one: Step, other: Step): boolean {
  return one.kind === other.kind && placeOf(one) === placeOf(other);
}

/** Lines are added to one file more than once, each time others. */
function placeOf(step: Step): string {
  if (step.kind === 'lines') return JSON.stringify(step);
  return step.kind === 'driver' ? step.name : step.path;
}

/** Forgets one thing that was done; with the last one, that there was any. */
export function forgetStep(repository: Repository, step: Step): void {
  const { root } = repository;
  git(['config', '--local', '--fixed-value', '--unset-all', MEMORY, JSON.stringify(step)], { cwd: root });
  if (rememberedSteps(repository).length > 0) return;
  tryGit(['config', '--local', '--remove-section', 'sc-sync'], { cwd: root });
}

/** The file of attributes that lies in git's own folder: no commit brings it, and it wins over all `.gitattributes` files. */
function cloneAttributes({ root }: Repository): string {
  return resolve(root, git(['rev-parse', '--git-path', 'info/attributes'], { cwd: root }).trimEnd());
}

/** The attributes of an export directory: its files merge by the driver, and have the same bytes on every machine. */
function attributesFor(dir: string): string[] {
  return [`*.jsonl text eol=lf merge=${driverName(dir)}`, 'sync.json text eol=lf', 'registry.json text eol=lf'];
}

/**
 * Sets an export directory up for git: what git sees of it, how its files merge, the driver in the clone's configuration. Gives a
 * line about each thing that was done. Throws `io`.
 */
export function setUpFolder(repository: Repository, dir: string): string[] {
  return [
    ...noteLines(repository, extendGitignore(dir)),
    ...addAttributes(repository, join(dir, '.gitattributes'), attributesFor(dir)),
    ...addAttributes(repository, cloneAttributes(repository), [firmAttributes(repository, dir)]),
    ...setUpDriver(repository, driverName(dir), 'merges records of savecontext-sync', driverCommand()),
    ...obstaclesOf(repository, dataPaths(repository, dir)).map((obstacle) => `warning: ${describeObstacle(obstacle)}`),
  ];
}

/** The data files of an export directory, and what stands for those that are still to come. */
function dataPaths(repository: Repository, dir: string): string[] {
  const folder = pathInRepository(repository, dir);
  if (folder.startsWith('../')) return [];
  const prefix = folder === '.' ? '' : `${folder}/`;
  return [`${prefix}*.jsonl`, ...filesOf(repository, [pathspecOf(prefix, '/*.jsonl')])];
}

/**
 * Does what writes the files of an export directory. Where somebody had removed the folder, the attributes that this clone is set up with
 * come back too, as the ignore file does: without them the files would merge as text.
 */
export function withAttributes<T>(dir: string, write: () => T): T {
  const isThere = (): boolean => fileExists(join(dir, '.gitignore'));
  const wasThere = isThere();
  const result = write();
  const repository = wasThere || !isThere() ? undefined : findRepository(dir);
  if (repository?.setting(`merge.${driverName(dir)}.driver`) !== undefined) {
    addAttributes(repository, join(dir, '.gitattributes'), attributesFor(dir));
  }
  return result;
}

/** Sees to it that a file of attributes has some lines. */
export function addAttributes(repository: Repository, path: string, lines: readonly string[]): string[] {
  const content = ['# Made by savecontext-sync: records merge one by one.', ...lines]
    .map((line) => `${line}\n`)
    .join('');
  const missing = (text: string): string[] => {
    const present = new Set(text.split('\n').map((line) => line.trim()));
    return lines.filter((line) => !present.has(line));
  };
  return noteLines(repository, ensureOwnLines(path, content, missing));
}

/** Remembers lines of ours for `--undo`, and says what was done. */
export function noteLines(repository: Repository, own: OwnLines | undefined): string[] {
  if (own === undefined) return [];
  rememberStep(repository, own);
  const name = pathInRepository(repository, own.path);
  if (own.kind === 'file') return [`created ${name}`];
  const said = own.lines.filter((line) => !line.startsWith('#'));
  return [`added to ${name}: ${(said.length === 0 ? own.lines : said).join(', ')}`];
}

/** Sets a merge driver up in this clone's configuration. */
export function setUpDriver(repository: Repository, name: string, says: string, command: string): string[] {
  const { root } = repository;
  const found = tryGit(['config', '--local', '--get', `merge.${name}.driver`], { cwd: root });
  if (found === command) return [];
  if (isInCache()) return found === undefined ? [leftOut('the merge driver')] : [];
  git(['config', '--local', `merge.${name}.name`, says], { cwd: root });
  git(['config', '--local', `merge.${name}.driver`, command], { cwd: root });
  if (found !== undefined) return [`updated the merge driver ${name} in this clone's configuration`];
  rememberStep(repository, { kind: 'driver', name });
  return [`set up the merge driver ${name} in this clone's configuration`];
}

/** Whether this clone merges data files by the driver. */
export type DriverState =
  /** The configuration names none. */
  | 'missing'
  /** It names one that lies elsewhere. */
  | 'stale'
  /** Attributes name another one for data files, or none. */
  | 'unused'
  | 'installed';

/** Whether this clone merges the files of an export directory by the driver. */
export function driverState({ root, setting }: Repository, dir: string): DriverState {
  const found = setting(`merge.${driverName(dir)}.driver`);
  if (found === undefined) return 'missing';
  if (found !== driverCommand() && !isInCache()) return 'stale';
  if (areFirm(root, dir)) return 'installed';
  const [merge] = attributesOf(root, ['merge'], [pathInRepository({ root }, join(dir, 'any.jsonl'))]);
  return merge?.value === driverName(dir) ? 'installed' : 'unused';
}
