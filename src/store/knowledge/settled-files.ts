import type { FileDigest, Stretch } from '../../files/stretches.js';
import type { Sql } from '../sql.js';
import type { Target } from './target.js';

/** A stretch as it is kept: how many bytes and lines it has, and its hash. */
const BYTES_AT = 0;
const LINES_AT = 6;
const HASH_AT = 12;
const STRETCH_BYTES = 44;

/** The hash that a file had when every line of it was the base of its record. */
export function settledHash(sql: Sql, target: Target, name: string): string | undefined {
  const row = sql.get(`SELECT hash FROM scsync_files WHERE target = ? AND name = ?`, target.id, name);
  return row === undefined ? undefined : String(row[0]);
}

/** What a file was when every line of it was the base of its record. */
export function settledFile(sql: Sql, target: Target, name: string): FileDigest | undefined {
  const row = sql.get(`SELECT hash, stretches FROM scsync_files WHERE target = ? AND name = ?`, target.id, name);
  return row?.[1] instanceof Uint8Array ? { hash: String(row[0]), stretches: unpacked(row[1]) } : undefined;
}

/** Remembers that every line of a file is the base of its record, or, without a digest, that it is not so. */
export function writeSettled(sql: Sql, target: Target, name: string, digest: FileDigest | undefined): void {
  if (digest === undefined) {
    sql.run(`DELETE FROM scsync_files WHERE target = ? AND name = ?`, target.id, name);
    return;
  }
  sql.run(
    `INSERT INTO scsync_files (target, name, hash, stretches) VALUES (?, ?, ?, ?)
     ON CONFLICT (target, name) DO UPDATE SET hash = excluded.hash, stretches = excluded.stretches`,
    ...[target.id, name, digest.hash, packed(digest.stretches)],
  );
}

function packed(stretches: readonly Stretch[]): Uint8Array {
  const bytes = Buffer.alloc(stretches.length * STRETCH_BYTES);
  for (const [index, stretch] of stretches.entries()) {
    const at = index * STRETCH_BYTES;
    bytes.writeUIntLE(stretch.bytes, at + BYTES_AT, LINES_AT - BYTES_AT);
    bytes.writeUIntLE(stretch.lines, at + LINES_AT, HASH_AT - LINES_AT);
    bytes.write(stretch.sha256, at + HASH_AT, 'hex');
  }
  return bytes;
}

function unpacked(kept: Uint8Array): Stretch[] {
  const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
  return Array.from({ length: Math.floor(bytes.length / STRETCH_BYTES) }, (_, index) => {
    const at = index * STRETCH_BYTES;
    return {
      bytes: bytes.readUIntLE(at + BYTES_AT, LINES_AT - BYTES_AT),
      lines: bytes.readUIntLE(at + LINES_AT, HASH_AT - LINES_AT),
      sha256: bytes.toString('hex', at + HASH_AT, at + STRETCH_BYTES),
    };
  });
}
