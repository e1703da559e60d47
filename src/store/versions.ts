import { LineError, parseLine } from '../jsonl/parse.js';
import { derived, sortMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import type { FileVersion, LineVersion } from '../record/version.js';
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

/**
 * Completes a line of the reference program, which says nothing of extension and unknown fields: they are
 * taken from the base, else from the database. Where that names the elements of a set, their number is what counts.
 */
export function completed(line: LineVersion, base: FileVersion | undefined, row: Content | undefined): LineVersion {
  if (line.form === 'portable') return line;
  const source = base?.kind === 'line' && base.form === 'portable' ? base.content : row;
  if (source === undefined) return line;
  const { entity, tokens, unknown } = line.content;
  const own = new Set(unknown.map(([name]) => name));
  const content = derived({
    ...line.content,
    tokens: tokens.map((token, index) => (index < entity.coreCount ? token : (source.tokens[index] ?? token))),
    unknown: sortMembers([...unknown, ...source.unknown.filter(([name]) => !own.has(name))]),
  });
  return { ...line, content };
}
