import { settingsInForce } from './accepted-settings.js';
import { privacyReason } from './privacy.js';
import type { PrivacyReason } from './privacy.js';
import { Records } from './records.js';
import { listPrivateMarks, writePrivateMark } from '../store/knowledge/private-marks.js';
import { Rows } from '../store/rows.js';
import type { RecordKey } from '../record/record-key.js';
import type { SyncStore } from '../store/store.js';
import { isInFiles } from '../store/knowledge/base.js';
import { markChanged } from '../store/knowledge/changes.js';
import { unsettle } from '../store/knowledge/shared-losses.js';
import { readTombstone } from '../store/knowledge/tombstones.js';

/** What a change of privacy concerns. */
export interface PrivacyChange {
  /** The record itself first, then those that cannot be without it. */
  readonly records: readonly RecordKey[];
  /** Those of them that were exported: they stay in the files until an export with `unpublish`. */
  readonly exported: readonly RecordKey[];
}

/**
 * Says that a record, with all that cannot be without it, never leaves the database, or that it may again. The mark lies in the
 * database alone. What was exported before makes exports refuse, until one is told to `unpublish`.
 *
 * @throws SyncError `not_found` when the project has no such record, `usage` for an unknown type.
 */
export function setPrivate(store: SyncStore, projectPath: string, key: RecordKey, isPrivate: boolean): PrivacyChange {
  const { sql } = store;
  const records = new Records(store, projectPath);
  return sql.transaction('immediate', () => {
    // Its deletion stays here then too: the id may be what nobody is to see.
    const isDeleted = readTombstone(sql, store.projectAt(projectPath), key) !== undefined;
    if (!isPrivate || !isDeleted) records.require(key.type, key.id);
    writePrivateMark(sql, key, isPrivate);
    unsettle(sql);
    const concerned = records.cascadeOf(key.type, key.id);
    for (const each of concerned) markChanged(sql, each, store.projectAt(projectPath));
    return { records: concerned, exported: concerned.filter((each) => isInFiles(sql, each)) };
  });
}

/** What keeps a record in the database, by the marks there and the rules of an export directory; undefined where nothing does. */
export function whyPrivate(
  store: SyncStore,
  place: { readonly projectPath: string; readonly dir: string },
  { type, id }: RecordKey,
): PrivacyReason | undefined {
  const content = new Records(store, place.projectPath).require(type, id);
  const rows = new Rows(store.sql, store.registry, store.projectAt(place.projectPath));
  return privacyReason(store, rows, settingsInForce(store, place).settings.private, content);
}

/** The records of a project that were said to be private, without those that are so by a rule or by their parent. */
export function listPrivate(store: SyncStore, projectPath: string): RecordKey[] {
  const records = new Records(store, projectPath);
  return listPrivateMarks(store.sql).filter(({ type, id }) => records.get(type, id) !== undefined);
}
