import { checkEntity } from './check-entity.js';
import { checkRegistry } from './check.js';
import type { Entity, EntityDefinition, Field, Registry } from './entity.js';

/**
 * Makes an entity of its definition.
 *
 * @throws SyncError `usage` when the definition contradicts itself, names a field that is not there, or takes a name that is not free.
 */
export function defineEntity<const Type extends string, const Fields extends Readonly<Record<string, Field>>>(
  definition: EntityDefinition<Type, Fields>,
): Entity<Type, Fields> {
  checkEntity(definition as unknown as EntityDefinition);
  const named = Object.entries<Field>(definition.fields);
  const core = named.filter(([, field]) => field.role === 'core');
  const synced = [...core, ...named.filter(([, field]) => field.role === 'extension')].map(([name, field], index) => ({
    name,
    field,
    index,
  }));
  const indexOf = new Map(synced.map((entry) => [entry.name, entry.index]));
  const { type, table, file, idPrefix, scope, fields, updated, created, shortId, naturalKey = [] } = definition;
  const references = new Map(Object.entries<string>((definition.references ?? {}) as Record<string, string>));
  return {
    ...{ type, table, file, idPrefix, scope, fields, updated, created, synced, indexOf },
    parents: Object.fromEntries(Object.entries<string>((definition.parents ?? {}) as Record<string, string>)),
    references: Object.fromEntries(references),
    naturalKey,
    since: definition.since ?? [],
    title: definition.title ?? naturalKey.at(-1),
    shortId: shortId && { field: shortId.field, prefix: shortId.prefix ?? '' },
    coreCount: core.length,
    groups: (definition.together ?? []).map((group) => group.map((name) => indexOf.get(name) ?? -1)),
    key: synced[0]?.name ?? '',
    referring: synced.flatMap(({ name, field }) => {
      const target = field.kind === 'set' ? field.set.references : references.get(name);
      return target === undefined ? [] : [{ name, field, target }];
    }),
  };
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
