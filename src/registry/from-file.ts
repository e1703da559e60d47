import { defineEntity, defineRegistry } from './define.js';
import { local } from './fields.js';
import type { Entity, EntityDefinition, Identity, Registry } from './entity.js';
import type { Field } from './field.js';
import type { FileEntity, FileField, FileKind, FileTime, RegistryFile } from './file.js';
import { haveIdentity } from './file.js';
import { ENVELOPE, isInherited } from './names.js';

/** The file of deletions beside a registry file. */
const DELETIONS = 'deletions.jsonl';

/**
 * The registry that a file describes: the same as one made with `defineEntity`, in another notation.
 *
 * @throws SyncError `usage` when it contradicts itself, with the type and the field
 */
export function registryOf(file: RegistryFile): Registry {
  return defineRegistry({
    entities: parentsFirst(file.entities.map(entityOf)),
    deletionsFile: DELETIONS,
    localTables: [...file.local, ...file.derived],
  });
}

/** Parents before children, wherever they stand in the file; in a circle some come later. */
function parentsFirst(entities: readonly Entity[]): Entity[] {
  const placed = new Set<Entity>();
  const waiting = new Set<Entity>();
  const place = (entity: Entity): void => {
    if (placed.has(entity) || waiting.has(entity)) return;
    waiting.add(entity);
    for (const type of Object.values(entity.parents)) {
      const parent = entities.find((each) => each.type === type);
      if (parent !== undefined) place(parent);
    }
    placed.add(entity);
  };
  for (const entity of entities) place(entity);
  return [...placed];
}

function entityOf(entity: FileEntity): Entity {
  const { type, table, file, title, created, updated, id } = entity;
  const unique = (entity.unique ?? []).filter(({ columns }) => !haveIdentity(columns, id));
  const fields = new Map(Object.entries(entity.fields).map(([column, field]) => [column, fieldOf(column, field)]));
  const nameOf = (column: string): string => fields.get(column)?.name ?? column;
  const key = keyOf(id, fields);
  const renamed = unique.filter(
    ({ clash, columns }) => clash === 'rename' && isFreeText(fields.get(columns.at(-1) ?? '')?.field),
  );
  return defineEntity({
    ...{ type, table, file, scope: 'database', idPrefix: '', identity: identityOf(id, nameOf) },
    fields: Object.fromEntries([
      [key.name, key.field],
      ...('column' in id && !('of' in id) && id.number !== undefined ? [numberOf(id.number, fields)] : []),
      ...[...fields.values()].flatMap(({ name, field }) => (name === key.name ? [] : [[name, field] as const])),
    ]),
    ...('of' in id ? { parents: { [key.name]: id.of } } : {}),
    naturalKey: renamed.map(({ columns }) => columns.map(nameOf)),
    unique: unique.filter((each) => !renamed.includes(each)).map(({ columns }) => columns.map(nameOf)),
    ...(title === undefined ? {} : { title: nameOf(title) }),
    created: timeOf(created, nameOf),
    updated: timeOf(updated, nameOf),
  });
}

/** A field, and what lines call it. */
interface NamedField {
  readonly name: string;
  readonly field: Field;
}

function fieldOf(column: string, given: FileKind | FileField): NamedField {
  const {
    kind,
    as: name = column,
    null: nullable = false,
    to = '',
    by,
  }: FileField = typeof given === 'string' ? { kind: given } : given;
  if (kind === 'local') return { name, field: { ...local(), column } };
  const base = { role: 'core', nullable, ...(name === column ? {} : { column }) } as const;
  return {
    name,
    field: kind === 'ref' ? { ...base, kind, to, ...(by === undefined ? {} : { by }) } : { ...base, kind },
  };
}

/** The field that holds the id: the column's own, or one that is in lines alone. */
function keyOf(id: FileEntity['id'], fields: ReadonlyMap<string, NamedField>): NamedField {
  const text = { kind: 'text', role: 'core', nullable: false, key: true } as const;
  if ('of' in id) return { name: fields.get(id.column)?.name ?? id.column, field: { ...text, column: null } };
  if ('column' in id) {
    const { name = id.column } = fields.get(id.column) ?? {};
    return { name, field: { ...text, ...(name === id.column ? {} : { column: id.column }) } };
  }
  return { name: freeName('number' in id ? id.number : 'id', fields), field: { ...text, column: null } };
}

/** The number beside an id is what people know a record by: it travels, and is kept where it is free. */
function numberOf(column: string, fields: ReadonlyMap<string, NamedField>): [string, Field] {
  const name = freeName(column, fields);
  return [name, { kind: 'integer', role: 'core', nullable: true, ...(name === column ? {} : { column }) }];
}

function freeName(wanted: string, fields: ReadonlyMap<string, NamedField>): string {
  const names = new Set([...fields.values()].map(({ name }) => name));
  let name = wanted;
  while (names.has(name) || ENVELOPE.has(name) || isInherited(name)) name = `${name}_`;
  return name;
}

function identityOf(id: FileEntity['id'], nameOf: (column: string) => string): Identity {
  return 'columns' in id ? { columns: id.columns.map(nameOf) } : id;
}

function isFreeText(field: Field | undefined): boolean {
  return field?.kind === 'text';
}

function timeOf(time: FileTime | null, nameOf: (column: string) => string): EntityDefinition['updated'] {
  return time && { field: nameOf(time.column), unit: time.unit };
}
