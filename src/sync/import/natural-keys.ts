import { sameContent, withTokens } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { quote, sha256, unquote } from '../../record/json.js';
import { compareUtf8 } from '../../record/order.js';
import { isDeleted } from '../../record/version.js';
import type { Outcome } from '../../store/knowledge/outcomes.js';
import type { ImportContext } from './context.js';
import type { LoadedRecord } from './load-record.js';
import { keepPrivate } from './keep-private.js';
import { keepsNaturalKey } from './plan.js';
import { lastOf } from '../../store/natural-key.js';
import { noteDerived } from './derived-version.js';

/** A row that has natural keys which another record is to have. */
export interface Clash {
  readonly id: string;
  readonly keys: readonly (readonly string[])[];
}

/**
 * The content with natural keys that no other row holds: of two records that clash, the one made later gets others. `derived` is there where
 * every replica derives the content.
 */
export function withFreeNaturalKeys(
  context: ImportContext,
  record: LoadedRecord,
  content: Content,
  clashes: readonly Clash[],
): { readonly content: Content; readonly derived?: Outcome['derived'] } {
  const lost: Clash[] = [];
  for (const clash of clashes) {
    const other = context.rows.read(content.entity, clash.id);
    if (other === undefined) continue;
    if (keepsKeys(context, content, other)) giveOtherKeys(context, other, clash.keys, content.id);
    else lost.push(clash);
  }
  if (lost.length === 0) return { content };
  for (const { id, keys } of lost) nameRenamed(context, content, keys, id);
  const renamed = withOtherKeys(
    context,
    content,
    lost.flatMap(({ keys }) => keys),
  );
  const { version } = record;
  const isOfLines = version !== undefined && !isDeleted(version) && sameContent(version.content, content);
  return { content: renamed, ...(isOfLines ? { derived: { stamp: version.stamp + 1, content: renamed } } : {}) };
}

/** Of a private record nobody else may learn, so it is always the one that gives way. */
function keepsKeys(context: ImportContext, content: Content, other: Content): boolean {
  const isPrivate = context.isPrivate(content);
  return isPrivate === context.isPrivate(other) ? keepsNaturalKey(content, other, compareUtf8) : !isPrivate;
}

/** Changes the row that must give way. */
function giveOtherKeys(context: ImportContext, row: Content, keys: Clash['keys'], keeper: string): void {
  const renamed = withOtherKeys(context, row, keys);
  noteDerived(context, 'renamed', row, renamed);
  context.write(renamed, row);
  nameRenamed(context, row, keys, keeper);
}

function nameRenamed(context: ImportContext, { entity, id }: Content, keys: Clash['keys'], other: string): void {
  const columns = lastOf(keys).join(' and ');
  context.report.notice('renamed', entity.type, id, `got another ${columns}, since ${other} has the same and keeps it`);
}

/** A rule may go by the key. */
function withOtherKeys(context: ImportContext, content: Content, keys: Clash['keys']): Content {
  const renamed = withTokens(
    content,
    new Map(
      lastOf(keys).map((name) => {
        const index = content.entity.indexOf.get(name) ?? -1;
        const value = unquote(content.tokens[index] ?? '""');
        return [index, quote(`${value}~${sha256(content.id).slice(0, 8)}`)];
      }),
    ),
  );
  keepPrivate(context, content, renamed);
  return renamed;
}
