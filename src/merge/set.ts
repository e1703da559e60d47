import { elementKey, elementNames, elementsOf, setToken } from '../record/content.js';
import type { Element } from '../record/content.js';
import { quote, scanArray, unquote } from '../record/json.js';
import { compareIntegers } from '../record/numbers.js';
import { compareUtf8 } from '../record/order.js';
import type { SetTable } from '../registry/entity.js';
import type { Contest } from './conflict.js';
import { mergeValue, oursWins } from './field.js';
import type { Merged } from './field.js';

/** A merged set and the elements whose values lost. */
export interface MergedSet {
  readonly token: string;
  /** The tokens of single elements (as sets of one). */
  readonly lost: readonly string[];
}

/**
 * Merges sets by element: additions of both sides survive, removals propagate, an element that one side
 * removed and the other changed stays.
 */
export function mergeSet(table: SetTable, base: string, ours: string, theirs: string, contest: Contest): MergedSet {
  const [b, o, t] = [base, ours, theirs].map(
    (token) => new Map(elementsOf(table, token).map((element) => [elementKey(element), element])),
  ) as [Map<string, Element>, Map<string, Element>, Map<string, Element>];
  const lost: string[] = [];
  const result: Element[] = [];
  for (const key of new Set([...o.keys(), ...t.keys()])) {
    const merged = mergeElement(table, b.get(key), o.get(key), t.get(key), contest);
    if (merged.value !== undefined) result.push(merged.value);
    for (const element of merged.lost) lost.push(setToken(table, [element]));
  }
  return { token: setToken(table, result), lost };
}

function mergeElement(
  table: SetTable,
  base: Element | undefined,
  ours: Element | undefined,
  theirs: Element | undefined,
  contest: Contest,
): { readonly value?: Element | undefined; readonly lost: readonly Element[] } {
  if (ours === undefined || theirs === undefined) {
    const present = ours ?? theirs;
    return base !== undefined && present !== undefined && sameElement(base, present)
      ? { lost: [] }
      : { value: present, lost: [] };
  }
  const columns = elementNames(table).map((name, index): Merged<string> => {
    const [x, y] = [ours[index] ?? 'null', theirs[index] ?? 'null'];
    if (name === 'created_at') return { value: compareIntegers(x, y) <= 0 ? x : y };
    return mergeValue<string>(base?.[index], x, y, contest);
  });
  // With equal times each side may lose another column.
  const lost = [ours, theirs].filter((side) =>
    columns.some((column, index) => column.lost !== undefined && column.lost === side[index]),
  );
  return { value: columns.map((column) => column.value), lost };
}

function sameElement(a: Element, b: Element): boolean {
  return a.length === b.length && a.every((token, index) => token === b[index]);
}

/**
 * Merges texts that are JSON arrays of strings (tags) by element, or gives undefined when a side is none.
 * A side's own text stands if its set is the result, else the sorted array.
 */
export function mergeStringArrays(
  base: string | undefined,
  ours: string,
  theirs: string,
  contest: Contest,
): string | undefined {
  const [o, t] = [stringsIn(ours), stringsIn(theirs)];
  if (o === undefined || t === undefined) return undefined;
  const b = (base === undefined ? undefined : stringsIn(base)) ?? new Set<string>();
  const result = new Set([...o, ...t].filter((value) => (o.has(value) && t.has(value)) || !b.has(value)));
  const equals = (side: ReadonlySet<string>): boolean =>
    side.size === result.size && [...side].every((value) => result.has(value));
  if (equals(o) && equals(t)) return oursWins(ours, theirs, contest) ? ours : theirs;
  if (equals(o)) return ours;
  if (equals(t)) return theirs;
  return quote(JSON.stringify([...result].sort(compareUtf8)));
}

function stringsIn(token: string): Set<string> | undefined {
  if (!token.startsWith('"')) return undefined;
  try {
    const elements = scanArray(unquote(token));
    return elements.every((element) => element.startsWith('"')) ? new Set(elements.map(unquote)) : undefined;
  } catch {
    return undefined;
  }
}
