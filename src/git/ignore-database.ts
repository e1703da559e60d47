import { join } from 'node:path';

import { resolvePath } from '../files/directory.js';
import { ensureOwnLines } from '../files/managed-lines.js';
import { literally, pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { tryGit } from './run.js';
import { noteLines } from './set-up.js';

/** The files of SQLite beside a database that is open, and what a restore has put aside. */
const BESIDE = ['-wal', '-shm'] as const;

/**
 * Sees to it that git ignores a database in the work tree: it is of this machine, and would go out with a `git add` of everything. Gives a line
 * about each thing that was done. Throws `io`.
 */
export function ignoreDatabase(repository: Repository, database: string): string[] {
  const { root: cwd } = repository;
  const name = pathInRepository(repository, resolvePath(database));
  if (name.startsWith('../')) return [];
  if (tryGit(['ls-files', '--error-unmatch', '--', literally(name)], { cwd }) !== undefined) {
    return [`warning: git has the database ${name}; take it out with git rm --cached, for it is of this machine`];
  }
  const isIgnored = (path: string): boolean => tryGit(['check-ignore', '--quiet', '--', path], { cwd }) !== undefined;
  if ([name, ...BESIDE.map((end) => `${name}${end}`)].every(isIgnored)) return [];
  const pattern = `/${name.replaceAll(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ')}`;
  const lines = [pattern, `${pattern}-*`, `${pattern}.*.old`];
  const missing = (text: string): string[] => {
    const present = new Set(text.split(/\r?\n/));
    return lines.filter((line) => !present.has(line));
  };
  const content = ['# Made by savecontext-sync: the database is of this machine.', ...lines];
  return noteLines(
    repository,
    ensureOwnLines(join(cwd, '.gitignore'), content.map((line) => `${line}\n`).join(''), missing),
  );
}
