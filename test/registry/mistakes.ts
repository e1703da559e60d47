import { coordinate, integer, key, text } from '../../src/index.js';
import type { Field, SetTable } from '../../src/index.js';
import type { Draft, Drafts } from './drafts.js';

/** A change that makes a valid definition wrong. */
export interface Mistake {
  readonly what: string;
  /** What the message must name. */
  readonly names: readonly string[];
  /** The entity that is refused by itself; undefined where only the registry can tell. */
  readonly entity?: number;
  readonly make: (drafts: Drafts) => void;
}

const NOWHERE = 'nowhere';

/** Every single mistake that a definition can have in what it names. */
export function mistakesIn(drafts: Drafts): Mistake[] {
  return [...drafts.entities.flatMap((draft, index) => [...ofEntity(draft, index)]), ...ofRegistry(drafts)];
}

function* ofEntity(draft: Draft, entity: number): Generator<Mistake> {
  const { type, table } = draft;
  const mistake = (what: string, names: readonly string[], change: (draft: Draft) => void): Mistake => ({
    what: `${type}: ${what}`,
    names: [type, ...names],
    entity,
    make: ({ entities }) => {
      const found = entities[entity];
      if (found !== undefined) change(found);
    },
  });
  const inSet = (more: object) => (changed: Draft) => {
    const { tags } = changed.fields;
    if (tags?.kind === 'set') changed.fields['tags'] = { ...tags, set: { ...tags.set, ...more } };
  };
  for (const role of ['created', 'updated'] as const) {
    yield mistake(`${role} names no field`, [role, `${table}.${NOWHERE}`], (d) => (d[role] = NOWHERE));
    yield mistake(`${role} names a text`, [role, `${table}.title`], (d) => (d[role] = 'title'));
  }
  yield mistake('scope names no field', ['scope', `${table}.${NOWHERE}`], (d) => (d.scope = { column: NOWHERE }));
  yield mistake('scope names a text', ['scope', `${table}.title`], (d) => (d.scope = { column: 'title' }));
  yield mistake('scope names no parent', ['scope', NOWHERE], (d) => (d.scope = { through: NOWHERE }));
  yield mistake('scope says nothing', ['scope', 'column'], (d) => (d.scope = {}));
  if (draft.scope['through'] !== undefined) {
    yield mistake('scope goes through a parent, and there are none', ['scope', 'parent'], (d) => (d.parents = {}));
  }
  yield mistake('a parent is no field', ['parents', NOWHERE], (d) => (d.parents[NOWHERE] = 'type0'));
  yield mistake('a parent may be null', ['parents', `${table}.body`], (d) => (d.parents['body'] = 'type0'));
  yield mistake('a reference is no field', ['references', NOWHERE], (d) => (d.references[NOWHERE] = 'type0'));
  yield mistake(
    'a reference is never null',
    ['references', `${table}.title`],
    (d) => (d.references['title'] = 'type0'),
  );
  yield mistake('a natural key has no field', ['naturalKey', NOWHERE], (d) => (d.naturalKey = [NOWHERE, 'title']));
  yield mistake('a natural key ends in a number', ['naturalKey', 'made'], (d) => (d.naturalKey = ['made']));
  yield mistake('a natural key has a field twice', ['naturalKey', 'title'], (d) => (d.naturalKey = ['title', 'title']));
  yield mistake('a group has no field', ['together', NOWHERE], (d) => d.together.push(['changed', NOWHERE]));
  yield mistake('a field is in two groups', ['together', 'title'], (d) =>
    d.together.push(['title', 'made'], ['title']),
  );
  yield mistake('a group has the key', ['together', `${table}.id`], (d) => d.together.push(['id']));
  yield mistake('a count of nothing', [`${table}.${NOWHERE}`], (d) => (d.fields['x'] = counting(NOWHERE)));
  yield mistake('a count of a text', [`${table}.title`], (d) => (d.fields['x'] = counting('title')));
  yield mistake('a second key', [`${table}.other`], (d) => (d.fields['other'] = key()));
  yield mistake('no key', ['key'], (d) => (d.fields['id'] = text()));
  yield mistake('a column twice', [`${table}.TITLE`], (d) => (d.fields['TITLE'] = text()));
  yield mistake('no field', ['odd'], (d) => (d.fields['odd'] = undefined as never));
  yield mistake('a field of no kind', ['odd'], (d) => (d.fields['odd'] = { ...text(), kind: 'blub' } as never));
  yield mistake('an unknown option', ['odd', 'nulable'], (d) => (d.fields['odd'] = text({ nulable: true } as never)));
  yield mistake('a role that nobody knows', ['odd', 'lokal'], (d) => {
    d.fields['odd'] = { ...text(), role: 'lokal' as never };
  });
  yield mistake('a coordinate that nobody knows', ['odd', 'scop'], (d) => {
    d.fields['odd'] = coordinate('scop' as never);
  });
  yield mistake('no words', ['odd', 'oneOf'], (d) => (d.fields['odd'] = text({ oneOf: [] })));
  yield mistake('bounds that nothing fits', ['odd', 'min'], (d) => (d.fields['odd'] = integer({ min: 2, max: 1 })));
  yield mistake('a property that nobody knows', ['togehter'], (d) => Object.assign(d, { togehter: [['title']] }));
  yield mistake('a table of sync', ['scsync_x'], (d) => (d.table = 'scsync_x'));
  for (const property of ['type', 'table', 'file', 'idPrefix', 'scope', 'fields', 'created', 'updated'] as const) {
    const names = property === 'type' ? ['type'] : [property, type];
    yield { ...mistake(`no ${property}`, [], (d) => Reflect.deleteProperty(d, property)), names };
  }
  if (draft.fields['mine'] !== undefined) {
    yield mistake('a local field changes with others', [`${table}.mine`], (d) => d.together.push(['mine']));
    yield mistake('a local field is a natural key', [`${table}.mine`], (d) => (d.naturalKey = ['mine']));
  }
  if (draft.fields['tags'] === undefined) return;
  for (const property of ['table', 'owner', 'element'] as const) {
    yield mistake(`a set without ${property}`, ['tags', property], inSet({ [property]: undefined }));
  }
  yield mistake('a set of nothing', ['tags', 'columns'], inSet({ element: {} }));
  yield mistake('a set that may be null', ['tags', 'tag'], inSet({ element: { tag: NULLABLE } }));
  yield mistake('a set picks no column', ['tags', NOWHERE], inSet({ pick: [NOWHERE] }));
  yield mistake('a set with its owner as an element', ['tags', 'tag'], inSet({ owner: 'tag' }));
  yield mistake('a set with its owner as a time', ['owner_id'], inSet({ timestamps: ['owner_id'] }));
  yield mistake('a set whose id has no prefix', ['tags', 'prefix'], inSet({ id: { column: 'n' } }));
  yield mistake('a set without a scope of its own', ['withoutOwnScope', 'tag'], inSet({ withoutOwnScope: true }));
  yield mistake('a set with a property that nobody knows', ['tags', 'onwer'], inSet({ onwer: 'x' }));
}

const NULLABLE = text({ nullable: true });

function counting(set: string): Field {
  return { ...integer({ nullable: true }), countOf: set };
}

function* ofRegistry({ entities, registry }: Drafts): Generator<Mistake> {
  const mistake = (what: string, names: readonly string[], make: Mistake['make']): Mistake => ({ what, names, make });
  const [first] = entities;
  if (first === undefined) return;
  const { type, file, table } = first;
  const last = entities.length - 1;
  const change = (index: number, more: Partial<Draft>): Mistake['make'] => {
    return (drafts) => Object.assign(drafts.entities[index] ?? {}, more);
  };
  if (last > 0) {
    yield mistake('a type twice', [type], change(last, { type }));
    yield mistake('a file twice', [type, file.replace('t', 'T')], change(last, { file: file.replace('t', 'T') }));
    yield mistake('a table twice', [table.toUpperCase()], change(last, { table: table.toUpperCase() }));
  }
  yield mistake('deletions in a file of records', [type, file], (d) => (d.registry.deletionsFile = file));
  yield mistake(
    'deletions in another folder',
    ['deletionsFile', '../x.jsonl'],
    (d) => (d.registry.deletionsFile = '../x.jsonl'),
  );
  yield mistake('a local table that is synced', [type, table], (d) => (d.registry.localTables = [table]));
  yield mistake('a property that nobody knows', ['entites'], (d) => Object.assign(d.registry, { entites: [] }));
  yield mistake('an entity that is only a definition', ['defineEntity'], (d) => {
    Object.assign(d.registry, { entities: [first] });
  });
  for (const [index, { type: own, table: name, parents, references, fields }] of entities.entries()) {
    const names = (property: string, field: string): string[] => [own, property, `${name}.${field}`];
    if (parents['parent'] !== undefined) {
      yield mistake(
        'a parent that is no type',
        [...names('parents', 'parent'), NOWHERE],
        change(index, { parents: { parent: NOWHERE } }),
      );
      yield mistake('a parent that comes later', ['parents', 'parent', 'earlier'], (d) => d.entities.reverse());
    }
    if (references['near'] !== undefined) {
      yield mistake(
        'a reference that is no type',
        [...names('references', 'near'), NOWHERE],
        change(index, { references: { near: NOWHERE } }),
      );
    }
    const { tags } = fields;
    if (tags?.kind === 'set') {
      const withSet = (more: Partial<SetTable>): Partial<Draft> => ({
        fields: { ...fields, tags: { ...tags, set: { ...tags.set, ...more } } },
      });
      yield mistake(
        'a set of no type',
        [...names('references', 'tags'), NOWHERE],
        change(index, withSet({ references: NOWHERE })),
      );
      yield mistake('a set in the table of its owner', [own, name], change(index, withSet({ table: name })));
    }
  }
  if (registry.scopeTable === undefined) {
    yield mistake('no table of projects', [type, 'place_id', 'scopeTable'], (d) => {
      Object.assign(d.entities[0]?.fields ?? {}, { place_id: coordinate('scope-id') });
    });
    return;
  }
  const { scopeTable } = registry;
  yield mistake(
    'a table of projects that is synced',
    [type, table],
    (d) => (d.registry.scopeTable = { ...scopeTable, table }),
  );
  yield mistake('a table of projects without a path', ['scopeTable', 'path'], (d) => {
    d.registry.scopeTable = { ...scopeTable, path: undefined as never };
  });
  yield mistake('a table of projects that no name can be', ['scopeTable', 'my\\u0000table'], (d) => {
    d.registry.scopeTable = { ...scopeTable, table: 'my\0table' };
  });
}
