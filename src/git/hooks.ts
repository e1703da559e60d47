import { chmodSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { makeFolder, resolvePath } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { atomicWrite, fileExists } from '../files/file.js';
import { commonGitFolder } from '../files/git-folder.js';
import { withIoErrors } from '../files/io-error.js';
import { sha256 } from '../record/json.js';
import { quotedWord } from './driver-command.js';
import { programPath, requireInstalled } from './program-path.js';
import { literally } from './repository.js';
import type { Repository } from './repository.js';
import { git } from './run.js';

/** The hooks that keep database and files in step by themselves, with what each does. */
export const HOOKS = {
  'pre-commit': 'export',
  'post-merge': 'import',
  'post-checkout': 'import',
  'post-rewrite': 'import',
} as const;

/** A hook that was installed. */
export interface InstalledHook {
  readonly kind: 'hook';
  readonly path: string;
  readonly sha256: string;
  /** Where the hook lies that was there before; it is called by ours. */
  readonly before: string | null;
}

/** A hook that was there before lies beside ours. */
const BEFORE = '.before-sc-sync';

/** The hooks that may change what is committed, or what is staged beside it. */
const CHANGING = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'] as const;

/** Says whether a hook of somebody else may run when this clone commits. Ours keeps still while this package commits. */
export function hasOtherHooks({ root, setting, named }: Repository): boolean {
  if (setting('core.hookspath') !== undefined || named('hook').length > 0) return true;
  const folder = join(commonGitFolder(root), 'hooks');
  return CHANGING.map((name) => join(folder, name)).some(
    (path) => fileExists(`${path}${BEFORE}`) || (fileExists(path) && readIfOurs(path) === undefined),
  );
}

/**
 * Installs the hooks where this clone's git looks for them. One that is there already is kept beside, and called at the end with the
 * same arguments and standard input. Gives those that were installed or made anew. Throws `refused`, with nothing installed, where one
 * that is there cannot be kept, where the folder of the hooks is not this clone's alone, and where this package is not installed.
 *
 * @param dir the export directory, relative to the root of the work tree
 * @param options options of the command line that hold in the hooks too, `--db` for example.
 */
export function installHooks({ root }: Repository, dir: string, options: readonly string[]): InstalledHook[] {
  requireInstalled('the hooks');
  const ask = (...words: readonly string[]): string =>
    resolve(root, git(['rev-parse', ...words], { cwd: root }).trimEnd());
  const folder = ask('--git-path', 'hooks');
  if (!isInside(ask('--git-common-dir'), folder)) throw isNotOurs(folder, dir);
  const wanted = Object.keys(HOOKS).map((name) => plan(join(folder, name), hookScript(name, dir, options)));
  makeFolder(folder);
  return wanted.filter(({ old, text }) => old !== text).map(install);
}

/** Whether a path lies in a folder, symbolic links resolved; the path itself may be missing. */
function isInside(folder: string, path: string): boolean {
  const real = resolvePath(join(resolvePath(dirname(path)), basename(path)));
  return relative(resolvePath(folder), real).split(sep)[0] !== '..';
}

/** Other repositories run the hooks of a folder that they share, and other people those of one that is committed. */
function isNotOurs(folder: string, dir: string): SyncError {
  return new SyncError(
    'refused',
    `Cannot install hooks: those of this clone lie outside of its git folder, in ${folder}`,
    {
      details: Object.keys(HOOKS).map((name) => `${name}: ${lineByHand(name, dir)}`),
      hint: 'core.hooksPath names that folder, which others may use; add these lines by hand, or unset core.hooksPath',
    },
  );
}

/** What does the work of our hook on any machine that has the command. */
function lineByHand(name: string, dir: string): string {
  const folder = dirname(dir);
  const where = folder === '.' ? '' : ` -C ${quotedWord(folder)}`;
  return `if ${isWanted(dir)}; then sc-sync${where} hook ${name} </dev/null || :; fi`;
}

const isWanted = (dir: string): string => `[ "$SC_SYNC_HOOK" != off ] && [ -d ${quotedWord(dir)} ]`;

/** A hook that is to be there, and what is there now. */
interface Plan {
  readonly path: string;
  readonly text: string;
  /** The text of ours that lies there. */
  readonly old: string | undefined;
  /** Another one lies there, which makes way. */
  readonly isTaken: boolean;
}

/** Looks, and changes nothing. Throws `refused` where two hooks would have to make way: one of them would be lost. */
function plan(path: string, text: string): Plan {
  const old = readIfOurs(path);
  const isTaken = old === undefined && fileExists(path);
  if (isTaken && fileExists(`${path}${BEFORE}`)) {
    throw new SyncError('refused', `Cannot install the hook: both ${path} and ${path}${BEFORE} are there already`, {
      hint: 'make one of both, which ours calls at its end, then try again',
    });
  }
  return { path, text, old, isTaken };
}

function install({ path, text, isTaken }: Plan): InstalledHook {
  const before = `${path}${BEFORE}`;
  if (isTaken) withIoErrors(path, 'rename', () => renameSync(path, before));
  atomicWrite(path, text);
  chmodSync(path, 0o755);
  return { kind: 'hook', path, sha256: sha256(text), before: fileExists(before) ? before : null };
}

/** The text of our hook; undefined where another lies there, or none. */
function readIfOurs(path: string): string | undefined {
  if (!fileExists(path)) return undefined;
  const text = withIoErrors(path, 'read', () => readFileSync(path, 'utf8'));
  return text.startsWith(HEAD) ? text : undefined;
}

const HEAD = `#!/bin/sh
# Made by savecontext-sync (sc-sync init --hooks); init --undo takes it away.
`;

/**
 * What git is asked where a hook knows two commits: whether they have the same data folder. Then there is nothing to import, and no program is
 * started. `post-checkout` is told both, and that these are commits; a merge that only stages has none, and a rebase has many.
 */
const HAS_NOTHING: Readonly<Record<string, { readonly where: string; readonly commits: string }>> = {
  'post-checkout': { where: '[ "$3" = 1 ]', commits: '"$1" "$2"' },
  'post-merge': { where: '[ "$1" = 0 ]', commits: 'ORIG_HEAD HEAD' },
  'post-rewrite': { where: '[ "$1" = amend ]', commits: "'HEAD@{1}' HEAD" },
};

function isUnchanged(name: string, dir: string): string {
  const test = HAS_NOTHING[name];
  if (test === undefined) return 'false';
  const folder = quotedWord(literally(dir.split(sep).join('/')));
  return `${test.where} && git diff-tree --quiet ${test.commits} -- ${folder} 2>/dev/null`;
}

/** It never fails, and leaves standard input to the hook that was there before. */
function hookScript(name: string, dir: string, options: readonly string[]): string {
  const script = quotedWord(programPath('sc-sync'));
  const node = quotedWord(process.execPath);
  const words = ['-C', dirname(dir), ...options].map(quotedWord).join(' ');
  return `${HEAD}if ${isUnchanged(name, dir)}; then :
elif ${isWanted(dir)} && [ -f ${script} ] && [ -x ${node} ]; then
  ${node} ${script} ${words} hook ${name} </dev/null || :
fi
if [ -x "$0${BEFORE}" ]; then exec "$0${BEFORE}" "$@"; fi
`;
}
