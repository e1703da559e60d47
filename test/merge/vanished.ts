import type { Loss } from '../../src/merge/loss.js';
import { EMPTY_SET, elementNames, elementsOf, elementKey } from '../../src/record/content.js';
import type { Content, Element } from '../../src/record/content.js';
import { unquote } from '../../src/record/json.js';
import type { SyncedField } from '../../src/registry/entity.js';
import type { SetField } from '../../src/registry/field.js';

/**
 * The values of a side that are neither in the result nor the base's nor named as lost. Times and counts of elements
 * follow from other values, and are no values of their own.
 */
export function vanishedValues(
  base: Content | undefined,
  side: Content,
  result: Content,
  losses: readonly Loss[],
): readonly string[] {
  const { entity } = side;
  const isLost = (field: string, token: string): boolean =>
    losses.some((loss) => loss.field === field && loss.lost === token);
  const fields = entity.synced.flatMap(({ name, field, index }: SyncedField): string[] => {
    if (name === entity.created || name === entity.updated) return [];
    if (field.kind === 'integer' && field.countOf !== undefined) return [];
    const [b, s, r] = [base, side, result].map((content) => content?.tokens[index]);
    if (s === undefined || r === undefined || s === r || s === b || isLost(name, s)) return [];
    if (field.kind === 'set') return vanishedElements(name, field, [b ?? EMPTY_SET, s, r], losses);
    if (field.kind === 'text' && field.stringArray === true && isCovered(b, s, r)) return [];
    return [`${name}: ${s}`];
  });
  const [known, kept] = [new Map(base?.unknown), new Map(result.unknown)];
  const unknown = side.unknown
    .filter(([name, token]) => kept.get(name) !== token && known.get(name) !== token && !isLost(name, token))
    .map(([name, token]) => `${name}: ${token}`);
  return [...fields, ...unknown];
}

function vanishedElements(
  name: string,
  { set }: SetField,
  [base, side, result]: readonly [string, string, string],
  losses: readonly Loss[],
): string[] {
  const byKey = (token: string): ReadonlyMap<string, Element> =>
    new Map(elementsOf(set, token).map((element) => [elementKey(element), element]));
  const [b, r] = [byKey(base), byKey(result)];
  const lost = losses.filter(({ field }) => field === name).flatMap((loss) => elementsOf(set, loss.lost));
  return elementsOf(set, side).flatMap((element) => {
    const key = elementKey(element);
    const held = [b.get(key), r.get(key), ...lost.filter((other) => elementKey(other) === key)];
    return elementNames(set).flatMap((column, index) => {
      const isHeld = held.some((other) => other?.[index] === element[index]);
      return isHeld || column === 'created_at' ? [] : [`${name}: ${column} of ${JSON.stringify(element)}`];
    });
  });
}

/** Whether each string of a side's array is in the result's or was in the base's. */
function isCovered(base: string | undefined, side: string, result: string): boolean {
  const [b, s, r] = [base, side, result].map(stringsIn);
  return s !== undefined && r !== undefined && s.every((value) => r.includes(value) || b?.includes(value) === true);
}

function stringsIn(token: string | undefined): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(unquote(token ?? 'null'));
    return Array.isArray(value) && value.every((element) => typeof element === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}
