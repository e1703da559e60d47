import { chunksOf } from './chunks.js';
import { mapSides } from './field.js';
import type { Sides } from './field.js';

/**
 * The places at which both sides changed lines without a key: nothing tells which of them belong together. Lines are given by what
 * they are known by, in the order of each side; the others say where these stand.
 */
export function keylessConflicts(
  orders: Sides<readonly string[]>,
  isKeyless: (identity: string) => boolean,
): Sides<readonly string[]>[] {
  const chunks = chunksOf(mapSides(orders, (order) => order.map((identity) => `${identity}\n`).join('')));
  return chunks
    .flatMap((chunk) => (chunk.same === undefined ? [chunk.sides] : []))
    .map((sides) => mapSides(sides, (text) => text.split('\n').filter(isKeyless)))
    .filter(({ base, ours, theirs }) => {
      const [b, o, t] = [base, ours, theirs].map((lines) => lines.join('\n'));
      return o !== b && t !== b && o !== t;
    });
}
