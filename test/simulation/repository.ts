import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { DRIVER, tryGit } from '../git/clones.js';
import type { Clone } from './clone.js';

/** Makes a bare repository in a folder, and one beside it that clones are copies of; both have one empty commit. */
export function makeRepositories(folder: string): void {
  const template = join(folder, 'template');
  run(folder, 'init', '--quiet', '--bare', '--initial-branch=main', 'server.git');
  run(folder, 'init', '--quiet', '--initial-branch=main', template);
  for (const [name, value] of [
    ['remote.origin.url', join(folder, 'server.git')],
    ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*'],
    ['merge.savecontext.driver', `'${process.execPath}' '${DRIVER}' %O %A %B %P`],
    ['merge.directoryRenames', 'true'],
    ['gc.auto', '0'],
    ['core.hooksPath', '/dev/null'],
  ] as const) {
    run(template, 'config', name, value);
  }
  writeFileSync(join(template, '.git/info/exclude'), '.sync.lock*\n.lost-values.*\n.history\n');
  run(template, 'commit', '--quiet', '--allow-empty', '-m', 'empty');
  run(template, 'push', '--quiet', 'origin', 'main');
}

/** Makes the repository of a clone. */
export function makeRepository(clone: Clone): void {
  const root = dirname(clone.dir);
  cpSync(join(dirname(root), 'template/.git'), join(root, '.git'), { recursive: true });
  setAttributes(clone);
}

/** Clones the bare repository anew into the folder of a clone, in full or its last commit alone, as if the old clone was never there. */
export function cloneAnew(clone: Clone, isShallow: boolean): void {
  const root = dirname(clone.dir);
  const config = join(root, '.git/config');
  const settings = readFileSync(config);
  rmSync(root, { recursive: true });
  const server = pathToFileURL(join(dirname(root), 'server.git')).href;
  run(dirname(root), 'clone', '--quiet', ...(isShallow ? ['--depth=1', '--no-single-branch'] : []), server, root);
  writeFileSync(config, settings);
  cpSync(join(dirname(root), 'template/.git/info/exclude'), join(root, '.git/info/exclude'));
  setAttributes(clone);
  mkdirSync(clone.dir, { recursive: true });
  clone.isNarrow = false;
}

function setAttributes({ dir, hasDriver }: Clone): void {
  const root = dirname(dir);
  if (hasDriver) writeFileSync(join(root, '.git/info/attributes'), '*.jsonl merge=savecontext\n');
}

/** Runs git, which must succeed, and gives what it printed. */
export function run(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = tryGit(cwd, args);
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout.trim();
}
