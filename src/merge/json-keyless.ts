import { isGreater } from '../record/order.js';
import { chunksOf } from './chunks.js';
import { mapSides } from './field.js';
import type { Sides } from './field.js';

/** What each side has at one place. */
type Places = Sides<readonly string[]>;

/**
 * The places at which both sides changed lines without a key: nothing tells which of them belong together. Lines are given by what
 * they are known by, in the order of each side; those with a key say where the others stand.
 */
export function keylessConflicts(orders: Sides<readonly string[]>, hasNoKey: (identity: string) => boolean): Places[] {
  // Where chunks end may depend on which side is which.
  const isSwapped = isGreater(orders.ours.join('\n'), orders.theirs.join('\n'));
  const known = new Map<string, number>();
  const lineOf = (identity: string): string => {
    const number = known.get(identity) ?? known.size;
    known.set(identity, number);
    return `${number}\n`;
  };
  const numbers = mapSides(isSwapped ? swap(orders) : orders, (order) => Buffer.from(order.map(lineOf).join('')));
  const identities = [...known.keys()];
  const identitiesIn = (lines: Buffer): string[] =>
    lines
      .toString()
      .split('\n')
      .flatMap((number) => (number === '' ? [] : [identities[Number(number)] ?? '']));
  const places = chunksOf(numbers)
    .flatMap((chunk) => (chunk.same === undefined ? [isSwapped ? swap(chunk.sides) : chunk.sides] : []))
    .map((sides) => mapSides(sides, (lines) => identitiesIn(lines).filter(hasNoKey)))
    .filter(({ base, ours, theirs }) => {
      const [b, o, t] = [base, ours, theirs].map((lines) => lines.join('\n'));
      return o !== b && t !== b && o !== t;
    });
  return places.reduce(joinSharing, []);
}

/** A line that stands at another place on each side makes one conflict of both places. */
function joinSharing(all: readonly Places[], next: Places): Places[] {
  const lines = new Set([...next.ours, ...next.theirs]);
  const shares = ({ ours, theirs }: Places): boolean => [...ours, ...theirs].some((line) => lines.has(line));
  const joined = [...all.filter(shares), next].reduce((a, b) => ({
    base: [...a.base, ...b.base],
    ours: [...a.ours, ...b.ours],
    theirs: [...a.theirs, ...b.theirs],
  }));
  return [...all.filter((each) => !shares(each)), joined];
}

function swap<T>({ base, ours, theirs }: Sides<T>): Sides<T> {
  return { base, ours: theirs, theirs: ours };
}
