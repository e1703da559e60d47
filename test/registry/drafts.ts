import fc from 'fast-check';

import { coordinate, count, defineEntity, defineRegistry, integer, key, local, set, text } from '../../src/index.js';
import type { Entity, EntityDefinition, Field, Registry, RegistryDefinition, SetTable } from '../../src/index.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Names = Record<string, string>;

/** A definition that a test may change; its values are those of a valid one until then. */
export interface Draft extends Omit<
  Mutable<EntityDefinition>,
  'fields' | 'scope' | 'parents' | 'references' | 'together' | 'naturalKey'
> {
  fields: Record<string, Field>;
  scope: Record<string, string>;
  parents: Names;
  references: Names;
  together: string[][];
  naturalKey: string[];
}

/** The drafts of a registry. */
export interface Drafts {
  entities: Draft[];
  registry: Mutable<Partial<RegistryDefinition>>;
}

/** What an entity of {@link anyDrafts} has beside what every one has. */
const anyShape = fc.record({
  hasParent: fc.boolean(),
  throughParent: fc.boolean(),
  hasReference: fc.boolean(),
  hasNaturalKey: fc.boolean(),
  hasGroups: fc.boolean(),
  hasSet: fc.boolean(),
  hasScopeId: fc.boolean(),
  hasLocal: fc.boolean(),
});

/** Valid definitions of up to four entities that name each other. */
export const anyDrafts: fc.Arbitrary<() => Drafts> = fc
  .array(anyShape, { minLength: 1, maxLength: 4 })
  .map((shapes) => () => {
    const entities = shapes.map((shape, index): Draft => {
      const parent = index > 0 && shape.hasParent;
      const through = parent && shape.throughParent;
      const name = `t${index}`;
      return {
        type: `type${index}`,
        table: name,
        file: `${name}.jsonl`,
        idPrefix: `${name}_`,
        scope: through ? { through: 'parent' } : { column: 'project' },
        fields: {
          id: key(),
          ...(through ? {} : { project: coordinate('scope') }),
          ...(parent ? { parent: text() } : {}),
          ...(shape.hasReference ? { near: text({ nullable: true }) } : {}),
          ...(shape.hasScopeId ? { project_id: coordinate('scope-id') } : {}),
          title: text(),
          body: text({ nullable: true }),
          made: integer(),
          changed: integer(),
          ...(shape.hasLocal ? { mine: local() } : {}),
          ...(shape.hasSet ? { tag_count: count('tags'), tags: set(tagsOf(name)) } : {}),
        },
        parents: parent ? { parent: `type${index - 1}` } : {},
        references: shape.hasReference ? { near: `type${shapes.length - 1}` } : {},
        together: shape.hasGroups ? [['title', 'body'], ['made']] : [],
        naturalKey: shape.hasNaturalKey ? ['made', 'title'] : [],
        created: 'made',
        updated: 'changed',
      };
    });
    const hasScopeId = shapes.some((shape) => shape.hasScopeId);
    return { entities, registry: hasScopeId ? { scopeTable: SCOPE_TABLE } : {} };
  });

function tagsOf(name: string): SetTable {
  return {
    table: `${name}_tags`,
    owner: 'owner_id',
    element: { tag: text(), weight: integer({ nullable: true }) },
    id: { column: 'n', prefix: 'tag_' },
    references: 'type0',
    timestamps: ['added'],
    pick: ['weight'],
  };
}

const SCOPE_TABLE = {
  table: 'places',
  id: 'id',
  idPrefix: 'place_',
  path: 'path',
  name: 'name',
  timestamps: [],
} as const;

/** Defines an entity of a draft. */
export function defineDraft(draft: Draft): Entity {
  return defineEntity(draft as unknown as EntityDefinition);
}

/** Defines a registry of drafts. */
export function defineDrafts({ entities, registry }: Drafts): Registry {
  return defineRegistry({ entities: entities.map(defineDraft), ...registry });
}
