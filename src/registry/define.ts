import { checkEntity } from './check-entity.js';
import { checkRegistry } from './check.js';
import { CHANGED_AT, naturalKeysOf } from './entity.js';
import { columnOf } from './field.js';
import type { Entity, EntityDefinition, Registry, TimeDefinition, TimeUnit } from './entity.js';
import type { Field } from './field.js';

/**
 * Makes an entity of its definition.
 *
 * @throws SyncError `usage` when the definition contradicts itself, names a field that is not there, or takes a name that is not free.
 */
export function defineEntity<const Type extends string, const Fields extends Readonly<Record<string, Field>>>(
  definition: EntityDefinition<Type, Fields>,
): Entity<Type, Fields> {
  checkEntity(definition as unknown as EntityDefinition);
  return entityOf(definition);
}

/** The same without the check: what a test has checked need not be checked at each start, which saves 2 to 4 ms of it. */
export function entityOf<const Type extends string, const Fields extends Readonly<Record<string, Field>>>(
  definition: EntityDefinition<Type, Fields>,
): Entity<Type, Fields> {
  const named = Object.entries<Field>({
    ...definition.fields,
    ...(definition.updated === null ? { [CHANGED_AT]: CHANGED_FIELD } : {}),
  });
  const core = named.filter(([, field]) => field.role === 'core');
  const synced = [...core, ...named.filter(([, field]) => field.role === 'extension')].map(([name, field], index) => ({
    name,
    field,
    index,
  }));
  const indexOf = new Map(synced.map((entry) => [entry.name, entry.index]));
  const { type, table, file, idPrefix, scope, fields, shortId } = definition;
  const naturalKeys = naturalKeysOf(definition);
  const refs = named.flatMap(([name, field]) => (field.kind === 'ref' ? [{ name, field }] : []));
  const targets = (nullable: boolean): Record<string, string> =>
    Object.fromEntries(refs.flatMap(({ name, field }) => (field.nullable === nullable ? [[name, field.to]] : [])));
  const references = { ...(definition.references as Record<string, string> | undefined), ...targets(true) };
  const key = synced[0]?.name ?? '';
  const updated = timeField(definition.updated) ?? { field: CHANGED_AT, unit: 'ms' };
  const created = timeField(definition.created) ?? updated;
  return {
    ...{ type, table, file, idPrefix, scope, fields, synced, indexOf, key, references },
    identity: definition.identity ?? { column: columnOf(key, synced[0]?.field ?? CHANGED_FIELD) ?? key },
    updated: updated.field,
    created: created.field,
    units: { updated: updated.unit, created: created.unit },
    parents: { ...(definition.parents as Record<string, string> | undefined), ...targets(false) },
    naturalKeys,
    unique: [...naturalKeys, ...(definition.unique ?? [])].map((names) =>
      names.map((name) => columnOf(name, (fields as Readonly<Record<string, Field>>)[name] ?? CHANGED_FIELD) ?? name),
    ),
    since: definition.since ?? [],
    title: definition.title ?? naturalKeys[0]?.at(-1),
    shortId: shortId && { field: shortId.field, prefix: shortId.prefix ?? '' },
    coreCount: core.length,
    counts: synced.flatMap(({ field, index }) => {
      const counted = field.kind === 'integer' ? field.countOf : undefined;
      return counted === undefined ? [] : [{ index, set: indexOf.get(counted) ?? -1 }];
    }),
    groups: (definition.together ?? []).map((group) => group.map((name) => indexOf.get(name) ?? -1)),
    referring: synced.flatMap(({ name, field }) => {
      const target = field.kind === 'set' ? field.set.references : references[name];
      return target === undefined ? [] : [{ name, field, target }];
    }),
  };
}

/** The time of the last change, as the change log has it. */
const CHANGED_FIELD = { kind: 'integer', role: 'core', nullable: false, column: null, time: true } as const;

function timeField(
  time: TimeDefinition<string> | null,
): { readonly field: string; readonly unit: TimeUnit } | undefined {
  return typeof time === 'string' ? { field: time, unit: 'ms' } : (time ?? undefined);
}

/** What {@link defineRegistry} takes: a registry, of which the entities alone must be said. */
export interface RegistryDefinition<Entities extends readonly Entity[] = readonly Entity[]> extends Partial<
  Omit<Registry, 'entities'>
> {
  readonly entities: Entities;
}

/**
 * Makes a registry of entities, parents before children. Deletions are in `deletions.jsonl` where nothing else is said.
 *
 * @throws SyncError `usage` when two entities have one type, file or table, or name a type that is not there or comes later.
 */
export function defineRegistry<const Entities extends readonly Entity[]>(
  definition: RegistryDefinition<Entities>,
): Registry<Entities> {
  const registry = { deletionsFile: 'deletions.jsonl', localTables: [], ...definition };
  checkRegistry(registry);
  return registry;
}
