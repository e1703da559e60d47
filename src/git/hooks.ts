import { chmodSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EXPORT_FOLDER, makeFolder } from '../directory.js';
import { atomicWrite, fileExists, withIoErrors } from '../jsonl/file.js';
import { sha256 } from '../record/json.js';
import { shellWord } from './driver-command.js';
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

/**
 * Installs the hooks where this clone's git looks for them. One that is there already is kept beside, and called at the end with the
 * same arguments and standard input. Gives those that were installed or made anew.
 *
 * @param project the folder with the export directory, relative to the root of the work tree.
 * @param options options of the command line that hold in the hooks too, `--db` for example.
 */
export function installHooks({ root }: Repository, project: string, options: readonly string[]): InstalledHook[] {
  const folder = resolve(root, git(['rev-parse', '--git-path', 'hooks'], { cwd: root }).trimEnd());
  makeFolder(folder);
  return Object.keys(HOOKS).flatMap((name) => {
    const path = join(folder, name);
    const text = hookScript(name, project, options);
    const hash = sha256(text);
    const old = readIfOurs(path);
    if (old === text) return [];
    const before = `${path}${BEFORE}`;
    if (old === undefined && fileExists(path)) withIoErrors(path, 'rename', () => renameSync(path, before));
    atomicWrite(path, text);
    chmodSync(path, 0o755);
    return [{ kind: 'hook', path, sha256: hash, before: fileExists(before) ? before : null }];
  });
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

/** It never fails, and leaves standard input to the hook that was there before. */
function hookScript(name: string, folder: string, options: readonly string[]): string {
  const script = shellWord(fileURLToPath(new URL('../cli/main.js', import.meta.url)));
  const node = shellWord(process.execPath);
  const words = ['-C', folder, ...options].map(shellWord).join(' ');
  return `${HEAD}if [ "$SC_SYNC_HOOK" != off ] && [ -d ${shellWord(`${folder}/${EXPORT_FOLDER}`)} ] && [ -f ${script} ] && [ -x ${node} ]; then
  ${node} ${script} ${words} hook ${name} </dev/null || :
fi
if [ -x "$0${BEFORE}" ]; then exec "$0${BEFORE}" "$@"; fi
`;
}
