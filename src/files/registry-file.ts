import { join } from 'node:path';

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
