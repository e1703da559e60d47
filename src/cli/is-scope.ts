import type { Field } from '../registry/entity.js';

/** A project's own coordinates follow from the project. */
export function isScope(field: Field): boolean {
  return field.kind === 'text' && (field.coordinate === 'scope' || field.coordinate === 'scope-id');
}
