import { joinMembers } from '../record/content.js';
import { scanObject } from '../record/json.js';
import type { Tombstone } from '../record/version.js';
import type { RecordKey } from '../store/rows.js';
import type { Sql } from '../store/sql.js';
import { decodeText } from '../store/text-encoding.js';

/** A deletion in the database; `by` is undefined until an export has filled it in. */
export interface StoredTombstone extends Omit<Tombstone, 'by'> {
  readonly by: string | undefined;
}

/** The tombstone that a project has for a record. It counts as the record's state only while there is no row. */
export function readTombstone(sql: Sql, project: string, { type, id }: RecordKey): StoredTombstone | undefined {
  const row = sql.get(
    `SELECT deleted_at, CAST(deleted_by AS BLOB), unknown FROM scsync_tombstones
     WHERE project = ? AND type = ? AND id = ?`,
    project,
    type,
    id,
  );
  if (row === undefined) return undefined;
  const [at, by, unknown] = row;
  return {
    kind: 'tombstone',
    type,
    id,
    stamp: Number(at),
    by: by instanceof Uint8Array ? decodeText(by, sql.encoding) : undefined,
    unknown: scanObject(String(unknown)),
  };
}

/** Makes the project's tombstone of a record exactly this one. */
export function writeTombstone(sql: Sql, project: string, tombstone: Tombstone): void {
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
