import { sameContent, withTokens } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { quote, sha256, unquote } from '../../record/json.js';
import { compareUtf8 } from '../../record/order.js';
import { isDeleted } from '../../record/version.js';
import { writeDerived } from '../../store/knowledge/derived.js';
import type { Outcome } from '../../store/knowledge/outcomes.js';
import type { ImportContext } from './context.js';
import type { LoadedRecord } from './load-record.js';
import { keepPrivate } from './keep-private.js';
import { keepsNaturalKey } from './plan.js';
import { stampOfContent } from './stamp-of-content.js';

/**
 * The content with a natural key that no other row holds; of it and `conflictingId`, the record made later gets another one. Of a private
 * record nobody else may learn, so it is always the one that gives way. `derived` is there where every replica derives the content.
 */
export function withFreeNaturalKey(
  context: ImportContext,
  record: LoadedRecord,
  content: Content,
  conflictingId: string | undefined,
): { readonly content: Content; readonly derived?: Outcome['derived'] } {
  if (conflictingId === undefined) return { content };
  const { entity } = content;
  const conflicting = context.rows.read(entity, conflictingId);
  if (conflicting === undefined) return { content };
  const isPrivate = context.isPrivate(content);
  const keeps =
    isPrivate === context.isPrivate(conflicting) ? keepsNaturalKey(content, conflicting, compareUtf8) : !isPrivate;
  if (!keeps) {
    const renamed = withOtherKey(context, content);
    const { version } = record;
    const isOfLines = version !== undefined && !isDeleted(version) && sameContent(version.content, content);
    nameRenamed(context, content, conflictingId);
    return { content: renamed, ...(isOfLines ? { derived: { stamp: version.stamp + 1, content: renamed } } : {}) };
  }
  const key = { type: entity.type, id: conflictingId };
  const renamed = withOtherKey(context, conflicting);
  const stamp = stampOfContent(context, key, conflicting);
  if (stamp !== undefined) writeDerived(context.sql, key, stamp + 1, renamed);
  context.write(renamed, conflicting);
  nameRenamed(context, conflicting, content.id);
  return { content };
}

function nameRenamed(context: ImportContext, { entity, id }: Content, other: string): void {
  const column = entity.naturalKey.at(-1) ?? entity.key;
  context.report.notice('renamed', entity.type, id, `got another ${column}, since ${other} has the same and keeps it`);
}

/** A rule may go by the key. */
function withOtherKey(context: ImportContext, content: Content): Content {
  const renamed = otherKey(content);
  keepPrivate(context, content, renamed);
  return renamed;
}

function otherKey(content: Content): Content {
  const index = content.entity.indexOf.get(content.entity.naturalKey.at(-1) ?? '') ?? -1;
  const value = unquote(content.tokens[index] ?? '""');
  return withTokens(content, new Map([[index, quote(`${value}~${sha256(content.id).slice(0, 8)}`)]]));
}
