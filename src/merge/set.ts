import { EMPTY_SET, elementsByKey, joinMembers, setOfElements } from '../record/content.js';
import { quote, scanArray, scanObject, unquote } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import type { SetTable } from '../registry/entity.js';
import type { Loss } from './loss.js';
import { mapSides, mergeFields, oursWins, tokensAt } from './field.js';
import type { Fields, MergePolicy, Sides, Tokens } from './field.js';

/** Which side was updated later. */
type Later = Pick<MergePolicy, 'order'>;

/** Makes one of two elements that differ. */
type MergeElement = (key: string, tokens: Tokens) => string | undefined;

/**
 * Merges collections by element: additions of both sides survive, removals propagate, an element that one side
 * removed and the other changed stays.
 */
function mergeElements(sides: Sides<Fields>, merge: MergeElement): Map<string, string> {
  const merged = new Map<string, string>();
  for (const key of new Set([...sides.ours.keys(), ...sides.theirs.keys()])) {
    const tokens = tokensAt(sides, key);
    const present = tokens.ours ?? tokens.theirs;
    const isAlone = tokens.ours === undefined || tokens.theirs === undefined;
    const isRemoved = isAlone && present === tokens.base;
    const element = isAlone || tokens.ours === tokens.theirs ? present : merge(key, tokens);
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
  const merged = mergeElements(elements, (_, element) => {
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
export function mergeStringArrays({ base, ours, theirs }: Tokens, policy: Later): string | undefined {
  const [b, o, t] = [base, ours, theirs].map(stringsIn);
  if (ours === undefined || theirs === undefined || o === undefined || t === undefined) return undefined;
  const merged = mergeElements({ base: b ?? new Map(), ours: o, theirs: t }, (key) => key);
  const sorted = (): string => quote(JSON.stringify([...merged.keys()].sort(compareUtf8)));
  return sideThatIs(merged, [ours, o], [theirs, t], policy) ?? sorted();
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

/**
 * Merges arrays whose elements are all texts or all objects, each of them once; undefined for any other arrays. Objects that all have an `id`
 * are known by it.
 */
export function mergeArrays(
  { base, ours, theirs }: Tokens & { readonly ours: string; readonly theirs: string },
  policy: Later,
  merge: MergeElement,
): string | undefined {
  const lists = [base?.startsWith('[') === true ? base : '[]', ours, theirs].map(scanArray);
  const isOf = (first: string): boolean => lists.flat().every((token) => token.startsWith(first));
  const keyed = isOf('"')
    ? byKey(lists, (token) => token)
    : isOf('{')
      ? (byKey(lists, idOf) ?? byKey(lists, (token) => token))
      : undefined;
  if (keyed === undefined) return undefined;
  const [b, o, t] = keyed as [Fields, Fields, Fields];
  const merged = mergeElements({ base: b, ours: o, theirs: t }, merge);
  const [first, second] = oursWins(ours, theirs, policy) ? [o, t] : [t, o];
  const inOrder = (): string =>
    `[${inOneOrder([...first.keys()], [...second.keys()])
      .flatMap((key) => merged.get(key) ?? [])
      .join(',')}]`;
  return sideThatIs(merged, [ours, o], [theirs, t], policy) ?? inOrder();
}

/** The elements of some arrays by their keys; undefined where one has none, or two of an array the same. */
function byKey(
  lists: readonly (readonly string[])[],
  keyOf: (token: string) => string | undefined,
): Fields[] | undefined {
  const keyed = lists.map(
    (list) =>
      new Map(
        list.flatMap((token) => {
          const key = keyOf(token);
          return key === undefined ? [] : [[key, token] as const];
        }),
      ),
  );
  return keyed.every((map, index) => map.size === lists[index]?.length) ? keyed : undefined;
}

function idOf(token: string): string | undefined {
  return new Map(scanObject(token)).get('id');
}

type Side = readonly [text: string, elements: Fields];

/** The text of a side that has just what was merged; the winner's where both have. */
function sideThatIs(merged: Fields, ours: Side, theirs: Side, policy: Later): string | undefined {
  const sides = oursWins(ours[0], theirs[0], policy) ? [ours, theirs] : [theirs, ours];
  return sides.find(
    ([, side]) => side.size === merged.size && [...side].every(([key, token]) => merged.get(key) === token),
  )?.[0];
}

/** All names of two lists in one order: that of the first; what only the second has stands after what precedes it there. */
export function inOneOrder(first: readonly string[], second: readonly string[]): string[] {
  const known = new Set(first);
  const after = new Map<string | undefined, string[]>();
  let last: string | undefined;
  for (const name of second) {
    if (known.has(name)) last = name;
    else after.set(last, [...(after.get(last) ?? []), name]);
  }
  return [...(after.get(undefined) ?? []), ...first.flatMap((name) => [name, ...(after.get(name) ?? [])])];
}
