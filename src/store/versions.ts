import { LineError, parseLine } from '../jsonl/parse.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { findSeen } from './knowledge/seen.js';
import type { Sql } from './sql.js';

/** Reads a line that is known to be a version; undefined for one that cannot be read as such any more. */
export function versionOf(registry: Registry, raw: string, latest?: number): FileVersion | undefined {
  try {
    const parsed = parseLine(registry, raw, latest);
    return parsed.kind === 'unknown' ? undefined : parsed;
  } catch (error) {
    if (error instanceof LineError) return undefined;
    throw error;
  }
}

/**
 * The version of a line that an export may replace. One whose stamp lies too far ahead is no version, unless the database took it in
 * before that was looked at: then the record's next version takes its place.
 */
export function replaceableVersion(sql: Sql, registry: Registry, raw: string, latest: number): FileVersion | undefined {
  const version = versionOf(registry, raw, latest);
  if (version !== undefined) return version;
  const far = versionOf(registry, raw);
  return far !== undefined && findSeen(sql, far, raw) !== undefined ? far : undefined;
}
