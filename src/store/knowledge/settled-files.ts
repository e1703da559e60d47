import type { Sql } from '../sql.js';
import type { Target } from './target.js';

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
