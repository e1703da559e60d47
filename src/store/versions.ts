import { versionOf } from '../format/version-of.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { findSeen } from './knowledge/seen.js';
import type { Sql } from './sql.js';

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
