import type { SetTable } from '../registry/field.js';
import { elementKey, elementNames } from './content.js';
import type { Element } from './content.js';
import { unquote } from './json.js';
import { compareIntegers } from './numbers.js';
import { compareUtf8 } from './order.js';

/** One element for each key: where one stands several times, that with the smallest values of `pick`. */
export function uniqueElements(table: SetTable, elements: readonly Element[]): Element[] {
  const unique = new Map<string, Element>();
  for (const element of elements) {
    const key = elementKey(element);
    const before = unique.get(key);
    if (before === undefined || comparePicks(table, element, before) < 0) unique.set(key, element);
  }
  return [...unique.values()];
}

function comparePicks(table: SetTable, a: Element, b: Element): number {
  const names = elementNames(table);
  for (const name of table.pick ?? []) {
    const index = names.indexOf(name);
    const x = a[index] ?? 'null';
    const y = b[index] ?? 'null';
    if (x === y) continue;
    if (x === 'null' || y === 'null') return x === 'null' ? -1 : 1;
    const order = table.element[name]?.kind === 'integer' ? compareIntegers(x, y) : compareUtf8(unquote(x), unquote(y));
    if (order !== 0) return order;
  }
  return 0;
}
