/** Walks two sorted sequences side by side: pairs with equal keys together, others alone. Each side must be strictly sorted. */
export function* mergeJoin<A, B>(
  left: Iterable<A>,
  right: Iterable<B>,
  compare: (a: A, b: B) => number,
): Generator<[A, B] | [A, undefined] | [undefined, B]> {
  const lefts = left[Symbol.iterator]();
  const rights = right[Symbol.iterator]();
  let a = lefts.next();
  let b = rights.next();
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : compare(a.value, b.value);
    if (order < 0 && a.done !== true) {
      yield [a.value, undefined];
      a = lefts.next();
    } else if (order > 0 && b.done !== true) {
      yield [undefined, b.value];
      b = rights.next();
    } else if (a.done !== true && b.done !== true) {
      yield [a.value, b.value];
      a = lefts.next();
      b = rights.next();
    }
  }
}
