/**
 * The shape of a registry: entities as data. Triggers, reading, writing, validation, hashing, merging,
 * status and the command line all derive from it; nothing else in the package knows an entity by name.
 */

import type { Field } from './field.js';

/** How rows are assigned to a project: by a column of their own, through their parent's, or all to one, as the database is one project. */
export type Scope = { readonly column: string } | { readonly through: string } | 'database';

/** What tells a row from all others, and gives its record the id. */
export type Identity =
  /** A text of its own. `number`: the integer key that it has beside it, which is this database's alone. */
  | { readonly column: string; readonly number?: string }
  /** An integer that each database hands out. The id is that of the first one, and random digits. */
  | { readonly number: string }
  /** Several columns, which are fields too. The id is the JSON array of their values. */
  | { readonly columns: readonly string[] }
  /** The column that refers to a parent, which has one such row at most. The id is the parent's. */
  | { readonly of: string; readonly column: string }
  /** Nothing but what the row holds: of equal rows it counts how many there are. The id is a hash. */
  | { readonly row: true };

/** How a time is written: Unix time in a unit, an ISO 8601 text, a Julian day, or microseconds since 1601. */
export type TimeUnit = 'ms' | 's' | 'us' | 'ns' | 'iso' | 'julian' | 'webkit';

/** A field that holds a time; Unix milliseconds where no unit is said. */
export type TimeDefinition<Name extends string> = Name | { readonly field: Name; readonly unit: TimeUnit };

/** The field that says when a record was last changed, where no column does. */
export const CHANGED_AT = 'changed_at';

/** What {@link defineEntity} takes. */
export interface EntityDefinition<
  Type extends string = string,
  Fields extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>,
> {
  /** The `type` tag of a line. */
  readonly type: Type;
  readonly table: string;
  readonly file: string;
  /** What ids made here begin with. */
  readonly idPrefix: string;
  /** What identifies a row; the column of the field with `key` where nothing is said. */
  readonly identity?: Identity;
  readonly scope: Scope;
  /** Columns in the order of the line; a set's name is that of its field in the line. */
  readonly fields: Fields;
  /** Groups of fields that mean one thing, and win or lose a merge together. */
  readonly together?: readonly (readonly (keyof Fields & string)[])[];
  /** Fields that name a record which must exist: a line without it waits as an orphan. */
  readonly parents?: { readonly [K in keyof Fields]?: string };
  /** Fields that name a record by a foreign key which may be NULL. */
  readonly references?: { readonly [K in keyof Fields]?: string };
  /**
   * Columns that are unique together, by which people know a record; or a list of several such keys. The last column is text: it is the one that
   * a second record gets changed.
   */
  readonly naturalKey?: readonly (keyof Fields & string)[] | readonly (readonly (keyof Fields & string)[])[];
  /** Other columns that are unique together: a second record waits in its file until they are free. */
  readonly unique?: readonly (readonly (keyof Fields & string)[])[];
  /**
   * Fields that say since when another one has been what it is. An edit that brings that one to such a word sets them, and one that takes it
   * away from there makes them null, unless it says them itself.
   */
  readonly since?: readonly {
    readonly field: keyof Fields & string;
    readonly when: keyof Fields & string;
    readonly is: readonly string[];
  }[];
  /** The field that tells people which record it is. Without one, the last column of the first natural key does. */
  readonly title?: keyof Fields & string;
  /** The field with a short word for the record, and what that word begins with. A new record gets one. */
  readonly shortId?: { readonly field: keyof Fields & string; readonly prefix?: string };
  /** The field that says when the record was last changed; null where no column does, and the change log is asked. */
  readonly updated: TimeDefinition<keyof Fields & string> | null;
  /** The field that says when it was made; null where none does. */
  readonly created: TimeDefinition<keyof Fields & string> | null;
}

/** A synced field with its name and its place among the entity's synced fields. */
export interface SyncedField {
  readonly name: string;
  readonly field: Field;
  readonly index: number;
}

/** An entity: its definition (see {@link EntityDefinition}) with what is derived from it. */
export interface Entity<
  Type extends string = string,
  Fields extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>,
> {
  readonly type: Type;
  readonly table: string;
  readonly file: string;
  readonly idPrefix: string;
  readonly identity: Identity;
  readonly scope: Scope;
  readonly fields: Fields;
  readonly parents: Readonly<Record<string, string>>;
  readonly references: Readonly<Record<string, string>>;
  /** Each natural key; people know a record by the first. */
  readonly naturalKeys: readonly (readonly string[])[];
  /** The columns of each unique key beside the identity, natural keys first. */
  readonly unique: readonly (readonly string[])[];
  readonly since: readonly { readonly field: string; readonly when: string; readonly is: readonly string[] }[];
  /** The field that tells people which record it is. */
  readonly title: string | undefined;
  /** The field with a short word for the record, and what a new one begins with. */
  readonly shortId: { readonly field: string; readonly prefix: string } | undefined;
  readonly updated: string;
  readonly created: string;
  /** How these two are written. */
  readonly units: { readonly updated: TimeUnit; readonly created: TimeUnit };
  /** Core fields, then extension fields: the order of a line. */
  readonly synced: readonly SyncedField[];
  /** How many of {@link Entity.synced} are core. */
  readonly coreCount: number;
  /** Place of each synced field by name. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Fields that count the elements of a set: their places in {@link Entity.synced}, and those of the sets. */
  readonly counts: readonly { readonly index: number; readonly set: number }[];
  /** Groups of fields that move together, as places in {@link Entity.synced}. */
  readonly groups: readonly (readonly number[])[];
  /** The name of the field that holds the id. */
  readonly key: string;
  /** The fields that name other records by foreign keys, sets included. */
  readonly referring: readonly ReferringField[];
}

/** A field that names another record, and the type of that record. */
export interface ReferringField {
  readonly name: string;
  readonly field: Field;
  readonly target: string;
}

/** The table that has one row for each project, for coordinates of kind `scope-id`. */
export interface ScopeTable {
  readonly table: string;
  readonly id: string;
  readonly idPrefix: string;
  readonly path: string;
  readonly name: string;
  /** NOT NULL columns that get the time at which the row is made. */
  readonly timestamps: readonly string[];
}

/** A table in which another program keeps deletions: read once, when tracking is set up. */
export interface ForeignDeletions {
  readonly table: string;
  readonly type: string;
  readonly id: string;
  readonly project: string;
  /** Unix milliseconds. */
  readonly at: string;
  readonly by: string;
}

/** Everything that the engine knows of one SQLite schema. `Entities` are the types of its entities, so that records and statistics get theirs. */
export interface Registry<Entities extends readonly Entity[] = readonly Entity[]> {
  /** Parents before children: the order of an import. */
  readonly entities: Entities;
  /** The file of deletions. */
  readonly deletionsFile: string;
  readonly scopeTable?: ScopeTable;
  readonly foreignDeletions?: ForeignDeletions;
  /** Tables that are never synced, not even in part. */
  readonly localTables: readonly string[];
}

/** The natural keys of a definition, which may say one as it is. */
export function naturalKeysOf({
  naturalKey = [],
}: Pick<EntityDefinition, 'naturalKey'>): readonly (readonly string[])[] {
  const isOne = (keys: typeof naturalKey): keys is readonly string[] => keys.every((name) => typeof name === 'string');
  if (!isOne(naturalKey)) return naturalKey;
  return naturalKey.length === 0 ? [] : [naturalKey];
}

/** The entity of a type tag, or undefined. */
export function entityOfType(registry: Registry, type: string): Entity | undefined {
  return registry.entities.find((entity) => entity.type === type);
}

/** The entity of a type tag that the registry itself names; throws a plain `Error` when it lies. */
export function requireEntity(registry: Registry, type: string): Entity {
  const entity = entityOfType(registry, type);
  if (entity === undefined) throw new Error(`the registry names the type ${type} but does not define it`);
  return entity;
}

/**
 * The column by which rows of the entity belong to a project, and the parent that holds it, if it is not the row itself. Neither where the
 * database is one project.
 */
export function scopeOf(
  registry: Registry,
  entity: Entity,
): { readonly column?: string; readonly parent?: { readonly entity: Entity; readonly field: string } } {
  if (entity.scope === 'database') return {};
  if ('column' in entity.scope) return { column: entity.scope.column };
  const field = entity.scope.through;
  const parent = requireEntity(registry, entity.parents[field] ?? '');
  return { ...scopeOf(registry, parent), parent: { entity: parent, field } };
}

/** The project of a database that is one: its paths are no one's. */
export const WHOLE_DATABASE = '.';

/** Whether the database is one project, wherever its files lie. */
export function isOneProject(registry: Registry): boolean {
  return registry.entities.some(({ scope }) => scope === 'database');
}

/** Whether a record may have a parent that comes later in the registry, since they refer to each other in a circle. */
export function hasCircles({ entities }: Registry): boolean {
  return entities.some(({ parents }, index) =>
    Object.values(parents).some((type) => entities.findIndex((each) => each.type === type) >= index),
  );
}

/** Entities whose rows belong to a project through a row of this one. */
export function dependentsOf(registry: Registry, entity: Entity): readonly { entity: Entity; field: string }[] {
  return registry.entities.flatMap((child) =>
    Object.entries(child.parents).flatMap(([field, type]) => (type === entity.type ? [{ entity: child, field }] : [])),
  );
}
