import { SyncError } from '../errors.js';
import { fieldOf } from '../registry/file.js';
import type { RegistryFile } from '../registry/file.js';
import { parseRegistryFile } from '../registry/parse-file.js';
import { readMeta, writeMeta } from '../store/knowledge/meta.js';
import type { SyncStore } from '../store/store.js';

/** Under this name the database remembers the registry that somebody accepted. */
const NAME = 'accepted registry';

/** A registry beside data files, as {@link RegistryFile} and as its text. */
interface Found {
  readonly file: RegistryFile;
  readonly text: string;
}

/**
 * What a registry would sync that the accepted one does not, as tables and columns. A registry comes by pull: without a look at it, a commit of
 * somebody else could begin to publish a column.
 */
export function widenedBy({ sql }: SyncStore, { file }: Found): string[] {
  const accepted = readMeta(sql, NAME);
  const before = new Set(accepted === undefined ? [] : syncedBy(parseRegistryFile(accepted, NAME)));
  return syncedBy(file).filter((name) => !before.has(name));
}

/** Accepts a registry: from now on the database is synced by it. */
export function acceptRegistry({ sql }: SyncStore, { text }: Pick<Found, 'text'>): void {
  writeMeta(sql, NAME, text);
}

/** Accepts the first registry of a database. Later ones wait until somebody says so. */
export function acceptFirstRegistry(store: SyncStore, found: Found): void {
  if (readMeta(store.sql, NAME) === undefined) acceptRegistry(store, found);
}

/** Throws `refused` where a registry is not the accepted one, with what it would sync. */
export function requireAcceptedRegistry(store: SyncStore, found: Found, path: string): void {
  if (readMeta(store.sql, NAME) === found.text) return;
  const widened = widenedBy(store, found);
  const what = widened.length === 0 ? 'it would sync no more than before' : `it would also sync ${widened.join(', ')}`;
  throw new SyncError('refused', `Cannot use ${path}: it changed, and nobody accepted that here`, {
    details: [what],
    hint: 'look at it, then run sc-sync adopt --accept',
  });
}

function syncedBy({ entities }: RegistryFile): string[] {
  return entities.flatMap(({ table, fields }) =>
    Object.entries(fields).flatMap(([column, field]) =>
      fieldOf(field).kind === 'local' ? [] : [`${table}.${column}`],
    ),
  );
}
