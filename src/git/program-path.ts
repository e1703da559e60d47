import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { SyncError } from '../errors.js';

/** A package that is run without being installed lies in a folder like these, which is cleared again (npx, pnpm dlx, yarn dlx, bunx). */
const CACHE = /[\\/](?:_npx|dlx|dlx-[^\\/]+|bunx-[^\\/]+)[\\/](?:.*[\\/])?node_modules[\\/]/;

/** pnpm keeps packages in folders with their versions, and links to them from a folder that an update leaves where it is. */
const PNPM_STORE = /^(.*?[\\/])(?:node_modules[\\/])?\.pnpm[\\/][^\\/]+[\\/](node_modules[\\/].*)$/;

/** Where a program of this package lies, by a path that outlasts an update of it. */
export function programPath(name: 'merge-driver' | 'sc-sync'): string {
  const path = fileURLToPath(new URL(`../bin/${name}.cjs`, import.meta.url));
  const [, folder = '', within = ''] = PNPM_STORE.exec(path) ?? [];
  return within !== '' && existsSync(folder + within) ? folder + within : path;
}

/** Whether this package lies in a cache: a path in it must stand in no configuration. */
export function isInCache(): boolean {
  return CACHE.test(fileURLToPath(import.meta.url));
}

const INSTALL = 'npm install --save-dev savecontext-sync, then run init again';

/** What is left out for that reason. */
export function leftOut(what: string): string {
  return `warning: left out ${what}: this copy of sc-sync lies in a cache that is cleared (${INSTALL})`;
}

/** Throws `refused` where git would be told of a program that will not be there. */
export function requireInstalled(what: string): void {
  if (!isInCache()) return;
  throw new SyncError('refused', `Cannot set up ${what}: this copy of sc-sync lies in a cache that is cleared`, {
    hint: INSTALL,
  });
}
