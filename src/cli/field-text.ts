import { elementNames, elementsOf } from '../record/content.js';
import type { Element } from '../record/content.js';
import { unquote } from '../record/json.js';
import type { Entity, SyncedField } from '../registry/entity.js';
import { dateText, longAge } from './time-text.js';

/** A value as people read it: a text without quotes, a date for a time, the elements of a set. Empty where there is none. */
export function valueText(entity: Entity, { name, field }: SyncedField, token: string, now: number): string {
  if (token === 'null') return '';
  if (field.kind !== 'set') return isTime(entity, name) ? timeText(token, now) : plainText(token);
  const names = elementNames(field.set);
  const created = names.indexOf(field.set.created ?? '');
  return elementsOf(field.set, token)
    .map((element) => elementText(element, created))
    .join(', ');
}

/** The text of a token. */
export function plainText(token: string): string {
  return token.startsWith('"') ? unquote(token) : token;
}

/** Whether a field holds a time, in Unix milliseconds. */
export function isTime(entity: Entity, name: string): boolean {
  const field = entity.synced[entity.indexOf.get(name) ?? -1]?.field;
  return (
    name === entity.created ||
    name === entity.updated ||
    entity.since.some((each) => each.field === name) ||
    (field?.kind === 'integer' && field.time === true)
  );
}

function timeText(token: string, now: number): string {
  const ms = Number(token);
  return `${dateText(ms)} (${longAge(ms, now)})`;
}

/** What identifies an element, and in brackets what else it has. When it was made says little. */
function elementText(element: Element, created: number): string {
  const [first = '', ...others] = element.filter((token, column) => token !== 'null' && column !== created);
  const further = others.map(plainText).join(', ');
  return `${plainText(first)}${further === '' ? '' : ` (${further})`}`;
}
