import type { Entity, Field } from '../registry/entity.js';
import { savecontext } from '../savecontext/registry.js';
import { isScope } from './is-scope.js';

/** The fields that can be put, a paragraph a type. */
export function fieldsOfAll(): string[] {
  return savecontext.entities.flatMap((entity) => wrap(`${entity.type}: ${fieldsOf(entity).join(', ')}`, 96));
}

function fieldsOf(entity: Entity): string[] {
  return entity.synced
    .filter(({ name, field }) => name !== entity.key && (field.kind !== 'text' || !isScope(field)))
    .map(({ name, field }) => `${name}${hintOf(field)}`);
}

function hintOf(field: Field): string {
  if (field.kind === 'set') {
    const names = Object.keys(field.set.element);
    return names.length === 1 ? ' (set)' : ` (set of {${names.join(', ')}})`;
  }
  if (field.kind === 'integer') return field.min === undefined ? ' (integer)' : ` (${field.min}-${field.max ?? ''})`;
  if (field.kind === 'real') return ' (number)';
  return field.oneOf === undefined ? '' : ` (${field.oneOf.join('|')})`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `    ${word}`);
  }
  return lines;
}
