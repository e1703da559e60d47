import type { EntityDefinition, ForeignDeletions, Registry, ScopeTable } from './entity.js';
import type { Coordinate, Field, FieldRole, SetTable } from './field.js';

/** What a property of a definition holds. */
type Form =
  | 'a text'
  | 'a text or null'
  | 'a text or an object'
  | 'a text, an object or null'
  | 'a number'
  | 'true or false'
  | 'an object'
  | 'a list'
  | 'a list of names'
  | 'a list of lists of names'
  | 'a list of names, or of such lists'
  | 'core, extension or local'
  | 'scope, path or scope-id';

/** Each property that an object may have, with its form; one whose form begins with `?` may be left out. */
type Shape<T> = Readonly<Record<keyof Required<T> & string, Form | `?${Form}`>>;

type Properties = Readonly<Record<string, unknown>>;

const ANY_FIELD = {
  kind: 'a text',
  role: 'core, extension or local',
  nullable: 'true or false',
  column: '?a text or null',
} as const;

export const ENTITY: Shape<EntityDefinition> = {
  type: 'a text',
  table: 'a text',
  file: 'a text',
  idPrefix: 'a text',
  identity: '?an object',
  scope: 'a text or an object',
  fields: 'an object',
  together: '?a list of lists of names',
  parents: '?an object',
  references: '?an object',
  naturalKey: '?a list of names, or of such lists',
  unique: '?a list of lists of names',
  title: '?a text',
  since: '?a list',
  shortId: '?an object',
  updated: 'a text, an object or null',
  created: 'a text, an object or null',
};

/** The options of each kind of field. */
const FIELDS: { readonly [K in Field['kind']]: Shape<Extract<Field, { readonly kind: K }>> } = {
  text: {
    ...ANY_FIELD,
    key: '?true or false',
    oneOf: '?a list of names',
    coordinate: '?scope, path or scope-id',
    stringArray: '?true or false',
  },
  integer: {
    ...ANY_FIELD,
    min: '?a number',
    max: '?a number',
    fallback: '?a number',
    countOf: '?a text',
    time: '?true or false',
  },
  real: { ...ANY_FIELD, above: '?a number' },
  number: ANY_FIELD,
  blob: ANY_FIELD,
  any: ANY_FIELD,
  ref: { ...ANY_FIELD, to: 'a text', by: '?a text' },
  set: { ...ANY_FIELD, set: 'an object' },
};

export const SET_TABLE: Shape<SetTable> = {
  table: 'a text',
  owner: 'a text',
  element: 'an object',
  id: '?an object',
  references: '?a text',
  withoutOwnScope: '?true or false',
  timestamps: '?a list of names',
  created: '?a text',
  pick: '?a list of names',
};

export const SET_ID: Shape<NonNullable<SetTable['id']>> = { column: 'a text', prefix: 'a text' };
export const SHORT_ID: Shape<NonNullable<EntityDefinition['shortId']>> = { field: 'a text', prefix: '?a text' };
export const SINCE: Shape<NonNullable<EntityDefinition['since']>[number]> = {
  field: 'a text',
  when: 'a text',
  is: 'a list of names',
};
export const OWN_SCOPE: Shape<{ column: string }> = { column: 'a text' };
export const PARENT_SCOPE: Shape<{ through: string }> = { through: 'a text' };

export const REGISTRY: Shape<Registry> = {
  entities: 'a list',
  deletionsFile: 'a text',
  scopeTable: '?an object',
  foreignDeletions: '?an object',
  localTables: 'a list of names',
};

export const SCOPE_TABLE: Shape<ScopeTable> = {
  table: 'a text',
  id: 'a text',
  idPrefix: 'a text',
  path: 'a text',
  name: 'a text',
  timestamps: 'a list of names',
};

export const FOREIGN_DELETIONS: Shape<ForeignDeletions> = {
  table: 'a text',
  type: 'a text',
  id: 'a text',
  project: 'a text',
  at: 'a text',
  by: 'a text',
};

/** What is wrong with the properties of an object; undefined where they are those of the shape, and have its forms. */
export function misshapen(object: unknown, shape: Readonly<Record<string, string>>): string | undefined {
  if (!FORMS['an object'](object)) return `must be an object, not ${describe(object)}`;
  const found = new Map(Object.entries(object as Properties).filter(([, value]) => value !== undefined));
  const unknown = [...found.keys()].find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined)
    return `the property ${unknown} is unknown; the properties are ${Object.keys(shape).join(', ')}`;
  for (const [name, form] of Object.entries(shape)) {
    const expected = form.replace('?', '') as Form;
    const value = found.get(name);
    if (!found.has(name) && form === expected) return `${name} is missing; it must be ${expected}`;
    if (found.has(name) && !FORMS[expected](value)) return `${name} must be ${expected}, not ${describe(value)}`;
  }
  return undefined;
}

/** What is wrong with a field; undefined for one that is of these kinds, and has the properties of its kind. */
export function misshapenField(field: unknown, kinds: readonly Field['kind'][]): string | undefined {
  const kind = FORMS['an object'](field) ? (field as Properties)['kind'] : field;
  const known = kinds.find((each) => each === kind);
  if (known === undefined) return `must be a field of the kind ${kinds.join(' or ')}, not ${describe(kind)}`;
  return misshapen(field, FIELDS[known]);
}

const FORMS: Readonly<Record<Form, (value: unknown) => boolean>> = {
  'a text': isText,
  'a text or null': (value) => value === null || isText(value),
  'a text or an object': (value) => isText(value) || isObject(value),
  'a text, an object or null': (value) => value === null || isText(value) || isObject(value),
  'a number': (value) => typeof value === 'number' && !Number.isNaN(value),
  'true or false': (value) => typeof value === 'boolean',
  'an object': isObject,
  'a list': (value) => Array.isArray(value),
  'a list of names': areNames,
  'a list of lists of names': areLists,
  'a list of names, or of such lists': (value) => areNames(value) || areLists(value),
  'core, extension or local': isOneOf(['core', 'extension', 'local'] satisfies FieldRole[]),
  'scope, path or scope-id': isOneOf(['scope', 'path', 'scope-id'] satisfies Coordinate[]),
};

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function areLists(value: unknown): boolean {
  return Array.isArray(value) && value.every(areNames);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf(words: readonly string[]): (value: unknown) => boolean {
  return (value) => words.some((word) => word === value);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Array.isArray(value) ? 'a list' : FORMS['an object'](value) ? 'an object' : String(value);
}
