import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** Who works here, for deletions: `SC_ACTOR`, else the name that git knows, else the login. */
export function findActor(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  return firstFilled([() => env['SC_ACTOR'], () => gitName(folder, env), loginName]) ?? 'unknown';
}

/** Variables of a calling hook must not redirect git to another repository. */
function gitName(folder: string, env: NodeJS.ProcessEnv): string {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_/i.test(name)));
  return orNothing(() =>
    execFileSync('git', ['config', 'user.name'], {
      cwd: folder,
      env: clean,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
      windowsHide: true,
    }).trim(),
  );
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
