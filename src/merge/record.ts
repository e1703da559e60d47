import {
  EMPTY_SET,
  dataMembers,
  derived,
  elementKey,
  elementsOf,
  joinMembers,
  sameContent,
  setToken,
  sortMembers,
  tokenOf,
} from '../record/content.js';
import type { Content } from '../record/content.js';
import type { Member } from '../record/json.js';
import { compareIntegers } from '../record/numbers.js';
import { compareUtf8, isGreater } from '../record/order.js';
import { present, sameVersion } from '../record/version.js';
import type { Present } from '../record/version.js';
import type { Entity, Field } from '../registry/entity.js';
import type { Contest, Loss } from './conflict.js';
import { mergeValue, oursWins } from './field.js';
import { mergeSet, mergeStringArrays } from './set.js';

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
    if (side.stamp > other.stamp && sameContent(merged.content, side.content)) {
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
    losses.push(...merged.losses);
  }
  return { version, losses };
}

/** Of two lines that say the same in other bytes: the one that is not the base's line, else the greater bytes. */
function eitherLine(base: Present | undefined, ours: Present, theirs: Present): Present {
  const [b, o, t] = [base?.raw ?? '', ours.raw ?? '', theirs.raw ?? ''];
  return oursWins(o, t, { order: b === o ? -1 : b === t ? 1 : 0 }) ? ours : theirs;
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
  return compareIntegers(tokenOf(a, a.entity.updated), tokenOf(b, b.entity.updated));
}

/** The data object with extension fields, in portable form: the bytes that ties are decided by. */
export function canonicalBytes(content: Content): string {
  return `{${joinMembers(dataMembers(content.entity, content.tokens, content.unknown, true))}}`;
}

/** Merges two contents with a common base field by field. */
export function mergeContents(base: Content, ours: Content, theirs: Content): MergedContent {
  const { entity } = ours;
  const contest: Contest = { order: compareUpdated(ours, theirs) };
  const losses: Loss[] = [];
  const tokens = [...ours.tokens];
  const grouped = new Set(entity.groups.flat());
  for (const { name, field, index } of entity.synced) {
    if (grouped.has(index)) continue;
    const [b, o, t] = [base.tokens[index] ?? 'null', ours.tokens[index] ?? 'null', theirs.tokens[index] ?? 'null'];
    tokens[index] = mergeToken(entity, name, field, [b, o, t], contest, losses);
  }
  for (const group of entity.groups) mergeGroup(group, [base, ours, theirs], contest, tokens, losses);
  emptyCounts(entity, [base, ours, theirs], tokens);
  const unknown = mergeUnknown(base.unknown, ours.unknown, theirs.unknown, contest, losses);
  return { content: derived({ ...ours, tokens, unknown }), losses };
}

function mergeToken(
  entity: Entity,
  name: string,
  field: Field,
  [base, ours, theirs]: readonly [string, string, string],
  contest: Contest,
  losses: Loss[],
): string {
  if (ours === theirs) return ours;
  if (name === entity.created) return compareIntegers(ours, theirs) < 0 ? ours : theirs;
  if (name === entity.updated) return compareIntegers(ours, theirs) > 0 ? ours : theirs;
  if (field.kind === 'set') {
    const merged = mergeSet(field.set, base, ours, theirs, contest);
    losses.push(...merged.lost.map((lost) => ({ field: name, base, kept: merged.token, lost })));
    return merged.token;
  }
  const changedOnBoth = ours !== base && theirs !== base;
  if (changedOnBoth && field.kind === 'text' && field.stringArray === true) {
    const merged = mergeStringArrays(base, ours, theirs, contest);
    if (merged !== undefined) return merged;
  }
  const { value, lost } = mergeValue(base, ours, theirs, contest);
  const isCount = field.kind === 'integer' && field.countOf !== undefined;
  if (lost !== undefined && !isCount) losses.push({ field: name, base, kept: value, lost });
  return value;
}

function mergeGroup(
  group: readonly number[],
  [base, ours, theirs]: readonly [Content, Content, Content],
  contest: Contest,
  tokens: string[],
  losses: Loss[],
): void {
  const whole = (content: Content): string => `[${group.map((index) => content.tokens[index]).join(',')}]`;
  const { value, lost } = mergeValue(whole(base), whole(ours), whole(theirs), contest);
  const [winner, loser] = value === whole(ours) ? [ours, theirs] : [theirs, ours];
  for (const index of group) {
    const kept = winner.tokens[index] ?? 'null';
    const other = loser.tokens[index] ?? 'null';
    tokens[index] = kept;
    if (lost !== undefined && other !== kept) {
      const field = winner.entity.synced[index]?.name ?? null;
      losses.push({ field, base: base.tokens[index] ?? null, kept, lost: other });
    }
  }
}

/** A set that had elements on any side and has none any more is known to be empty: its count is zero. */
function emptyCounts(entity: Entity, sides: readonly Content[], tokens: string[]): void {
  for (const { field, index } of entity.synced) {
    if (field.kind !== 'integer' || field.countOf === undefined) continue;
    const set = entity.indexOf.get(field.countOf) ?? -1;
    if (tokens[set] === EMPTY_SET && sides.some((side) => side.tokens[set] !== EMPTY_SET)) tokens[index] = '0';
  }
}

function mergeUnknown(
  base: readonly Member[],
  ours: readonly Member[],
  theirs: readonly Member[],
  contest: Contest,
  losses: Loss[],
): Member[] {
  if (ours.length === 0 && theirs.length === 0) return [];
  const [b, o, t] = [new Map(base), new Map(ours), new Map(theirs)];
  const merged: Member[] = [];
  for (const name of new Set([...o.keys(), ...t.keys()])) {
    const result = mergeValue<string | undefined>(b.get(name), o.get(name), t.get(name), contest);
    if (result.value !== undefined) merged.push([name, result.value]);
    if (result.lost !== undefined) {
      losses.push({ field: name, base: b.get(name) ?? null, kept: result.value ?? null, lost: result.lost });
    }
  }
  return sortMembers(merged);
}

/** What the loser says otherwise than the winner: each field, each element, each unknown member. Times and counts are no loss. */
export function differingValues(winner: Content, loser: Content): Loss[] {
  const { entity } = winner;
  const losses: Loss[] = [];
  for (const { name, field, index } of entity.synced) {
    const kept = winner.tokens[index] ?? 'null';
    const lost = loser.tokens[index] ?? 'null';
    const isCount = field.kind === 'integer' && field.countOf !== undefined;
    if (kept === lost || isCount || name === entity.updated || name === entity.created) continue;
    if (field.kind !== 'set') {
      losses.push({ field: name, base: null, kept, lost });
      continue;
    }
    const keptByKey = new Map(elementsOf(field.set, kept).map((element) => [elementKey(element), element]));
    for (const element of elementsOf(field.set, lost)) {
      const token = setToken(field.set, [element]);
      const other = keptByKey.get(elementKey(element));
      if (other === undefined || setToken(field.set, [other]) !== token) {
        losses.push({ field: name, base: null, kept, lost: token });
      }
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
