import { SyncError } from '../errors.js';
import { fieldOf } from '../registry/file.js';
import type { RegistryFile } from '../registry/file.js';
import { parseRegistryFile } from '../registry/parse-file.js';
import { readMeta, writeMeta } from '../store/knowledge/meta.js';
import type { Sql } from '../store/sql.js';
import type { SyncStore } from '../store/store.js';

/** Under this name the database remembers the registry that somebody accepted. */
const NAME = 'accepted registry';

/** A registry beside data files, as {@link RegistryFile} and as its text. */
interface Found {
  readonly file: RegistryFile;
  readonly text: string;
}

/** The text of the registry that somebody accepted; undefined where nobody has, or the database was never set up. */
export function acceptedRegistry(sql: Sql): string | undefined {
  return sql.get(`SELECT 1 FROM sqlite_master WHERE name = 'scsync_meta'`) === undefined
    ? undefined
    : readMeta(sql, NAME);
}

/**
 * What a registry would sync that the accepted one does not, as tables and columns. A registry comes by pull: without a look at it, a commit of
 * somebody else could begin to publish a column, or to write one.
 */
export function widenedBy(sql: Sql, { file }: Found): string[] {
  const accepted = acceptedRegistry(sql);
  const before = new Set(accepted === undefined ? [] : syncedBy(parseRegistryFile(accepted, NAME)));
  return syncedBy(file).filter((name) => !before.has(name));
}

/** Accepts a registry: from now on the database is synced by it. */
export function acceptRegistry({ sql }: SyncStore, { text }: Pick<Found, 'text'>): void {
  writeMeta(sql, NAME, text);
}

/** Throws `refused` where a registry is not the accepted one, with what it would sync. */
export function requireAcceptedRegistry(sql: Sql, found: Found, path: string): void {
  if (acceptedRegistry(sql) === found.text) return;
  const widened = widenedBy(sql, found);
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
