import { compareUtf8 } from '../record/order.js';
import { mapSides } from './field.js';
import type { Sides } from './field.js';

/** A line of the result: what it is known by, and what it is sorted by where nothing else says its place. */
export interface Placed {
  readonly identity: string;
  readonly sortKey: string;
}

/**
 * The order of the result. What both sides have keeps the order of the side that changed it; what only one side has stands after the
 * line that precedes it there. Where both sides have such lines at one place, each keeps its order, the smaller key first.
 */
export function mergeOrder(orders: Sides<readonly string[]>, result: ReadonlyMap<string, Placed>): string[] {
  const [inOurs, inTheirs] = [new Set(orders.ours), new Set(orders.theirs)];
  const isCommon = (identity: string): boolean =>
    result.has(identity) && inOurs.has(identity) && inTheirs.has(identity);
  const skeleton = commonOrder(mapSides(orders, (order) => order.filter(isCommon)));
  const runs = [orders.ours, orders.theirs].map((order) => runsOf(order, isCommon, result));
  const out: string[] = [];
  for (const anchor of [undefined, ...skeleton]) {
    if (anchor !== undefined) out.push(anchor);
    const [left = [], right = []] = runs.map((run) => run.get(anchor));
    for (const identity of interleave(left, right, result)) out.push(identity);
  }
  return out;
}

function commonOrder({ base, ours, theirs }: Sides<readonly string[]>): readonly string[] {
  const known = new Set(base);
  const hasOrderOfBase = (order: readonly string[]): boolean =>
    sameList(
      order.filter((each) => known.has(each)),
      base,
    );
  if (sameList(ours, theirs)) return ours;
  if (hasOrderOfBase(ours)) return hasOrderOfBase(theirs) ? smaller(ours, theirs) : theirs;
  return hasOrderOfBase(theirs) ? ours : smaller(ours, theirs);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** Nothing says which order is meant: one of them, whichever side it is on. */
function smaller(a: readonly string[], b: readonly string[]): readonly string[] {
  return compareUtf8(a.join('\n'), b.join('\n')) <= 0 ? a : b;
}

/** What only one side has, by the common line before it. */
function runsOf(
  order: readonly string[],
  isCommon: (identity: string) => boolean,
  result: ReadonlyMap<string, Placed>,
): Map<string | undefined, string[]> {
  const runs = new Map<string | undefined, string[]>();
  let anchor: string | undefined;
  for (const identity of order) {
    if (isCommon(identity)) anchor = identity;
    else if (result.has(identity)) {
      const run = runs.get(anchor);
      if (run === undefined) runs.set(anchor, [identity]);
      else run.push(identity);
    }
  }
  return runs;
}

function interleave(left: readonly string[], right: readonly string[], result: ReadonlyMap<string, Placed>): string[] {
  const out: string[] = [];
  const keyOf = (identity: string): string => `${result.get(identity)?.sortKey ?? ''}\0${identity}`;
  for (let [i, j] = [0, 0]; i < left.length || j < right.length;) {
    const [a, b] = [left[i], right[j]];
    const isLeft = b === undefined || (a !== undefined && compareUtf8(keyOf(a), keyOf(b)) < 0);
    out.push((isLeft ? a : b) ?? '');
    if (isLeft) i++;
    else j++;
  }
  return out;
}
