import { join } from 'node:path';

import { SyncError } from '../errors.js';
import type { Registry } from '../registry/entity.js';
import type { RegistryFile } from '../registry/file.js';
import { registryOf } from '../registry/from-file.js';
import { parseRegistryFile } from '../registry/parse-file.js';
import { readPlain } from './file.js';

/** What a registry is called that lies beside the files of its records. */
export const REGISTRY_FILE = 'registry.json';

/** A registry as it lies beside data files. */
export interface FoundRegistry {
  readonly registry: Registry;
  readonly file: RegistryFile;
  readonly text: string;
}

/** The registry that lies in an export directory; undefined where none does. Throws `bad_input`, `usage`, `refused`, `io`. */
export function readRegistry(dir: string): FoundRegistry | undefined {
  const path = join(dir, REGISTRY_FILE);
  const bytes = readPlain(path);
  if (bytes === undefined) return undefined;
  const text = bytes.toString();
  const file = parseRegistryFile(text, path);
  return { registry: registryOf(file), file, text };
}

/**
 * The registry of another program's database, as `sc-sync adopt` wrote it into a folder.
 *
 * The command line refuses a file that changed and that nobody accepted. Here nothing does: who can write the file says what is synced.
 *
 * ```ts
 * const store = Store.open('notes.db', { create: true, registry: registryIn('.sc-sync') });
 * const project = store.project(process.cwd(), { dir: '.sc-sync' });
 * ```
 *
 * @param dir the folder with `registry.json` and the data files
 * @throws SyncError `not_found` where none lies there; `bad_input`, `usage` or `newer_format` for one that cannot be used, with each problem
 */
export function registryIn(dir: string): Registry {
  const found = readRegistry(dir);
  if (found !== undefined) return found.registry;
  throw new SyncError('not_found', `There is no registry in ${dir}`, { hint: 'make it: sc-sync adopt --db PATH' });
}
