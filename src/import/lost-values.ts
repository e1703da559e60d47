import { noteLoss } from '../journal.js';
import type { LostValue, LostValues } from '../jsonl/lost-values.js';
import { canonicalBytes } from '../merge/merge-record.js';
import { elementKey, elementsOf, setToken } from '../record/content.js';
import type { Content } from '../record/content.js';
import { entityOfType } from '../registry/entity.js';
import type { ImportContext } from './context.js';

/**
 * Takes into the journal what merge drivers left. A driver also runs for virtual bases, stashes and merges that are given up, so
 * what it says is lost may be the record's value now: that is dropped.
 */
export function takeLostValues(context: ImportContext, left: readonly LostValues[]): void {
  const { sql, target, rows, registry } = context;
  for (const value of left.flatMap(({ losses }) => losses)) {
    const { type, id, loss, why, at } = value;
    const entity = entityOfType(registry, type);
    const row = entity === undefined ? undefined : rows.read(entity, id);
    if (row !== undefined && holds(row, value)) continue;
    if (noteLoss(sql, target.project, { type, id }, loss, why, at)) {
      context.noticeLoss({ type, id }, `${loss.field ?? 'the whole record'}: a value lost a merge of files`);
    }
  }
}

/** Says whether a record has a value, as one that lost is written. */
function holds(content: Content, { loss: { field, lost } }: LostValue): boolean {
  if (field === null) return canonicalBytes(content) === lost;
  const synced = content.entity.synced[content.entity.indexOf.get(field) ?? -1];
  if (synced === undefined) return content.unknown.some(([name, token]) => name === field && token === lost);
  const token = content.tokens[synced.index] ?? 'null';
  if (synced.field.kind !== 'set') return token === lost;
  const { set } = synced.field;
  const mine = new Map(elementsOf(set, token).map((element) => [elementKey(element), setToken(set, [element])]));
  return elementsOf(set, lost).every((element) => mine.get(elementKey(element)) === setToken(set, [element]));
}
