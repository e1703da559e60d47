import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { LineError, parseLine } from './parse.js';

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
