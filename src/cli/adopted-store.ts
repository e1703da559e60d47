import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { REGISTRY_FILE } from '../files/registry-file.js';
import type { FoundRegistry } from '../files/registry-file.js';
import type { Registry } from '../registry/entity.js';
import { Store } from '../savecontext/store.js';
import { openToLook } from '../store/connection.js';
import { acceptRegistry, acceptedRegistry, requireAcceptedRegistry, widenedBy } from '../sync/accepted-registry.js';

/** A database of another program, and the folder of its files with the registry. */
export interface AdoptedPlace {
  readonly path: string;
  readonly dir: string;
}

/**
 * Opens a database of another program by the registry beside its files. Nothing is written by a registry that nobody accepted; the first one
 * of a database is accepted where it is set up.
 *
 * @throws SyncError `database` where there is none, since of another program's tables none is made here; `refused` for a changed registry
 */
export function openAdopted(
  found: FoundRegistry,
  { path, dir }: AdoptedPlace,
  { looks, create }: { readonly looks: boolean; readonly create: boolean },
): Store<Registry> {
  if (!existsSync(path)) {
    throw new SyncError('database', `There is no database at ${path}`, { hint: 'name another one with --db' });
  }
  const { registry } = found;
  const isFirst = !isAccepted(found, { path, dir });
  const store = looks ? Store.look(path, { registry }) : Store.open(path, { registry, create });
  if (create && isFirst) acceptRegistry(store, found);
  return store;
}

/** Whether a registry is the accepted one; false where none is yet. Throws `refused` where another one is. */
function isAccepted(found: FoundRegistry, { path, dir }: AdoptedPlace): boolean {
  const { sql, close } = openToLook(path);
  try {
    if (acceptedRegistry(sql) === undefined) return false;
    requireAcceptedRegistry(sql, found, join(dir, REGISTRY_FILE));
    return true;
  } finally {
    close();
  }
}

/** Accepts a registry as it is now, and says what it newly syncs. */
export function acceptAdopted(found: FoundRegistry, path: string): string[] {
  const store = Store.open(path, { registry: found.registry, create: true });
  try {
    const widened = widenedBy(store.sql, found);
    acceptRegistry(store, found);
    return widened;
  } finally {
    store.close();
  }
}
