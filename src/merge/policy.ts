import { joinMembers } from '../record/content.js';
import { scanArray, scanObject } from '../record/json.js';
import type { Member } from '../record/json.js';
import { isGreater } from '../record/order.js';
import type { Loss } from './conflict.js';
import { inOneOrder } from './generic/one-order.js';
import { compareTimes, isTime } from '../record/time.js';

/** What a merge of two records is decided by, and what it drops. */
export interface Decider {
  /** Negative: theirs was updated later; positive: ours. */
  readonly order: number;
  readonly losses: Loss[];
}

/** Three tokens of one value; undefined where a side has none. */
export interface Tokens {
  readonly base: string | undefined;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** Times of the last change or of writing: the later one, and never a conflict. */
const TOUCHED = /^(?:updated|modified|exported|synced|last_modified|last_updated)(?:_?at)?$/i;
/** Sums of the rest: never a conflict. */
export const HASH = /(?:^|_)(?:hash|checksum|digest|etag)$|[a-z](?:Hash|Checksum)$/;
/** When a record was made: the earlier one. */
const CREATED = /^created(?:_?at)?$/i;

/** Says whether a field says nothing of its own: it follows from the others, or from when they were written. */
export function isVolatile(name: string): boolean {
  return TOUCHED.test(name) || HASH.test(name);
}

/** Says whether a value that gives way to another one is no loss: a time among times, a sum among sums. Names alone may deceive. */
function isNoLoss(name: string, lost: string, kept: string | undefined): boolean {
  const both = [lost, ...(kept === undefined ? [] : [kept])];
  if (TOUCHED.test(name) || CREATED.test(name)) return both.every(isTime);
  return HASH.test(name) && both.every((token) => /^(?:"[^\s"]*"|\d+)$/.test(token));
}

/** Says whether ours wins where both sides changed a value. */
export function oursIsFirst({ order }: Decider, ours: string | undefined, theirs: string | undefined): boolean {
  return order === 0 ? isGreater(ours ?? '', theirs ?? '') : order > 0;
}

/** Merges a value three ways; objects by member, arrays by element. `path` names it for the losses. */
function mergeTokens(path: string, tokens: Tokens, decider: Decider): string | undefined {
  const { base, ours, theirs } = tokens;
  if (ours === theirs || theirs === base) return ours;
  if (ours === base) return theirs;
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (ours !== undefined && theirs !== undefined) {
    if (TOUCHED.test(name) || CREATED.test(name)) {
      const order = compareTimes(ours, theirs) * (CREATED.test(name) ? -1 : 1);
      if (order !== 0) return order > 0 ? ours : theirs;
    }
    if (ours.startsWith('{') && theirs.startsWith('{')) return mergeObjects(path, tokens, decider);
    const array = ours.startsWith('[') && theirs.startsWith('[') ? mergeArrays(path, tokens, decider) : undefined;
    if (array !== undefined) return array;
  }
  const [kept, lost] = oursIsFirst(decider, ours, theirs) ? [ours, theirs] : [theirs, ours];
  // A member that one side took away is no value that could be lost.
  if (lost !== undefined && !isNoLoss(name, lost, kept)) {
    decider.losses.push({ field: path, base: base ?? null, kept: kept ?? null, lost });
  }
  return kept;
}

function mergeObjects(path: string, { base, ours = '{}', theirs = '{}' }: Tokens, decider: Decider): string {
  const isObject = base?.startsWith('{') === true;
  const sides = { base: isObject ? scanObject(base) : [], ours: scanObject(ours), theirs: scanObject(theirs) };
  return `{${joinMembers(mergeMembers(`${path}.`, sides, [], decider))}}`;
}

/** Merges the members of an object, in the order of the winner. Groups of names win or lose together. */
export function mergeMembers(
  prefix: string,
  sides: { readonly base: readonly Member[]; readonly ours: readonly Member[]; readonly theirs: readonly Member[] },
  groups: readonly (readonly string[])[],
  decider: Decider,
): Member[] {
  const [b, o, t] = [new Map(sides.base), new Map(sides.ours), new Map(sides.theirs)];
  const merged = new Map<string, string | undefined>();
  for (const group of groups) for (const [name, token] of mergeGroup(group, b, o, t, decider)) merged.set(name, token);
  const names = [sides.ours, sides.theirs].map((members) => members.map(([name]) => name)) as [string[], string[]];
  const isOursFirst = oursIsFirst(decider, joinMembers(sides.ours), joinMembers(sides.theirs));
  for (const name of new Set(names.flat())) {
    if (merged.has(name)) continue;
    const tokens = { base: b.get(name), ours: o.get(name), theirs: t.get(name) };
    merged.set(name, mergeTokens(prefix + name, tokens, decider));
  }
  return inOneOrder(isOursFirst ? names : [names[1], names[0]]).flatMap((name): Member[] => {
    const token = merged.get(name);
    return token === undefined ? [] : [[name, token]];
  });
}

type ByName = ReadonlyMap<string, string>;

function mergeGroup(
  group: readonly string[],
  b: ByName,
  o: ByName,
  t: ByName,
  decider: Decider,
): Map<string, string | undefined> {
  const whole = (side: ByName): string => JSON.stringify(group.map((name) => side.get(name) ?? null));
  const [base, ours, theirs] = [whole(b), whole(o), whole(t)];
  const isConflict = ours !== theirs && ours !== base && theirs !== base;
  const isOurs = isConflict ? oursIsFirst(decider, ours, theirs) : theirs === base;
  const [winner, loser] = isOurs ? [o, t] : [t, o];
  for (const name of isConflict ? group : []) {
    const [kept, lost] = [winner.get(name), loser.get(name)];
    if (lost === undefined || lost === kept || isNoLoss(name, lost, kept)) continue;
    decider.losses.push({ field: name, base: b.get(name) ?? null, kept: kept ?? null, lost });
  }
  return new Map(group.map((name) => [name, winner.get(name)]));
}

/** Merges arrays whose elements are all texts or all objects, each of them once; undefined for any other arrays. */
function mergeArrays(path: string, { base, ours = '[]', theirs = '[]' }: Tokens, decider: Decider): string | undefined {
  const lists = [base?.startsWith('[') === true ? base : '[]', ours, theirs].map(scanArray) as [
    string[],
    string[],
    string[],
  ];
  const all = lists.flat();
  const isOfObjects = all.every((token) => token.startsWith('{'));
  if (!isOfObjects && !all.every((token) => token.startsWith('"'))) return undefined;
  const hasIds =
    isOfObjects && lists.every((list) => areDistinct(list.map(idOf)) && !list.map(idOf).includes(undefined));
  const nameOf = (token: string): string => (hasIds ? idOf(token) : undefined) ?? token;
  if (!lists.every((list) => areDistinct(list.map(nameOf)))) return undefined;
  const byName = (list: readonly string[]): ByName => new Map(list.map((token) => [nameOf(token), token]));
  const [b, o, t] = [byName(lists[0]), byName(lists[1]), byName(lists[2])];
  const merged = new Map<string, string>();
  for (const name of new Set([...o.keys(), ...t.keys()])) {
    const tokens = { base: b.get(name), ours: o.get(name), theirs: t.get(name) };
    const token = mergeElement(`${path}[${name}]`, tokens, decider);
    if (token !== undefined) merged.set(name, token);
  }
  const isOursFirst = oursIsFirst(decider, ours, theirs);
  const equals = (side: ByName): boolean =>
    side.size === merged.size && [...side].every(([name, token]) => merged.get(name) === token);
  const [first, second] = isOursFirst ? [o, t] : [t, o];
  if (equals(first)) return isOursFirst ? ours : theirs;
  if (equals(second)) return isOursFirst ? theirs : ours;
  const names = inOneOrder([[...first.keys()], [...second.keys()]]);
  return `[${names.flatMap((name) => merged.get(name) ?? []).join(',')}]`;
}

/** An element that one side removed and the other changed stays. */
function mergeElement(path: string, tokens: Tokens, decider: Decider): string | undefined {
  const { base, ours, theirs } = tokens;
  if (ours === undefined || theirs === undefined) {
    const present = ours ?? theirs;
    return present === base ? undefined : present;
  }
  return mergeTokens(path, tokens, decider);
}

function idOf(token: string): string | undefined {
  return token.startsWith('{') ? new Map(scanObject(token)).get('id') : undefined;
}

function areDistinct(values: readonly (string | undefined)[]): boolean {
  return new Set(values).size === values.length;
}
