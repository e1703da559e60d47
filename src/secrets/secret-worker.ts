import { setImmediate } from 'node:timers/promises';

import { runAsWorker } from 'synckit';

import { findSecrets } from './find-secrets.js';
import type { FoundSecret, Scan } from './find-secrets.js';

const scans = new Map<number, Promise<FoundSecret[]>>();
let newest = 0;

/** Begins a scan and gives its number, before any of it is done. */
function begin(scan: Scan): number {
  const found = setImmediate().then(() => findSecrets(scan));
  // It fails where it is waited for.
  found.catch(() => undefined);
  scans.set(++newest, found);
  return newest;
}

/** Gives what a scan found, when it has, once. */
async function end(scan: number): Promise<readonly FoundSecret[]> {
  const found = scans.get(scan);
  if (found === undefined) throw new Error(`there is no scan ${scan} that was not asked for before`);
  scans.delete(scan);
  return found;
}

/**
 * The scanner works asynchronously, an export does not: so it runs in a thread. An export begins a scan, writes on, and waits for what was
 * found before it needs to know.
 */
async function answer(asked: Scan | number): Promise<number | readonly FoundSecret[]> {
  return typeof asked === 'number' ? end(asked) : Promise.resolve(begin(asked));
}

/** What the thread does when it is called. */
export type Answer = typeof answer;

runAsWorker(answer);
