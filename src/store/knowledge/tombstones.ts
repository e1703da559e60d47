import { joinMembers } from '../../record/content.js';
import { scanObject } from '../../record/json.js';
import { deleted } from '../../record/version.js';
import type { Deleted } from '../../record/version.js';
import type { RecordKey } from '../rows.js';
import type { Sql } from '../sql.js';
import { decodeText } from '../text-encoding.js';

/**
 * The tombstone that a project has for a record. It counts as the record's state only while there is no row. Who deleted it is `actor` until
 * an export has filled that in.
 */
export function readTombstone(sql: Sql, project: string, key: RecordKey, actor = ''): Deleted | undefined {
  const row = sql.get(
    `SELECT deleted_at, CAST(deleted_by AS BLOB), unknown FROM scsync_tombstones
     WHERE project = ? AND type = ? AND id = ?`,
    project,
    key.type,
    key.id,
  );
  if (row === undefined) return undefined;
  const [at, by, unknown] = row;
  const author = by instanceof Uint8Array ? decodeText(by, sql.encoding) : undefined;
  const version = deleted(key, Number(at), author ?? actor);
  return { ...version, unknown: scanObject(String(unknown)) };
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
