import { readRegistry } from '../files/registry-file.js';
import type { Registry } from '../registry/entity.js';
import { savecontext } from '../savecontext/registry.js';
import { findFolders } from './folders.js';

let found: Registry | undefined;

/** The registry that help and completions speak of: the one of the folder that the command was started in. */
export function helpRegistry(): Registry {
  return (found ??= look());
}

/** Whatever is wrong with a registry, help goes on; a verb that needs it says what. */
function look(): Registry {
  try {
    return readRegistry(findFolders(process.cwd()).dir)?.registry ?? savecontext;
  } catch {
    return savecontext;
  }
}
