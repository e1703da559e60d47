import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { readPlain } from '../files/file.js';
import { driverName } from './driver-command.js';
import { commonGitFolder } from '../files/git-folder.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { tryGit } from './run.js';

/** What git's attributes say of one file. */
export interface FileAttribute {
  readonly path: string;
  readonly name: string;
  /** `unspecified`, `set`, `unset`, or its text. */
  readonly value: string;
}

/**
 * Asks git which attributes are in force for files, wherever they are set. Paths are relative to the root of the work tree. Where git cannot
 * be used there are none.
 */
export function attributesOf(root: string, names: readonly string[], paths: readonly string[]): FileAttribute[] {
  if (paths.length === 0) return [];
  const input = paths.map((path) => `${path}\0`).join('');
  const parts = (tryGit(['check-attr', '-z', '--stdin', ...names], { cwd: root, input }) ?? '').split('\0');
  const found: FileAttribute[] = [];
  for (let at = 0; at + 3 < parts.length; at += 3) {
    const [path = '', name = '', value = ''] = parts.slice(at, at + 3);
    found.push({ path, name, value });
  }
  return found;
}

const FIRM = 'text eol=lf -ident !working-tree-encoding merge=';

/**
 * The attributes that data files keep in this clone, whatever a commit brings: they merge by the driver, and git changes no text of theirs.
 * A filter stays as the team has it, since it may encrypt.
 */
export function firmAttributes(repository: Pick<Repository, 'root'>, dir: string): string {
  return `${attributePattern(`/${globWithin(repository, dir)}*.jsonl`)} ${FIRM}${driverName(dir)}`;
}

/**
 * Whether those are in force for the files of an export directory, read without git: no other file of attributes counts more, and of
 * the lines of this one the last. Where it says less than that, git is to be asked.
 */
export function areFirm(root: string, dir: string): boolean {
  const text = readPlain(join(commonGitFolder(root), 'info/attributes'))?.toString() ?? '';
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const at = lines.lastIndexOf(firmAttributes({ root }, dir));
  // Those of another directory are not for these files.
  return at !== -1 && lines.slice(at + 1).every((line) => line.includes(`*.jsonl ${FIRM}`));
}

/** What a pattern for files in a folder begins with. */
function globWithin(repository: Pick<Repository, 'root'>, folder: string): string {
  const path = pathInRepository(repository, folder);
  return path === '.' ? '' : `${path.replaceAll(/[\\*?[]/g, '\\$&')}/`;
}

/** A pattern with white space or quotes stands in quotes, and so does one that would be a comment. */
export function attributePattern(pattern: string): string {
  if (pattern.startsWith('!') || pattern === '') {
    throw new SyncError(
      'usage',
      `Cannot set up the pattern ${JSON.stringify(pattern)}: git takes none like it in its attributes`,
      {
        hint: "name the files that are meant, for example '*.jsonl'",
      },
    );
  }
  return /^#|[\s"]/.test(pattern) ? JSON.stringify(pattern) : pattern;
}
