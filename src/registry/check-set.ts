import type { SetTable } from './field.js';
import { findTwice } from './names.js';
import type { Refuse } from './refuse.js';
import { SET_ID, SET_TABLE, misshapen, misshapenField } from './shape.js';

/** Finds what makes a set impossible. Throws `usage` with the table and the column. */
export function checkSet(name: string, set: SetTable, refuse: Refuse): void {
  const refuseSet = (what: string): never => refuse(`the set ${name} (table ${set.table}): ${what}`);
  const wrong = misshapen(set, SET_TABLE) ?? (set.id === undefined ? undefined : wrongIn('id', set.id, SET_ID));
  if (wrong !== undefined) refuse(`the set ${name}: ${wrong}`);
  const { table, owner, element, id, timestamps = [], pick = [], created } = set;
  checkElement(set, refuseSet);
  const twice = findTwice([owner, ...Object.keys(element), ...timestamps, ...(id === undefined ? [] : [id.column])]);
  if (twice !== undefined) refuseSet(`the column ${table}.${twice} is there twice`);
  if (created !== undefined && element[created]?.kind !== 'integer')
    refuseSet(`created: ${table}.${created} is no integer column of the element`);
  for (const column of pick) {
    if (!Object.hasOwn(element, column)) {
      refuseSet(`pick: ${table}.${column} is no column of the element; those are ${Object.keys(element).join(', ')}`);
    }
  }
}

function checkElement({ table, element, references, withoutOwnScope }: SetTable, refuse: Refuse): void {
  for (const [column, field] of Object.entries(element)) {
    const wrong = misshapenField(field, ['text', 'integer']);
    if (wrong !== undefined) refuse(`${table}.${column}: ${wrong}`);
    if (field.role !== 'core') refuse(`${table}.${column}: a column of an element is always synced`);
  }
  const [first] = Object.entries(element);
  if (first === undefined) return refuse('the element has no columns');
  const [identity, field] = first;
  if (field.nullable) refuse(`${table}.${identity} identifies an element, and so is never null`);
  if (references !== undefined && field.kind !== 'text')
    refuse(`${table}.${identity} names records of the type ${references}, and so must be text`);
  if (withoutOwnScope === true && (field.kind !== 'text' || field.coordinate !== 'path'))
    refuse(`withoutOwnScope: ${table}.${identity} must be a coordinate('path') field`);
}

function wrongIn(property: string, object: unknown, shape: Readonly<Record<string, string>>): string | undefined {
  const wrong = misshapen(object, shape);
  return wrong === undefined ? undefined : `${property}: ${wrong}`;
}
