import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { readBase } from '../../store/knowledge/base.js';
import { derivedHash, readDerived } from '../../store/knowledge/derived.js';
import type { RecordKey } from '../../record/record-key.js';
import { versionOf } from '../../format/version-of.js';
import type { ImportContext } from './context.js';

/** The stamp of the version that has exactly this content: the base, or one that was derived. */
export function stampOfContent(
  { sql, registry, target }: ImportContext,
  key: RecordKey,
  content: Content,
): number | undefined {
  const base = readBase(sql, target, key);
  const version = base === undefined ? undefined : versionOf(registry, base.line);
  if (version?.kind === 'present' && sameContent(version.content, content)) return version.stamp;
  const derived = readDerived(sql, key);
  return derived?.hash === derivedHash(content) ? derived.stamp : undefined;
}
