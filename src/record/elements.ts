import type { SetTable } from '../registry/field.js';
import { elementKey, elementNames, joinMembers, setOfElements } from './content.js';
import type { Element } from './content.js';
import { unquote } from './json.js';
import { compareIntegers } from './numbers.js';
import { compareUtf8 } from './order.js';

/**
 * The canonical token of a set: elements sorted by the bytes of what identifies them, each once. Where one stands several times, that with
 * the smallest values of `pick` counts.
 */
export function setToken(table: SetTable, elements: readonly Element[]): string {
  const unique = new Map<string, Element>();
  for (const element of elements) {
    const key = elementKey(element);
    const before = unique.get(key);
    if (before === undefined || comparePicks(table, element, before) < 0) unique.set(key, element);
  }
  const names = elementNames(table);
  const tokens = new Map<string, string>();
  for (const [key, element] of unique) tokens.set(key, tokenOfElement(names, element));
  return setOfElements(tokens);
}

function tokenOfElement(names: readonly string[], element: Element): string {
  if (names.length === 1) return element[0] ?? 'null';
  return `{${joinMembers(names.map((name, index) => [name, element[index] ?? 'null']))}}`;
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
