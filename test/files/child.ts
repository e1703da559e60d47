import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { temporaryFolder } from './temporary-folder.js';

/** The address of a built module, for scripts that run in a process of their own (`npm test` builds first; see `setup/children.ts`). */
export function builtModule(path: string): string {
  return new URL(`../../node_modules/.cache/children/${path}`, import.meta.url).href;
}

/** Starts a module's text in a process of its own, which is killed at the latest when the test ends. */
export function startScript(script: string, ...args: readonly string[]): ChildProcess {
  const path = join(temporaryFolder(), 'script.mjs');
  writeFileSync(path, script);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Waits for the end of the process: its exit code, or the signal that ended it. */
export async function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? child.exitCode;
}
