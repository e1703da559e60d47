import { digestOf } from '../../record/json.js';
import type { Registry } from '../../registry/entity.js';
import type { RecordKey } from '../rows.js';
import type { Sql } from '../sql.js';
import type { Target } from './target.js';

/** What a target's base says of a record. */
export interface BaseEntry {
  /** The number of the change that the target has. */
  readonly seq: number;
  readonly deleted: boolean;
  readonly stamp: number;
  /** The bytes of the line. */
  readonly line: string;
}

/** The base of a record in a target: the newest version that the database has taken into account there. */
export function readBase(sql: Sql, target: Target, { type, id }: RecordKey): BaseEntry | undefined {
  const row = sql.get(
    `SELECT seq, deleted, stamp, line FROM scsync_base WHERE type = ? AND id = ? AND target = ?`,
    type,
    id,
    target.id,
  );
  return row === undefined ? undefined : baseEntry(row);
}

/** The bases of a record in all targets, that of the given one first. */
export function readBases(sql: Sql, target: Target, { type, id }: RecordKey): BaseEntry[] {
  return sql
    .all(
      `SELECT seq, deleted, stamp, line FROM scsync_base WHERE type = ? AND id = ? ORDER BY target <> ?`,
      type,
      id,
      target.id,
    )
    .map(baseEntry);
}

function baseEntry([seq, deleted, stamp, line]: readonly unknown[]): BaseEntry {
  return { seq: Number(seq), deleted: deleted === 1n, stamp: Number(stamp), line: String(line) };
}

/**
 * Says whether the files of any target of a project ever had a record, as far as bases tell: undefined where no target has looked at
 * it, false where those that did kept it out.
 */
export function wasInFiles(sql: Sql, project: string, { type, id }: RecordKey): boolean | undefined {
  const row = sql.get(
    `SELECT max(b.line <> '') FROM scsync_base b JOIN scsync_targets t ON t.target = b.target
     WHERE b.type = ? AND b.id = ? AND t.project = ?`,
    type,
    id,
    project,
  );
  return row?.[0] === 1n ? true : row?.[0] === 0n ? false : undefined;
}

/** Replaces the base of a record in a target. */
export function writeBase(sql: Sql, target: Target, { type, id }: RecordKey, entry: BaseEntry): void {
  sql.run(
    `INSERT INTO scsync_base (target, type, id, seq, deleted, stamp, line) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (type, id, target) DO UPDATE SET
       seq = excluded.seq, deleted = excluded.deleted, stamp = excluded.stamp, line = excluded.line`,
    target.id,
    type,
    id,
    entry.seq,
    entry.deleted ? 1 : 0,
    entry.stamp,
    entry.line,
  );
}

/** Says whether a target has any base that stands in a file. */
export function hasBase(sql: Sql, registry: Registry, target: Target, file: string): boolean {
  const isDeletions = file === registry.deletionsFile;
  return registry.entities
    .filter((entity) => isDeletions || entity.file === file)
    .some(
      ({ type }) =>
        sql.get(
          `SELECT 1 FROM scsync_base WHERE target = ? AND type = ? AND deleted = ? AND line <> '' LIMIT 1`,
          target.id,
          type,
          isDeletions ? 1 : 0,
        ) !== undefined,
    );
}

/** Replaces the base of a record, and says that the target has the record as it is now. */
export function writeBaseAtLastChange(
  sql: Sql,
  target: Target,
  { type, id }: RecordKey,
  entry: Omit<BaseEntry, 'seq'>,
): void {
  sql.run(
    `INSERT INTO scsync_base (target, type, id, seq, deleted, stamp, line)
     VALUES (?1, ?2, ?3, coalesce((SELECT seq FROM scsync_marks WHERE type = ?2 AND id = ?3), 0), ?4, ?5, ?6)
     ON CONFLICT (type, id, target) DO UPDATE SET
       seq = excluded.seq, deleted = excluded.deleted, stamp = excluded.stamp, line = excluded.line`,
    target.id,
    type,
    id,
    entry.deleted ? 1 : 0,
    entry.stamp,
    entry.line,
  );
}

/** Says that the target has the record up to a change. */
export function writeBaseSeq(sql: Sql, target: Target, { type, id }: RecordKey, seq: number): void {
  sql.run(`UPDATE scsync_base SET seq = ? WHERE type = ? AND id = ? AND target = ?`, seq, type, id, target.id);
}

/** Says whether the database has ever taken a version into account, in any target. */
export function isSeen(sql: Sql, line: string): boolean {
  return sql.get(`SELECT 1 FROM scsync_seen WHERE digest = ?`, digestOf(line)) !== undefined;
}

/** Says whether a version was first known here: an export wrote it, or it was made in the work tree. */
export function isOwn(sql: Sql, line: string): boolean {
  return sql.get(`SELECT 1 FROM scsync_seen WHERE digest = ? AND own = 1`, digestOf(line)) !== undefined;
}

/** Remembers a version. Whose it is does not change any more. */
export function addSeen(sql: Sql, line: string, own: boolean): void {
  sql.run(`INSERT INTO scsync_seen (digest, own) VALUES (?, ?) ON CONFLICT DO NOTHING`, digestOf(line), own ? 1 : 0);
}

/** The hash that a file had when every line of it was the base of its record. */
export function settledHash(sql: Sql, target: Target, name: string): string | undefined {
  const row = sql.get(`SELECT sha256 FROM scsync_files WHERE target = ? AND name = ?`, target.id, name);
  return row === undefined ? undefined : String(row[0]);
}

/** Remembers that every line of a file is the base of its record, or, without a hash, that it is not so. */
export function writeSettledHash(sql: Sql, target: Target, name: string, sha256: string | undefined): void {
  if (sha256 === undefined) {
    sql.run(`DELETE FROM scsync_files WHERE target = ? AND name = ?`, target.id, name);
    return;
  }
  sql.run(
    `INSERT INTO scsync_files (target, name, sha256) VALUES (?, ?, ?)
     ON CONFLICT (target, name) DO UPDATE SET sha256 = excluded.sha256`,
    target.id,
    name,
    sha256,
  );
}
