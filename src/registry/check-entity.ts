import { checkSet } from './check-set.js';
import { naturalKeysOf } from './entity.js';
import type { EntityDefinition, TimeDefinition, TimeUnit } from './entity.js';
import type { Field } from './field.js';
import { BESIDE_TYPES, ENVELOPE, NAME_FORMS, RESERVED_TABLE, findTwice, isInherited, namesInSql } from './names.js';
import { refuseEntity } from './refuse.js';
import type { Refuse } from './refuse.js';
import { ENTITY, OWN_SCOPE, PARENT_SCOPE, SHORT_ID, SINCE, misshapen, misshapenField } from './shape.js';

/** Finds what makes a definition impossible, whatever the registry and the database are. Throws `usage` with the type and the field. */
export function checkEntity(definition: EntityDefinition): void {
  const refuse = refuseEntity(definition);
  const wrong = misshapen(definition, ENTITY);
  if (wrong !== undefined) refuse(wrong);
  for (const [name, field] of Object.entries(definition.fields)) checkField(name, field, refuse);
  checkNames(definition, refuse);
  checkKey(definition, refuse);
  checkScope(definition, refuse);
  checkShapes('shortId', definition.shortId === undefined ? [] : [definition.shortId], SHORT_ID, refuse);
  checkShapes('since', definition.since ?? [], SINCE, refuse);
  checkUses(definition, refuse);
}

const KINDS = ['text', 'integer', 'real', 'number', 'any', 'blob', 'ref', 'set'] as const satisfies Field['kind'][];

function checkField(name: string, field: Field, refuse: Refuse): void {
  const wrong = misshapenField(field, KINDS);
  if (wrong !== undefined) refuse(`the field ${name}: ${wrong}`);
  if (field.kind === 'set') checkSet(name, field.set, refuse);
  if (field.kind === 'text' && field.oneOf?.length === 0) refuse(`the field ${name}: oneOf has no words`);
  if (field.kind === 'integer' && (field.min ?? -Infinity) > (field.max ?? Infinity))
    refuse(`the field ${name}: min is greater than max`);
}

/** Refuses names that are not free, since lines, statistics or SQL need them otherwise. */
function checkNames(definition: EntityDefinition, refuse: Refuse): void {
  const { type, table, file, fields } = definition;
  if (!NAME_FORMS.type.pattern.test(type)) refuse(`the type must be ${NAME_FORMS.type.says}`);
  if (BESIDE_TYPES.has(type) || isInherited(type)) refuse(`the type ${type} is a name that statistics need`);
  if (!NAME_FORMS.file.pattern.test(file)) refuse(`the file ${JSON.stringify(file)} must be ${NAME_FORMS.file.says}`);
  for (const name of Object.keys(fields)) {
    if (ENVELOPE.has(name)) refuse(`the column ${table}.${name} has a name that every line needs for itself`);
    if (isInherited(name)) refuse(`the column ${table}.${name} has a name that every JavaScript object has`);
  }
  for (const [owner, name] of namesInSql(definition)) {
    if (isInherited(name)) refuse(`the column ${owner}.${name} has a name that every JavaScript object has`);
    if (!NAME_FORMS.sql.pattern.test(name))
      refuse(`${JSON.stringify(name)} in ${owner} must be ${NAME_FORMS.sql.says}`);
    if (RESERVED_TABLE.test(owner)) refuse(`the table ${owner} has a name that SQLite or sync needs`);
  }
  const columns = Object.entries(fields).flatMap(([name, { kind }]) => (kind === 'set' ? [] : [name]));
  const twice = findTwice(columns);
  if (twice !== undefined) refuse(`the column ${table}.${twice} is there twice`);
}

function checkShapes(
  property: string,
  objects: readonly unknown[],
  shape: Readonly<Record<string, string>>,
  refuse: Refuse,
): void {
  for (const object of objects) {
    const wrong = misshapen(object, shape);
    if (wrong !== undefined) refuse(`${property}: ${wrong}`);
  }
}

function checkKey({ table, fields }: EntityDefinition, refuse: Refuse): void {
  const keys = Object.entries(fields).flatMap(([name, field]) => (isKey(field) ? [name] : []));
  const [first] = Object.entries(fields).find(([, { role }]) => role === 'core') ?? [];
  if (keys[0] === undefined || keys[0] !== first) refuse('the first field must be the key');
  if (keys[1] !== undefined) refuse(`the field ${table}.${keys[1]} is a second key`);
}

function isKey(field: Field): boolean {
  return field.kind === 'text' && field.key === true;
}

function checkScope({ scope, parents = {} }: EntityDefinition, refuse: Refuse): void {
  if (scope === 'database') return;
  if (typeof scope === 'string') refuse(`scope must be an object or 'database', not ${JSON.stringify(scope)}`);
  const wrong = misshapen(scope, 'through' in scope ? PARENT_SCOPE : OWN_SCOPE);
  if (wrong !== undefined) refuse(`scope: ${wrong}`);
  if ('through' in scope && !Object.hasOwn(parents, scope.through))
    refuse(`scope: ${scope.through} names no parent; parents has ${Object.keys(parents).join(', ') || 'none'}`);
}

/** A property that names fields, and what such a field must be. */
interface Use {
  readonly property: string;
  readonly names: readonly string[];
  readonly fits: (field: Field) => boolean;
  readonly says: string;
}

/** The kinds of field that hold a time, by how it is written. */
const TIMES: Readonly<Record<TimeUnit, { readonly kinds: readonly Field['kind'][]; readonly says: string }>> = {
  ms: { kinds: ['integer', 'any'], says: 'an integer field, Unix milliseconds' },
  s: { kinds: ['integer', 'number', 'real', 'any'], says: 'a field of numbers, Unix seconds' },
  us: { kinds: ['integer', 'any'], says: 'an integer field, Unix microseconds' },
  ns: { kinds: ['integer', 'any'], says: 'an integer field, Unix nanoseconds' },
  webkit: { kinds: ['integer', 'any'], says: 'an integer field, microseconds since 1601' },
  julian: { kinds: ['real', 'number', 'any'], says: 'a field of numbers, Julian days' },
  iso: { kinds: ['text', 'any'], says: 'a text field, ISO 8601' },
};

function useOfTime(property: string, time: TimeDefinition<string> | null): Use {
  const { field, unit } = time === null || typeof time === 'string' ? { field: time, unit: 'ms' as const } : time;
  const { kinds, says } = TIMES[unit];
  return { property, names: field === null ? [] : [field], fits: ({ kind }) => kinds.includes(kind), says };
}

function usesOf({ fields, scope, created, updated, ...definition }: EntityDefinition): Use[] {
  const { parents = {}, references = {}, together = [], since = [], title, shortId } = definition;
  const isText = (field: Field, nullable: boolean): boolean => field.kind === 'text' && field.nullable === nullable;
  const isFree = (field: Field): boolean =>
    field.kind === 'text' && field.oneOf === undefined && field.coordinate === undefined && !isKey(field);
  const counts = Object.entries(fields).flatMap(([name, field]): Use[] => {
    if (field.kind !== 'integer' || field.countOf === undefined) return [];
    return [{ property: `count ${name}`, names: [field.countOf], fits: ({ kind }) => kind === 'set', says: 'a set' }];
  });
  return [
    useOfTime('created', created),
    useOfTime('updated', updated),
    {
      property: 'scope',
      names: scope !== 'database' && 'column' in scope ? [scope.column] : [],
      fits: (field) => field.kind === 'text' && field.coordinate === 'scope',
      says: "a coordinate('scope') field",
    },
    {
      property: 'parents',
      names: Object.keys(parents),
      fits: (field) => isText(field, false) || (field.kind === 'ref' && !field.nullable),
      says: 'a text field that is never null',
    },
    {
      property: 'references',
      names: Object.keys(references),
      fits: (field) => isText(field, true) || (field.kind === 'ref' && field.nullable),
      says: 'a text field that may be null',
    },
    ...naturalKeysOf(definition).flatMap((names): Use[] => [
      { property: 'naturalKey', names, fits: ({ kind }) => kind !== 'set', says: 'a field of one value' },
      // Of two records with one natural key, one gets another value in the last column.
      {
        property: 'the last of naturalKey',
        names: names.slice(-1),
        fits: isFree,
        says: 'free text, since a clash changes it',
      },
    ]),
    {
      property: 'title',
      names: title === undefined ? [] : [title],
      fits: ({ kind }) => kind === 'text',
      says: 'text',
    },
    {
      property: 'shortId',
      names: shortId === undefined ? [] : [shortId.field],
      fits: (field) => isText(field, true) && isFree(field),
      says: 'free text that may be null',
    },
    {
      property: 'since',
      names: since.map(({ field }) => field),
      fits: (field) => field.kind === 'integer' && field.nullable,
      says: 'an integer that may be null',
    },
    ...since.map(({ when }) => ({
      property: 'since',
      names: [when],
      fits: ({ kind }: Field) => kind === 'text',
      says: 'text',
    })),
    { property: 'together', names: together.flat(), fits: (field) => !isKey(field), says: 'a field that can change' },
    ...counts,
  ];
}

function checkUses(definition: EntityDefinition, refuse: Refuse): void {
  const { table, fields } = definition;
  if (!(definition.together ?? []).every((group) => Array.isArray(group)))
    refuse('together must be a list of lists of fields');
  for (const { property, names, fits, says } of usesOf(definition)) {
    for (const name of names) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field === undefined) {
        refuse(`${property}: there is no field ${table}.${name}; the fields are ${Object.keys(fields).join(', ')}`);
      } else if (field.role === 'local') {
        refuse(`${property}: ${table}.${name} is no synced field, but a local one`);
      } else if (!fits(field)) {
        refuse(`${property}: ${table}.${name} must be ${says}`);
      }
    }
    const twice = findTwice(names);
    if (twice !== undefined) refuse(`${property}: ${table}.${twice} is there twice`);
  }
}
