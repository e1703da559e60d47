import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { errorCode, withIoErrors } from '../files/io-error.js';
import { linesFrom } from '../files/line-reader.js';

/** What git is called with. */
export interface GitOptions {
  /** The root of a work tree: anywhere below it, what somebody committed could pass for a repository. */
  readonly cwd: string;
  /** What git reads from its standard input. */
  readonly input?: string | Uint8Array | undefined;
  /** An open file that takes what git prints, in place of the result. */
  readonly output?: number | undefined;
  /** Variables beside those of the process, `GIT_AUTHOR_NAME` for example. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Settings for this run alone, as `name=value`. */
  readonly settings?: readonly string[] | undefined;
  /** After that many milliseconds git is stopped. */
  readonly timeout?: number | undefined;
}

/** What a run of git gave. */
export interface GitResult {
  /** The exit status; 128 and more for a failure of git itself. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The only variables of git's own that are handed on: who commits, how a remote is reached, which settings of the user count. */
const KEPT =
  /^GIT_(?:AUTHOR_\w+|COMMITTER_\w+|SSH(?:_\w+)?|ASKPASS|SSL_\w+|HTTP_\w+|PROXY_\w+|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|TERMINAL_PROMPT|EXEC_PATH|TEMPLATE_DIR)$/i;

/**
 * The environment that git runs in. A hook of git sets variables that name its repository and its index; those would
 * redirect every command of ours, so none of them gets through.
 */
function gitEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name) || KEPT.test(name));
  // No lock of the index for questions, messages that can be read by a program, and nobody is asked for a password.
  return { GIT_TERMINAL_PROMPT: '0', ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C', LANGUAGE: '' };
}

/**
 * Settings for every run: nothing that came with a pull names a program to start, submodules are left to the user, and paths are
 * printed as they are.
 */
const SETTINGS = [
  'safe.bareRepository=explicit',
  'core.fsmonitor=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'push.recurseSubmodules=no',
  'core.quotePath=false',
] as const;

/** What git may print: three versions of a file of the longest string fit. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024 - 1;

const asOptions = (settings: readonly string[]): string[] => settings.flatMap((setting) => ['-c', setting]);

/** Runs git, whatever its exit status. Throws `io` when there is no git, or it took too long. */
export function runGit(args: readonly string[], options: GitOptions): GitResult {
  const { status, stdout, stderr } = spawnGit(args, options);
  return { status, stdout: options.output === undefined ? stdout.toString() : '', stderr };
}

/** Runs git and gives the bytes that it printed: files can be longer than the longest string. Throws `io` with git's own words when it fails. */
export function gitBytes(args: readonly string[], options: Omit<GitOptions, 'output'>): Buffer {
  const { status, stdout, stderr } = spawnGit(args, options);
  if (status !== 0) throw gitFailed(args, stderr);
  return stdout;
}

function spawnGit(
  args: readonly string[],
  { cwd, input, output, env, settings = [], timeout }: GitOptions,
): { readonly status: number; readonly stdout: Buffer; readonly stderr: string } {
  const { status, stdout, stderr, error } = spawnSync('git', [...asOptions([...SETTINGS, ...settings]), ...args], {
    cwd,
    env: { ...gitEnvironment(), ...env },
    maxBuffer: MOST_BYTES,
    windowsHide: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', output ?? 'pipe', 'pipe'],
    ...(input !== undefined && { input }),
    ...(timeout !== undefined && { timeout }),
  });
  // A git that gives up before it has read its input says why by itself.
  const isCutOff = errorCode(error) === 'EPIPE' && status !== null;
  if (error !== undefined && !isCutOff) throw cannotRun(error, args);
  return { status: status ?? 128, stdout, stderr: stderr.toString() };
}

/** Runs git and gives what it printed. Throws `io` with git's own words when it fails. */
export function git(args: readonly string[], options: GitOptions): string {
  const { status, stdout, stderr } = runGit(args, options);
  if (status !== 0) throw gitFailed(args, stderr);
  return stdout;
}

/** Runs git and gives what it printed without the last line's end; undefined when it fails, or there is no git. */
export function tryGit(args: readonly string[], options: GitOptions): string | undefined {
  const result = ifGitIsThere(() => runGit(args, options));
  return result?.status === 0 ? result.stdout.replace(/\r?\n$/, '') : undefined;
}

/** What git was asked for; undefined where there is none to ask. */
export function ifGitIsThere<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SyncError && errorCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Settings for a step that is one of many: git looks after the repository (`git gc --auto`) when the folder is committed and when the branch
 * moves, which is often enough.
 */
export const NO_MAINTENANCE = ['maintenance.auto=false', 'gc.auto=0'] as const;

/** How long another git that holds a lock is waited for, in milliseconds. */
const PATIENCE = 30_000;

/** What git says when another one holds the index, moved a ref while it worked, or is just about to make a linked work tree. */
const HELD =
  /\.lock'?: File exists|cannot lock ref '[^']+': is at|bad object worktrees\/[^/]+\/HEAD|failed to read \S*worktrees\/[^/]+\/commondir/;

/** Says whether another git was in the way of one. */
export function isHeld({ stderr }: GitResult): boolean {
  return HELD.test(stderr);
}

/**
 * Runs git, whatever its exit status, and again as long as another git is in its way. Throws `busy` when that does not end.
 *
 * @param once how it is run each time.
 */
export async function runWithLockRetry(
  args: readonly string[],
  options: GitOptions,
  once: typeof runGit = runGit,
): Promise<GitResult> {
  for (const since = Date.now(); ;) {
    const result = once(args, options);
    if (result.status === 0 || !isHeld(result)) return result;
    if (Date.now() - since > PATIENCE) {
      throw new SyncError('busy', `Cannot run git ${args[0] ?? ''}: another git holds this clone`, {
        details: result.stderr.trim().split('\n'),
        hint: 'wait for it, then try again; where git was killed, it says which lock to remove',
      });
    }
    await new Promise((resume) => setTimeout(resume, 50 + Math.random() * 100));
  }
}

/** The error for a git command that failed and should not have. */
export function gitFailed(args: readonly string[], stderr: string): SyncError {
  const [first = '', ...details] = stderr.trim().split('\n');
  return new SyncError('io', `Failed to run git ${args[0] ?? ''}: ${first === '' ? 'it gave no reason' : first}`, {
    details,
    hint: 'nothing of the database was changed; see what git status says',
  });
}

function cannotRun(error: NodeJS.ErrnoException, args: readonly string[]): SyncError {
  if (error.code === 'ENOENT') {
    return new SyncError('io', 'Cannot start git: there is none on the PATH, or the folder is gone', {
      hint: 'install git; sc-sync sync works without it',
      cause: error,
    });
  }
  if (error.code === 'ETIMEDOUT') {
    return new SyncError('io', `Stopped git ${args[0] ?? ''}: it took too long`, { cause: error });
  }
  return new SyncError('io', `Cannot run git ${args[0] ?? ''}: ${error.message}`, { cause: error });
}

/**
 * Runs git and gives the lines that it printed, without their ends, in constant memory: a history can be longer than the longest string,
 * so it goes through a temporary file. Throws `io` when git fails.
 */
export function* gitLines(args: readonly string[], cwd: string): Generator<string> {
  const folder = withIoErrors(tmpdir(), 'create a folder in', () => mkdtempSync(join(tmpdir(), 'sc-sync-git-')));
  try {
    const path = join(folder, 'output');
    const [written, read] = withIoErrors(path, 'create', () => [openSync(path, 'wx', 0o600), openSync(path, 'r')]);
    try {
      const { status, stderr } = runGit(args, { cwd, output: written });
      if (status !== 0) throw gitFailed(args, stderr);
      for (const { text } of linesFrom(read, path, undefined, { cutsLongLines: true })) yield text;
    } finally {
      closeSync(written);
      closeSync(read);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
