// Puts bugs in, one at a time, and says which of them no test finds: node test/strength/run.mjs [part of a name ...]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { BUGS } from './bugs.mjs';

const root = join(import.meta.dirname, '../..');
const wanted = process.argv.slice(2);
const bugs = BUGS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const copy = mkdtempSync(join(tmpdir(), 'sc-sync-strength-'));
const LEFT_OUT = new Set(['node_modules', '.git', 'dist']);
cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

/**
 * Runs a command in the copy; true when it went well.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
const run = (command, args) => spawnSync(command, args, { cwd: copy, stdio: 'ignore' }).status === 0;

let missed = 0;
for (const { name, file, find, replace, tests } of bugs) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`${name}: the place in ${file} is not there once`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  // Some tests start what is built. A bug that does not compile shows nothing.
  const isBuilt = run('npx', [
    'tsc',
    '-p',
    'tsconfig.build.json',
    '--noUnusedLocals',
    'false',
    '--noUnusedParameters',
    'false',
  ]);
  const isFound = isBuilt && !run('npx', ['vitest', 'run', '--bail', '1', ...tests]);
  const verdict = isFound ? 'found ' : isBuilt ? 'MISSED' : 'DOES NOT COMPILE';
  if (!isFound) missed++;
  process.stdout.write(`${verdict} ${name}\n`);
  writeFileSync(path, text);
}
rmSync(copy, { recursive: true, force: true });
process.stdout.write(`${bugs.length - missed} of ${bugs.length} found\n`);
process.exitCode = missed === 0 ? 0 : 1;
