import { SyncError } from '../errors.js';
import type { Entity, Registry, SetTable } from './entity.js';

/** Names that a line has beside the fields of its record. */
const ENVELOPE: ReadonlySet<string> = new Set(['type', 'v', 'content_hash', 'exported_at']);

/** Names that statistics, which are keyed by type, have beside the types. */
const BESIDE_TYPES: ReadonlySet<string> = new Set([
  'total',
  'unknown',
  'notices',
  'problems',
  'dryRun',
  'files',
  'refused',
  'history',
]);

const TYPE = /^[A-Za-z][\w-]*$/;
const FILE = /^\w[\w.-]*\.jsonl$/;
const PLAIN = /^[A-Za-z_]\w*$/;

/** The error for a definition that cannot work. */
export function contradiction({ type, table }: Pick<Entity, 'type' | 'table'>, what: string): SyncError {
  return new SyncError('usage', `the entity ${JSON.stringify(type)} (table ${table}): ${what}`, {
    hint: 'correct the definition of the entity',
  });
}

/** Refuses names that are not free, since lines, statistics or SQL need them otherwise. Throws `usage`. */
export function checkNames(entity: Entity): void {
  const refuse = (what: string): never => {
    throw contradiction(entity, what);
  };
  const { type, table, file } = entity;
  if (!TYPE.test(type)) refuse('a type is letters, digits, _ and -, and begins with a letter');
  if (BESIDE_TYPES.has(type) || isInherited(type)) refuse(`the type ${type} is a name that statistics need`);
  if (!FILE.test(file)) refuse(`the file ${JSON.stringify(file)} must be a plain name that ends in .jsonl`);
  for (const name of Object.keys(entity.fields)) {
    if (ENVELOPE.has(name)) refuse(`the column ${table}.${name} has a name that every line needs for itself`);
    if (isInherited(name)) refuse(`the column ${table}.${name} has a name that every JavaScript object has`);
  }
  for (const [owner, name] of namesInSql(entity)) {
    if (isInherited(name)) refuse(`the column ${owner}.${name} has a name that every JavaScript object has`);
    if (!PLAIN.test(name)) refuse(`${JSON.stringify(name)} in ${owner} would need quotes in SQL`);
  }
}

/** Finds what makes a registry impossible, whatever the database is. Throws `usage` with table and column. */
export function checkRegistry({ entities, deletionsFile }: Registry): void {
  const types = new Map(entities.map((entity, index) => [entity.type, index]));
  const taken = new Set([deletionsFile]);
  for (const [index, entity] of entities.entries()) {
    const refuse = (what: string): never => {
      throw contradiction(entity, what);
    };
    checkNames(entity);
    checkFields(entity, refuse);
    const tables = entity.synced.flatMap(({ field }) => (field.kind === 'set' ? [field.set.table] : []));
    for (const name of [
      entity.type,
      entity.file,
      `table ${entity.table}`,
      ...tables.map((table) => `table ${table}`),
    ]) {
      if (taken.has(name)) refuse(`${name} is used twice in the registry`);
      taken.add(name);
    }
    for (const [field, parent] of Object.entries(entity.parents)) {
      const place = types.get(parent);
      if (place === undefined) refuse(`${entity.table}.${field} names the type ${parent}, which is not defined`);
      else if (place >= index)
        refuse(`${entity.table}.${field}: the parent ${parent} must come earlier in the registry`);
    }
    for (const { name, target } of entity.referring) {
      if (!types.has(target)) refuse(`${entity.table}.${name} names the type ${target}, which is not defined`);
    }
  }
}

type Refuse = (what: string) => never;

function checkFields(entity: Entity, refuse: Refuse): void {
  const { table } = entity;
  for (const role of ['created', 'updated'] as const) {
    if (fieldOf(entity, entity[role])?.kind !== 'integer')
      refuse(`${role}: ${table}.${entity[role]} must be an integer field, Unix milliseconds`);
  }
  checkScope(entity, refuse);
  checkReferences(entity, refuse);
  checkNaturalKey(entity, refuse);
  checkCalledBy(entity, refuse);
  for (const { name, field } of entity.synced) {
    if (field.kind === 'set') checkSet(name, field.set, refuse);
    if (field.kind === 'integer' && field.countOf !== undefined && fieldOf(entity, field.countOf)?.kind !== 'set')
      refuse(`${table}.${name} counts ${field.countOf}, which is no set`);
  }
}

function checkScope(entity: Entity, refuse: Refuse): void {
  const { scope, table } = entity;
  if ('through' in scope) {
    if (!Object.hasOwn(entity.parents, scope.through)) refuse(`scope: ${table}.${scope.through} names no parent`);
    return;
  }
  const field = fieldOf(entity, scope.column);
  if (field?.kind !== 'text' || field.coordinate !== 'scope')
    refuse(`scope: ${table}.${scope.column} must be a coordinate('scope') field`);
}

function checkReferences(entity: Entity, refuse: Refuse): void {
  for (const name of Object.keys(entity.parents)) {
    const field = fieldOf(entity, name);
    if (field?.kind !== 'text' || field.nullable)
      refuse(`${entity.table}.${name}: a parent is named by text, never null`);
  }
  for (const name of Object.keys(entity.references)) {
    const field = fieldOf(entity, name);
    if (field?.kind !== 'text' || !field.nullable)
      refuse(`${entity.table}.${name}: a reference is text that may be null`);
  }
}

/** Of two records with one natural key, one gets another value in the last column. */
function checkNaturalKey(entity: Entity, refuse: Refuse): void {
  for (const name of entity.naturalKey) {
    const field = fieldOf(entity, name);
    if (field === undefined || field.kind === 'set') refuse(`naturalKey: ${entity.table}.${name} is no synced column`);
  }
  const last = entity.naturalKey.at(-1);
  if (last === undefined) return;
  const field = fieldOf(entity, last);
  if (field?.kind !== 'text' || field.oneOf !== undefined || field.coordinate !== undefined || field.key === true)
    refuse(`naturalKey: its last column, ${entity.table}.${last}, must be free text, since a clash changes it`);
}

/** A name for people is text, and a short id is one that a record may be without. */
function checkCalledBy(entity: Entity, refuse: Refuse): void {
  const { table, title, shortId } = entity;
  if (title !== undefined && fieldOf(entity, title)?.kind !== 'text') refuse(`title: ${table}.${title} must be text`);
  if (shortId === undefined) return;
  const field = fieldOf(entity, shortId.field);
  if (field?.kind !== 'text' || !field.nullable || field.oneOf !== undefined || field.coordinate !== undefined)
    refuse(`shortId: ${table}.${shortId.field} must be free text that may be null`);
}

function checkSet(name: string, set: SetTable, refuse: Refuse): void {
  const [first, ...others] = Object.entries(set.element);
  if (first === undefined) return refuse(`the set ${name} (table ${set.table}) has no columns`);
  for (const [column, { kind }] of [first, ...others]) {
    if (!['text', 'integer'].includes(kind))
      refuse(`${set.table}.${column}: a column of an element is text or an integer, found ${kind}`);
  }
  const [identity, { kind, nullable }] = first;
  if (nullable) refuse(`${set.table}.${identity} identifies an element, and so is never null`);
  if (set.references !== undefined && kind !== 'text')
    refuse(`${set.table}.${identity} names records of the type ${set.references}, and so must be text`);
  for (const column of set.pick ?? []) {
    if (!Object.hasOwn(set.element, column)) refuse(`pick: ${set.table}.${column} is no column of the element`);
  }
}

/** Every name that stands in SQL, with the table that it belongs to. */
export function namesInSql({ table, fields }: Entity): [table: string, name: string][] {
  return [
    [table, table],
    ...Object.entries(fields).flatMap(([name, field]): [string, string][] => {
      // Nobody reads or writes a local column.
      if (field.kind !== 'set') return field.role === 'local' ? [] : [[table, name]];
      const { set } = field;
      const columns = [set.owner, ...Object.keys(set.element), ...(set.timestamps ?? [])];
      if (set.id !== undefined) columns.push(set.id.column);
      return [set.table, ...columns].map((column) => [set.table, column]);
    }),
  ];
}

function fieldOf({ synced, indexOf }: Entity, name: string): Entity['synced'][number]['field'] | undefined {
  return synced[indexOf.get(name) ?? -1]?.field;
}

/** True for a name that every object has without being given it. */
function isInherited(name: string): boolean {
  return name in Object.prototype;
}
