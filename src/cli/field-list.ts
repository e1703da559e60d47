import type { Entity } from '../registry/entity.js';
import type { Field } from '../registry/field.js';
import { helpRegistry } from './help-registry.js';
import { isScope } from '../sync/record-changes.js';

/** The fields that can be put, a line a type. */
export function fieldsOfAll(): string[] {
  return helpRegistry().entities.map((entity) => `${entity.type}: ${fieldsOf(entity).join(', ')}`);
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
  if (field.kind === 'real' || field.kind === 'number') return ' (number)';
  if (field.kind === 'blob') return ' ({"$blob": "base64"})';
  if (field.kind === 'ref') return ` (${field.to})`;
  return field.kind !== 'text' || field.oneOf === undefined ? '' : ` (${field.oneOf.join('|')})`;
}
