import { userInfo } from 'node:os';

import { workTreeOf } from '../files/directory.js';
import { tryGit } from '../git/run.js';

/** Who works here, for deletions: `SC_ACTOR`, else the name that git knows, else the login. */
export function findActor(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  return firstFilled([() => env['SC_ACTOR'], () => gitName(folder), loginName]) ?? 'unknown';
}

function gitName(folder: string): string {
  return orNothing(() => tryGit(['config', 'user.name'], { cwd: workTreeOf(folder) ?? folder, timeout: 5000 }) ?? '');
}

function loginName(): string {
  return orNothing(() => userInfo().username);
}

/** No git, no name set, no entry of the user: none of it is a failure. */
function orNothing(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}

function firstFilled(sources: readonly (() => string | undefined)[]): string | undefined {
  for (const source of sources) {
    const found = source();
    if (found !== undefined && found !== '') return found;
  }
  return undefined;
}
