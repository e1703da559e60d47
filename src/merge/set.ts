import { EMPTY_SET, elementsByKey, joinMembers, setOfElements } from '../record/content.js';
import { quote, scanArray, scanObject, unquote } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import type { SetTable } from '../registry/field.js';
import type { Loss } from './loss.js';
import { eitherText, isSame, mapSides, mergeFields, oursWins, tokensAt } from './field.js';
import type { Contest, Fields, MergePolicy, Sides, Tokens } from './field.js';

/** Makes one of two elements that differ. */
export type MergeElement = (key: string, tokens: Tokens) => string | undefined;

/**
 * Merges collections by element: additions of both sides survive, removals propagate, an element that one side
 * removed and the other changed stays.
 */
export function mergeElements(sides: Sides<Fields>, contest: Contest, merge: MergeElement): Map<string, string> {
  const merged = new Map<string, string>();
  for (const key of new Set([...sides.ours.keys(), ...sides.theirs.keys()])) {
    const tokens = tokensAt(sides, key);
    const present = tokens.ours ?? tokens.theirs;
    const isAlone = tokens.ours === undefined || tokens.theirs === undefined;
    const isRemoved = isAlone && isSame(present, tokens.base, contest);
    const isOne = isAlone || isSame(tokens.ours, tokens.theirs, contest);
    const element = isAlone ? present : isOne ? eitherText(tokens) : merge(key, tokens);
    if (!isRemoved && element !== undefined) merged.set(key, element);
  }
  return merged;
}

/** Merges two different sets of a table; `policy` is that of the columns. `lost` has the elements of which a value lost, as sets of one. */
export function mergeSet(
  table: SetTable,
  tokens: Tokens,
  policy: MergePolicy,
): { readonly token: string; readonly lost: readonly string[] } {
  const lost: string[] = [];
  const elements = mapSides(tokens, (token) => elementsByKey(table, token ?? EMPTY_SET));
  const merged = mergeElements(elements, policy, (_, element) => {
    const sides = mapSides(element, (token): Fields => new Map(scanObject(token ?? '{}')));
    const losses: Loss[] = [];
    const columns = mergeFields(sides, policy, losses);
    // With equal times each side may lose another column.
    const loses = (side: Fields): boolean => losses.some(({ field, lost: value }) => side.get(field ?? '') === value);
    if (loses(sides.ours)) lost.push(`[${element.ours ?? ''}]`);
    if (loses(sides.theirs)) lost.push(`[${element.theirs ?? ''}]`);
    return `{${joinMembers([...columns])}}`;
  });
  return { token: setOfElements(merged), lost };
}

/**
 * Merges two different texts that are JSON arrays of strings (tags) by element; undefined when a side is none.
 * A side's own text stands if its set is the result, else the sorted array.
 */
export function mergeStringArrays({ base, ours, theirs }: Tokens, contest: Contest): string | undefined {
  const [b, o, t] = [base, ours, theirs].map(stringsIn);
  if (ours === undefined || theirs === undefined || o === undefined || t === undefined) return undefined;
  const merged = mergeElements({ base: b ?? new Map(), ours: o, theirs: t }, contest, (key) => key);
  const sorted = (): string => quote(JSON.stringify([...merged.keys()].sort(compareUtf8)));
  return sideThatIs(merged, [ours, o], [theirs, t], contest) ?? sorted();
}

function stringsIn(token: string | undefined): Fields | undefined {
  if (token?.startsWith('"') !== true) return undefined;
  try {
    const elements = scanArray(unquote(token));
    if (!elements.every((element) => element.startsWith('"'))) return undefined;
    return new Map(elements.map((element) => [unquote(element), unquote(element)]));
  } catch {
    return undefined;
  }
}

type Side = readonly [text: string, elements: Fields];

/** The text of a side that has just what was merged; the winner's where both have. */
export function sideThatIs(merged: Fields, ours: Side, theirs: Side, contest: Contest): string | undefined {
  const sides = oursWins(ours[0], theirs[0], contest) ? [ours, theirs] : [theirs, ours];
  return sides.find(
    ([, side]) =>
      side.size === merged.size && [...side].every(([key, token]) => isSame(merged.get(key), token, contest)),
  )?.[0];
}

/** All names of two lists in one order: that of the first; what only the second has stands after what precedes it there. */
export function inOneOrder(first: readonly string[], second: readonly string[]): string[] {
  const known = new Set(first);
  const after = new Map<string | undefined, string[]>();
  let last: string | undefined;
  for (const name of second) {
    if (known.has(name)) last = name;
    else if (after.get(last)?.push(name) === undefined) after.set(last, [name]);
  }
  return [...(after.get(undefined) ?? []), ...first.flatMap((name) => [name, ...(after.get(name) ?? [])])];
}
