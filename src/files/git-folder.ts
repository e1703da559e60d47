import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { readPlain } from './file.js';
import { withIoErrors } from './io-error.js';

/** The git folder of a work tree, found without git: a linked one and a submodule have a file that names it. Throws `io`. */
export function gitFolder(workTree: string): string {
  const path = join(workTree, '.git');
  return withIoErrors(path, 'read', () => {
    if (statSync(path).isDirectory()) return path;
    const named = /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1]?.trim();
    return named === undefined ? path : resolve(workTree, named);
  });
}

/** The git folder that all work trees of a clone share. Throws `io`. */
export function commonGitFolder(workTree: string): string {
  const folder = gitFolder(workTree);
  const common = readPlain(join(folder, 'commondir'));
  return common === undefined ? folder : resolve(folder, common.toString().trim());
}
