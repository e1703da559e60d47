import { checkNames, contradiction } from './check.js';
import type { Entity, EntityDefinition, Field } from './entity.js';

/** Makes an entity of its definition. Throws `usage` when the definition contradicts itself, or takes a name that is not free. */
export function defineEntity<const Type extends string, const Fields extends Readonly<Record<string, Field>>>(
  definition: EntityDefinition<Type, Fields>,
): Entity<Type, Fields> {
  const named = Object.entries<Field>(definition.fields);
  const core = named.filter(([, field]) => field.role === 'core');
  const synced = [...core, ...named.filter(([, field]) => field.role === 'extension')].map(([name, field], index) => ({
    name,
    field,
    index,
  }));
  const indexOf = new Map(synced.map((entry) => [entry.name, entry.index]));
  const place = (name: string): number => {
    const index = indexOf.get(name);
    if (index === undefined) throw contradiction(definition, `${name} is no synced field`);
    return index;
  };
  const key = synced.find(({ field }) => field.kind === 'text' && field.key === true);
  if (key?.index !== 0) throw contradiction(definition, 'the first field must be the key');
  const { type, table, file, idPrefix, scope, fields, updated, created, shortId, naturalKey = [] } = definition;
  const references = new Map(Object.entries<string>((definition.references ?? {}) as Record<string, string>));
  const entity: Entity<Type, Fields> = {
    ...{ type, table, file, idPrefix, scope, fields, updated, created, synced, indexOf },
    parents: Object.fromEntries(Object.entries<string>((definition.parents ?? {}) as Record<string, string>)),
    references: Object.fromEntries(references),
    naturalKey,
    title: definition.title ?? naturalKey.at(-1),
    shortId: shortId && { field: shortId.field, prefix: shortId.prefix ?? '' },
    coreCount: core.length,
    groups: (definition.together ?? []).map((group) => group.map(place)),
    key: key.name,
    referring: synced.flatMap(({ name, field }) => {
      const target = field.kind === 'set' ? field.set.references : references.get(name);
      return target === undefined ? [] : [{ name, field, target }];
    }),
  };
  checkNames(entity);
  return entity;
}
