import { derived, sortMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import type { FileVersion, Present } from '../record/version.js';

/**
 * Completes a line of the reference program, which says nothing of extension and unknown fields: they are
 * taken from the base, else from what else is known. Where that names the elements of a set, their number is what counts.
 */
export function completed(
  line: FileVersion<Present>,
  base: FileVersion | undefined,
  known: Content | undefined,
): FileVersion<Present> {
  if (line.form === 'portable') return line;
  const source = base?.kind === 'present' && base.form === 'portable' ? base.content : known;
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
