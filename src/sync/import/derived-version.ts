import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { isDeleted } from '../../record/version.js';
import { readBase } from '../../store/knowledge/base.js';
import { derivedHash, readDerived, writeDerived } from '../../store/knowledge/derived.js';
import type { Outcome } from '../../store/knowledge/outcomes.js';
import type { RecordKey } from '../../record/record-key.js';
import { versionOf } from '../../format/version-of.js';
import type { ImportContext } from './context.js';
import type { LoadedRecord } from './load-record.js';

/** What a record's lines alone amount to keeps the stamp that every replica computes, where that is what the row gets. */
export function derivedFromLines(
  context: ImportContext,
  { key, version, isCleared }: LoadedRecord,
  result: Content,
): Outcome['derived'] {
  const isDerived = version !== undefined && !isDeleted(version) && version.raw === undefined;
  const isResult = isDerived && sameContent(version.content, result);
  noteCleared(context, key, isResult && isCleared ? version.stamp : undefined);
  return isResult ? { stamp: version.stamp, content: result } : undefined;
}

/** Notes what a row became without a line of its own: where it was what a line says, every replica derives the same version. */
export function noteDerived(
  context: ImportContext,
  change: 'cleared' | 'renamed',
  before: Content,
  after: Content,
): void {
  const key = { type: after.entity.type, id: after.id };
  const cleared = change === 'cleared' ? context.clearedStamps.get(nameOf(key)) : undefined;
  const stamp = cleared ?? nextStamp(context, key, before);
  noteCleared(context, key, change === 'cleared' ? stamp : undefined);
  if (stamp !== undefined) writeDerived(context.sql, key, stamp, after);
}

/** All references that a record loses in one import make one version, as for a replica that knew of the deletions before it had the line. */
function noteCleared({ clearedStamps }: ImportContext, key: RecordKey, stamp: number | undefined): void {
  if (stamp === undefined) clearedStamps.delete(nameOf(key));
  else clearedStamps.set(nameOf(key), stamp);
}

function nameOf({ type, id }: RecordKey): string {
  return `${type}/${id}`;
}

/** The stamp of what is derived from the version that has exactly this content: the base, or one that was derived. */
function nextStamp({ sql, registry, target }: ImportContext, key: RecordKey, content: Content): number | undefined {
  const base = readBase(sql, target, key);
  const version = base === undefined ? undefined : versionOf(registry, base.line);
  if (version?.kind === 'present' && sameContent(version.content, content)) return version.stamp + 1;
  const derived = readDerived(sql, key);
  return derived?.hash === derivedHash(content) ? derived.stamp + 1 : undefined;
}
