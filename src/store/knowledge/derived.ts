import type { Content } from '../../record/content.js';
import { sha256 } from '../../record/json.js';
import { canonicalBytes } from '../../merge/record.js';
import type { RecordKey } from '../../record/record-key.js';
import type { SqlValue } from '../database.js';
import type { Sql } from '../sql.js';

/** The stamp that every replica gives a version which it derives: undefined `hash` asks for a new stamp instead. */
export interface DerivedStamp {
  readonly stamp: number;
  /** Hash of the content that the stamp is for. */
  readonly hash: string | undefined;
}

/** What {@link DerivedStamp.hash} is for a content. */
export function derivedHash(content: Content): string {
  return sha256(canonicalBytes(content));
}

/** The stamp that the next export gives the record if its content is still the derived one. */
export function readDerived(sql: Sql, { type, id }: RecordKey): DerivedStamp | undefined {
  const row = sql.get(`SELECT derived_stamp, derived_hash FROM scsync_records WHERE type = ? AND id = ?`, type, id);
  return derivedStamp(row?.[0], row?.[1]);
}

/** The same of columns that were read. */
export function derivedStamp(stamp: SqlValue | undefined, hash: SqlValue | undefined): DerivedStamp | undefined {
  if (typeof hash !== 'string') return undefined;
  return { stamp: Number(stamp), hash: hash === '' ? undefined : hash };
}

/** Remembers the stamp of a derived version; without a content, that the next export must give a new one. */
export function writeDerived(sql: Sql, { type, id }: RecordKey, stamp: number, content: Content | undefined): void {
  sql.run(
    `INSERT INTO scsync_records (type, id, derived_stamp, derived_hash) VALUES (?, ?, ?, ?)
     ON CONFLICT (type, id) DO UPDATE SET derived_stamp = excluded.derived_stamp, derived_hash = excluded.derived_hash`,
    type,
    id,
    stamp,
    content === undefined ? '' : derivedHash(content),
  );
}
