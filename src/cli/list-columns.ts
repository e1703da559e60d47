import type { Content } from '../record/content.js';
import { nameFields } from '../record/names.js';
import type { Entity, SyncedField } from '../registry/entity.js';
import { isTime, plainText, valueText } from './field-text.js';
import { isScope } from '../sync/record-changes.js';
import type { Grid } from './outcome.js';
import { shortAge } from './time-text.js';

/** How many fields a list shows beside the name, the title and the age. */
const MOST = 4;

/** A column of a list. */
interface ListColumn {
  readonly head: string;
  readonly cell: (content: Content) => string;
}

/** How the records of a type are listed: name, title, what matters most, age. All of it follows from the registry. */
export function listColumns(entity: Entity, now: number): ListColumn[] {
  const { shortId, naturalKey, title } = nameFields(entity);
  const fieldOf = (name: string): SyncedField[] => entity.synced.filter((each) => each.name === name);
  const called = [title ?? naturalKey].flatMap((name) => (name === undefined ? [] : fieldOf(name)));
  const shown = new Set([...called.map(({ name }) => name), entity.key, shortId]);
  // A key that is unique in the project names the record by itself.
  const isNamedByKey =
    shortId === undefined &&
    entity.naturalKeys[0]?.slice(0, -1).every((name) => fieldOf(name).every(({ field }) => isScope(field))) === true;
  const column = (synced: SyncedField): ListColumn => ({
    head: synced.name,
    cell: ({ tokens }) => valueText(entity, synced, tokens[synced.index] ?? 'null', now),
  });
  return [
    ...(isNamedByKey ? [] : [{ head: 'id', cell: (content: Content) => textOf(content, shortId) ?? content.id }]),
    ...called.map(column),
    ...entity.synced
      .filter((synced) => !shown.has(synced.name) && matters(entity, synced))
      .slice(0, MOST)
      .map(column),
    { head: 'age', cell: (content) => shortAge(Number(textOf(content, entity.updated)), now) },
  ];
}

/** The tones of these columns: names and ages stand back, so that the titles are read first. */
export function listTones(columns: readonly ListColumn[]): Grid['tones'] {
  return { 0: 'good', [columns.length - 1]: 'dim' };
}

/** Whether a field tells records apart: one that each record has, a word for the state of it, a number of a scale, plain labels. */
function matters(entity: Entity, { name, field, index }: SyncedField): boolean {
  if (isScope(field) || isTime(entity, name) || name in entity.parents) return false;
  switch (field.kind) {
    case 'set':
      return Object.keys(field.set.element).length === 1 && field.set.withoutOwnScope !== true;
    case 'integer':
      return !field.nullable || (field.min !== undefined && field.max !== undefined);
    case 'real':
    case 'number':
      return !field.nullable;
    case 'any':
    case 'blob':
    case 'ref':
      return false;
    case 'text':
      return !field.nullable || entity.groups.some(([head]) => head === index);
  }
}

function textOf({ entity, tokens }: Content, name: string | undefined): string | undefined {
  const token = tokens[entity.indexOf.get(name ?? '') ?? -1] ?? 'null';
  return token === 'null' ? undefined : plainText(token);
}
