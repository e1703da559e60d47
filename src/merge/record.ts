import { EMPTY_SET, dataText, derived, elementsByKey, sameContent, sortMembers, tokenOf } from '../record/content.js';
import type { Content } from '../record/content.js';
import { compareUtf8, isGreater } from '../record/order.js';
import { present, sameVersion } from '../record/version.js';
import type { Present } from '../record/version.js';
import type { Entity } from '../registry/entity.js';
import type { Loss } from './loss.js';
import { eitherText, mapSides, mergeFields } from './field.js';
import type { Fields } from './field.js';
import { policyOfContents } from './policy.js';
import { compareMoments } from '../record/edit-time.js';

/** A merged record and the values that lost. */
export interface MergedContent {
  readonly content: Content;
  readonly losses: readonly Loss[];
}

/** A merged version and the values that lost. */
export interface MergedVersion {
  readonly version: Present;
  readonly losses: readonly Loss[];
}

/**
 * The one merge of two versions of a record. Pure, commutative and idempotent; `merge(b, x, b)` is `x`.
 *
 * A result with the content of the later side is that side itself, so that every replica derives the same
 * bytes; any other result gets the greatest stamp of its sources plus one millisecond.
 */
export function mergeVersions(base: Present | undefined, ours: Present, theirs: Present): MergedVersion {
  if (sameVersion(ours, theirs)) return { version: eitherLine(base, ours, theirs), losses: [] };
  if (base !== undefined && sameVersion(ours, base)) return { version: theirs, losses: [] };
  if (base !== undefined && sameVersion(theirs, base)) return { version: ours, losses: [] };
  const merged =
    base === undefined ? laterWhole(ours, theirs) : mergeContents(base.content, ours.content, theirs.content);
  for (const [side, other] of [
    [ours, theirs],
    [theirs, ours],
  ] as const) {
    if (side.stamp > other.stamp && sameContent(merged.content, side.alone ?? side.content)) {
      return { version: side, losses: merged.losses };
    }
  }
  return {
    version: present(merged.content, Math.max(ours.stamp, theirs.stamp) + 1),
    losses: merged.losses,
  };
}

/** Makes one version of several lines of one record, whatever their order. */
export function mergeDuplicates(versions: readonly [Present, ...Present[]]): MergedVersion {
  const [first, ...rest] = [...versions].sort(
    (a, b) => a.stamp - b.stamp || compareUtf8(canonicalBytes(a.content), canonicalBytes(b.content)),
  );
  const losses: Loss[] = [];
  let version: Present = first ?? versions[0];
  for (const next of rest) {
    const merged = mergeVersions(undefined, version, next);
    version = merged.version;
    for (const loss of merged.losses) losses.push(loss);
  }
  return { version, losses };
}

/** Of two lines that say the same in other bytes: the one that is not the base's line, else the greater bytes. */
function eitherLine(base: Present | undefined, ours: Present, theirs: Present): Present {
  const raws = { base: base?.raw, ours: ours.raw, theirs: theirs.raw };
  return eitherText(raws) === ours.raw ? ours : theirs;
}

/** Without a base nothing tells who changed what: the later version counts whole. */
function laterWhole(ours: Present, theirs: Present): MergedContent {
  const oursLater = ours.stamp === theirs.stamp ? winsTie(ours.content, theirs.content) : ours.stamp > theirs.stamp;
  const [winner, loser] = oursLater ? [ours, theirs] : [theirs, ours];
  return { content: winner.content, losses: differingValues(winner.content, loser.content) };
}

/** The rule of equal stamps between two present versions: later `updated_at`, then the greater bytes. */
export function winsTie(ours: Content, theirs: Content): boolean {
  const order = compareUpdated(ours, theirs);
  return order === 0 ? isGreater(canonicalBytes(ours), canonicalBytes(theirs)) : order > 0;
}

/** Compares the times at which two contents were last changed. */
function compareUpdated(a: Content, b: Content): number {
  const { entity } = a;
  return compareMoments(entity, 'updated', tokenOf(a, entity.updated), tokenOf(b, entity.updated));
}

/** The data object with extension fields, in portable form: the bytes that ties are decided by. */
export function canonicalBytes(content: Content): string {
  return `{${dataText(content.entity, content.tokens, content.unknown, true)}}`;
}

/** Merges two contents with a common base field by field. */
export function mergeContents(base: Content, ours: Content, theirs: Content): MergedContent {
  const { entity } = ours;
  const losses: Loss[] = [];
  const sides = mapSides({ base, ours, theirs }, fieldsOf);
  const merged = mergeFields(sides, policyOfContents(ours, theirs, compareUpdated(ours, theirs)), losses);
  const tokens = entity.synced.map(({ name }) => merged.get(name) ?? 'null');
  emptyCounts(entity, [base, ours, theirs], tokens);
  const unknown = sortMembers([...merged].filter(([name]) => !entity.indexOf.has(name)));
  return { content: derived({ entity, id: ours.id, tokens, unknown }), losses };
}

function fieldsOf({ entity, tokens, unknown }: Content): Fields {
  return new Map([...entity.synced.map(({ name, index }) => [name, tokens[index] ?? 'null'] as const), ...unknown]);
}

/** A set that had elements on any side and has none any more is known to be empty: its count is zero. */
function emptyCounts(entity: Entity, sides: readonly Content[], tokens: string[]): void {
  for (const { index, set } of entity.counts) {
    if (tokens[set] === EMPTY_SET && sides.some((side) => side.tokens[set] !== EMPTY_SET)) tokens[index] = '0';
  }
}

/** What the loser says otherwise than the winner: each field, each element, each unknown member. Times and counts are no loss. */
export function differingValues(winner: Content, loser: Content): Loss[] {
  const { entity } = winner;
  const losses: Loss[] = [];
  for (const { name, field, index } of entity.synced) {
    const kept = winner.tokens[index] ?? 'null';
    const lost = loser.tokens[index] ?? 'null';
    if (
      kept === lost ||
      entity.counts.some((count) => count.index === index) ||
      name === entity.updated ||
      name === entity.created
    )
      continue;
    if (loser.unsaid?.includes(index) === true) continue;
    if (field.kind !== 'set') {
      losses.push({ field: name, base: null, kept, lost });
      continue;
    }
    const elements = elementsByKey(field.set, kept);
    for (const [key, element] of elementsByKey(field.set, lost)) {
      if (elements.get(key) !== element) losses.push({ field: name, base: null, kept, lost: `[${element}]` });
    }
  }
  const known = new Map(winner.unknown);
  for (const [name, lost] of loser.unknown) {
    const kept = known.get(name) ?? null;
    if (kept !== lost) losses.push({ field: name, base: null, kept, lost });
  }
  return losses;
}

/** A record that loses as a whole. */
export function wholeRecord(content: Content): Loss {
  return { field: null, base: null, kept: null, lost: canonicalBytes(content) };
}
