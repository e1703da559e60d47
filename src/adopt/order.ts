/**
 * Puts what others refer to before them, as far as there is such an order. Beside that the order of the list stays, so that a list in
 * order comes back as it is.
 */
export function parentsFirst<T>(items: readonly T[], parentsOf: (item: T) => readonly T[]): T[] {
  const placed: T[] = [];
  const waiting = new Set(items);
  const waitsFor = (item: T): T[] => parentsOf(item).filter((parent) => parent !== item && waiting.has(parent));
  /** All that must come before an item, itself among them where it is part of a circle. */
  const allBefore = (item: T): Set<T> => {
    const found = new Set<T>();
    const further = waitsFor(item);
    for (let next = further.pop(); next !== undefined; next = further.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      further.push(...waitsFor(next));
    }
    return found;
  };
  /** Whether an item waits for nothing but others of its own circle. */
  const isFirstOfCircle = (item: T): boolean => [...allBefore(item)].every((other) => allBefore(other).has(item));
  for (let left = items.length; left > 0; left--) {
    const all = [...waiting];
    const next = all.find((item) => waitsFor(item).length === 0) ?? all.find(isFirstOfCircle);
    if (next === undefined) break;
    waiting.delete(next);
    placed.push(next);
  }
  return placed;
}
