import { joinMembers } from '../../record/content.js';
import { scanObject } from '../../record/json.js';
import { deleted } from '../../record/version.js';
import type { Deleted } from '../../record/version.js';
import type { SqlRow } from '../database.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';
import { decodeText } from '../text-encoding.js';

/** The columns of a tombstone `x`, as {@link tombstoneOf} takes them. */
export const TOMBSTONE_COLUMNS = 'x.deleted_at, CAST(x.deleted_by AS BLOB), x.unknown';

/** The tombstone that a row of {@link TOMBSTONE_COLUMNS} holds; undefined where there is none. */
export function tombstoneOf(sql: Sql, key: RecordKey, row: SqlRow, actor: string): Deleted | undefined {
  const [at, by, unknown] = row;
  if (typeof unknown !== 'string') return undefined;
  const author = by instanceof Uint8Array ? decodeText(by, sql.encoding) : undefined;
  return { ...deleted(key, Number(at), author ?? actor), unknown: scanObject(unknown) };
}

/**
 * The tombstone that a project has for a record. It counts as the record's state only while there is no row. Who deleted it is `actor` until
 * an export has filled that in.
 */
export function readTombstone(sql: Sql, project: string, key: RecordKey, actor = ''): Deleted | undefined {
  const row = sql.get(
    `SELECT ${TOMBSTONE_COLUMNS} FROM scsync_tombstones x WHERE x.project = ? AND x.type = ? AND x.id = ?`,
    project,
    key.type,
    key.id,
  );
  return row === undefined ? undefined : tombstoneOf(sql, key, row, actor);
}

/** Says whether a project remembers any record as deleted. */
export function hasTombstones(sql: Sql, project: string): boolean {
  return sql.get(`SELECT 1 FROM scsync_tombstones WHERE project = ? LIMIT 1`, project) !== undefined;
}

/** How many records of a type a project remembers as deleted; `isThere` is SQL that says whether `x` is there after all. */
export function countTombstones(sql: Sql, project: string, type: string, isThere: string): number {
  const from = `scsync_tombstones x WHERE x.project = ? AND x.type = ? AND NOT ${isThere}`;
  return Number(sql.get(`SELECT count(*) FROM ${from}`, project, type)?.[0] ?? 0);
}

/** Makes the project's tombstone of a record exactly this one. */
export function writeTombstone(sql: Sql, project: string, tombstone: Deleted): void {
  sql.run(
    `INSERT INTO scsync_tombstones (project, type, id, deleted_at, deleted_by, unknown) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (project, type, id) DO UPDATE SET
       deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by, unknown = excluded.unknown`,
    project,
    tombstone.type,
    tombstone.id,
    tombstone.stamp,
    tombstone.by,
    `{${joinMembers(tombstone.unknown)}}`,
  );
}
