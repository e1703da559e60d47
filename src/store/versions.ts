import { LineError, parseLine } from '../jsonl/parse.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';

/** Reads a line that is known to be a version; undefined for one that cannot be read as such any more. */
export function versionOf(registry: Registry, raw: string): FileVersion | undefined {
  try {
    const parsed = parseLine(registry, raw);
    return parsed.kind === 'unknown' ? undefined : parsed;
  } catch (error) {
    if (error instanceof LineError) return undefined;
    throw error;
  }
}
