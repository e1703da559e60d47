import { elementsByKey } from '../record/content.js';
import type { Content } from '../record/content.js';
import type { Loss } from './loss.js';
import { canonicalBytes } from './record.js';

/** Says whether a content has the value that lost elsewhere. */
export function hasLost(content: Content, { field, lost }: Loss): boolean {
  if (field === null) return canonicalBytes(content) === lost;
  const synced = content.entity.synced[content.entity.indexOf.get(field) ?? -1];
  if (synced === undefined) return content.unknown.some(([name, token]) => name === field && token === lost);
  const token = content.tokens[synced.index] ?? 'null';
  if (synced.field.kind !== 'set') return token === lost;
  const { set } = synced.field;
  const mine = elementsByKey(set, token);
  return [...elementsByKey(set, lost)].every(([key, element]) => mine.get(key) === element);
}
