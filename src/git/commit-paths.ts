import { SyncError } from '../errors.js';
import { hasOtherHooks } from './hooks.js';
import { literally } from './repository.js';
import type { Repository } from './repository.js';
import { git, gitFailed, runGit, runWithLockRetry, tryGit } from './run.js';
import type { GitResult } from './run.js';

/** A file that git does not have as it is. */
export interface ChangedPath {
  readonly path: string;
  /** What the index has of it, as `git update-index --index-info` reads it: nothing, a file, or the versions of an unmerged one. */
  readonly staged: readonly string[];
}

/** Files in the index of a clone, from before somebody stages them until they are committed, or are as they were. */
export class StagedPaths {
  readonly #cwd: string;
  readonly #paths: readonly string[];
  /** What the index had of the files, as `git update-index --index-info` reads it. */
  readonly #before: string;
  /** Files that somebody else staged; undefined where no hook can change what is staged or committed. */
  readonly #others: ReadonlySet<string> | undefined;

  private constructor(repository: Repository, changed: readonly ChangedPath[]) {
    const { root: cwd, setting } = repository;
    this.#cwd = cwd;
    this.#paths = changed.map(({ path }) => path);
    const none = '0'.repeat(setting('extensions.objectformat') === 'sha256' ? 64 : 40);
    const lines = [...this.#paths.map((path) => `0 ${none}\t${path}`), ...changed.flatMap(({ staged }) => staged)];
    this.#before = lines.map((line) => `${line}\0`).join('');
    const mine = new Set(this.#paths);
    if (hasOtherHooks(repository)) this.#others = new Set(stagedNames(cwd, []).filter((path) => !mine.has(path)));
  }

  /** Stages files as the work tree has them, those that are gone too. Throws `io` and `busy`. */
  static async stage(repository: Repository, changed: readonly ChangedPath[]): Promise<StagedPaths> {
    const staged = new StagedPaths(repository, changed);
    const add = addCommand(staged.#paths);
    const { status, stderr } = await runWithLockRetry(add, { cwd: repository.root });
    if (status !== 0) throw gitFailed(add, stderr);
    return staged;
  }

  /**
   * Commits some of the files and nothing else. A hook may change files or add some: git has them in the commit then, and leaves the
   * index as it was before the hook, so that the next commit would take them back.
   */
  async commit(paths: readonly string[], message: string, env: Readonly<Record<string, string>>): Promise<GitResult> {
    const args = ['commit', '--quiet', '--only', '-m', message, '--', ...paths.map(literally)];
    const result = await runWithLockRetry(args, { cwd: this.#cwd, env });
    if (result.status === 0 && this.#others !== undefined) await this.#followHooks(this.#others);
    return result;
  }

  async #followHooks(others: ReadonlySet<string>): Promise<void> {
    const cwd = this.#cwd;
    const stale = new Set(stagedNames(cwd, ['HEAD']));
    const committed = git(
      ['diff-tree', '--root', '--no-commit-id', '--name-only', '--no-renames', '-r', '-z', 'HEAD'],
      {
        cwd,
      },
    );
    const names = committed.split('\0').filter((path) => stale.has(path) && !others.has(path));
    if (names.length > 0) await runWithLockRetry(['reset', '--quiet', 'HEAD', '--', ...names.map(literally)], { cwd });
  }

  /** Puts the index back, of the files that were to be committed. */
  takeBack(): void {
    // Whoever committed meanwhile changed the index; what they left is theirs.
    if (tryGit(['diff', '--cached', '--quiet', '--', ...this.#paths.map(literally)], { cwd: this.#cwd }) !== undefined)
      return;
    runGit(['update-index', '-z', '--index-info'], { cwd: this.#cwd, input: this.#before });
  }
}

function stagedNames(cwd: string, against: readonly string[]): string[] {
  const args = ['diff', '--cached', '--name-only', '--no-renames', '-z', ...against];
  return git(args, { cwd })
    .split('\0')
    .filter((path) => path !== '');
}

/** Stages files: those that are gone too, in the index as well. `git add` would take none of all for that. */
export function addCommand(paths: readonly string[]): string[] {
  return ['update-index', '--add', '--remove', '--', ...paths];
}

/** The error for a commit that git, a signature or a hook refused. */
export function commitFailed({ stdout, stderr }: GitResult): SyncError {
  const [first = '', ...details] = (stderr.trim() === '' ? stdout : stderr).trim().split('\n');
  const isSigning = /gpg|sign the data|ssh-keygen|x509/i.test(stderr);
  return new SyncError('io', `Cannot commit the data folder: ${first === '' ? 'git gave no reason' : first}`, {
    details,
    hint: isSigning
      ? 'mend what signs commits (git config commit.gpgSign), then try again; the records are in the files'
      : 'see what git or a hook of this clone says; --message says what the commit says, and so does commit.message in sync.json',
  });
}
