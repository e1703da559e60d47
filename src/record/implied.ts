import type { SetField } from '../registry/field.js';
import { elementKey, elementNames, elementsOf } from './content.js';
import type { Content } from './content.js';
import { quote } from './json.js';
import { integerValue } from './numbers.js';
import type { RecordObject } from './object.js';

/**
 * The fields of an edit with what follows from them: the time at which a field came to a value, where the registry says that another field has
 * it, and the time of elements that are new in a set. What the edit says itself stands.
 */
export function withImplied(before: Content, fields: RecordObject, now: number): RecordObject {
  const { entity } = before;
  const sets = Object.entries(fields).map(([name, value]): [string, unknown] => {
    const { field, index } = entity.synced[entity.indexOf.get(name) ?? -1] ?? {};
    return [name, field?.kind === 'set' ? withTimes(field, before.tokens[index ?? -1] ?? '[]', value, now) : value];
  });
  return { ...Object.fromEntries(sets), ...impliedTimes(before, fields, now) };
}

function impliedTimes(before: Content, fields: RecordObject, now: number): RecordObject {
  const { entity, tokens } = before;
  return Object.fromEntries(
    entity.since.flatMap(({ field, when, is }): [string, unknown][] => {
      const value = fields[when];
      if (value === undefined || fields[field] !== undefined) return [];
      const words = is.map(quote);
      const wasSo = words.includes(tokens[entity.indexOf.get(when) ?? -1] ?? 'null');
      const isSo = typeof value === 'string' && is.includes(value);
      return isSo === wasSo ? [] : [[field, isSo ? now : null]];
    }),
  );
}

/** An element that was there keeps its time. */
function withTimes({ set }: SetField, token: string, value: unknown, now: number): unknown {
  const [identity = ''] = Object.keys(set.element);
  const { created } = set;
  if (created === undefined || !Array.isArray(value)) return value;
  const at = elementNames(set).indexOf(created);
  const known = new Map(elementsOf(set, token).map((element) => [elementKey(element), element[at]]));
  return value.map((element: unknown) => {
    if (typeof element !== 'object' || element === null || Object.hasOwn(element, created)) return element;
    const time = known.get(String((element as RecordObject)[identity]));
    return { ...element, [created]: time === undefined ? now : integerValue(time) };
  });
}
