import { SyncError } from '../errors.js';
import { bestFits, calledBy, isSure, severalFit } from '../record/names.js';
import type { FittingRecord, NamedRecord } from '../record/names.js';
import type { RecordKey } from '../record/record-key.js';
import { nearest } from '../record/nearest.js';
import { entityOfType, requireEntity } from '../registry/entity.js';
import type { Entity } from '../registry/entity.js';
import { namedRows } from '../store/named-rows.js';
import { readTombstone } from '../store/knowledge/tombstones.js';
import { Rows } from '../store/rows.js';
import type { SyncStore } from '../store/store.js';

/** What is asked for with a name. */
export interface Asked {
  /** The type of the record, where it was said. */
  readonly entity?: Entity | undefined;
  /** Whether the record is to be changed: then a beginning of its id must say enough. */
  readonly changes?: boolean;
  /** Records that are looked through where no row fits, for example those of files. */
  readonly beside?: (name: string) => Iterable<NamedRecord>;
}

/** Finds records of one project by what people call them: an id, a short id, a natural key, the beginning of an id. */
export class RecordNames {
  readonly #store: SyncStore;
  readonly #project: string;

  constructor(store: SyncStore, projectPath: string) {
    this.#store = store;
    this.#project = store.projectAt(projectPath);
  }

  /** The record that a name means, or undefined. Throws `usage` where it could mean several, and lists them. */
  find(name: string, asked: Asked = {}): FittingRecord | undefined {
    const { entity, changes = false, beside } = asked;
    const fitting = (records: Iterable<NamedRecord>): FittingRecord[] => {
      const { registry } = this.#store;
      const found = bestFits(registry, ofType(records, entity), name);
      return !changes || found.some((one) => isSure(requireEntity(registry, one.type), one, name)) ? found : [];
    };
    let found = fitting(this.#rowsWithId(name, entity));
    if (found.length === 0) found = fitting(this.#rows(entity));
    if (found.length === 0 && beside !== undefined) found = fitting(beside(name));
    const [first, ...others] = found;
    if (first !== undefined && others.length > 0) throw severalFit(name, found);
    return first;
  }

  /** A record as people call it; one that is not here goes by its id. */
  called(key: RecordKey): string {
    const { sql, registry } = this.#store;
    const entity = entityOfType(registry, key.type);
    const [row] = entity === undefined ? [] : namedRows(sql, registry, entity, this.#project, key.id);
    return calledBy(row ?? { type: key.type, id: key.id });
  }

  /** Deleted records that have a text as their id. */
  deleted(id: string): RecordKey[] {
    const keys = this.#store.registry.entities.map(({ type }) => ({ type, id }));
    return keys.filter((key) => readTombstone(this.#store.sql, this.#project, key) !== undefined);
  }

  /** Throws `not_found` for a name that no record has, and says which ones are near, and what else can be done. */
  refuse(name: string, entity?: Entity, further?: string): never {
    const near = this.#hint(name, entity);
    const list = entity === undefined ? 'see them all: sc-sync list TYPE' : `see them all: sc-sync list ${entity.type}`;
    throw new SyncError('not_found', `There is no ${entity?.type ?? 'record'} ${name} in ${this.#project}`, {
      hint: [near ?? (further === undefined ? list : undefined), further]
        .filter((part) => part !== undefined)
        .join('; '),
    });
  }

  #hint(name: string, entity: Entity | undefined): string | undefined {
    const rows = new Rows(this.#store.sql, this.#store.registry, this.#project);
    const owner = this.#entities(entity)
      .map((each) => rows.projectOf(each, name))
      .find((path) => typeof path === 'string');
    if (typeof owner === 'string') return `it belongs to another project: --project ${owner}`;
    const near = this.#nearest(name, entity);
    return near.length === 0 ? undefined : `did you mean ${near.map(calledBy).join(', or ')}?`;
  }

  /** The records that a name comes near to. A beginning that does not say enough comes first. */
  #nearest(name: string, entity: Entity | undefined): NamedRecord[] {
    const { registry } = this.#store;
    const records = [...this.#rows(entity)];
    const begun = bestFits(registry, records, name);
    if (begun.length > 0) return begun.slice(0, MOST_NEAR);
    const byWord = new Map<string, NamedRecord>();
    for (const record of records) {
      const { id, shortId, naturalKey, title } = record;
      for (const word of [id, shortId, naturalKey, title]) {
        if (word !== undefined && !byWord.has(word)) byWord.set(word, record);
      }
    }
    const part = [...byWord]
      .filter(([word]) => name.length >= LEAST_PART && isPartOf(name, word))
      .map(([word]) => word);
    const near = [...nearest(name, byWord.keys(), MOST_NEAR), ...part].flatMap((word) => byWord.get(word) ?? []);
    return [...new Set(near)].slice(0, MOST_NEAR);
  }

  /** The rows that have a text as their id, which an index finds. */
  *#rowsWithId(id: string, entity: Entity | undefined): Generator<NamedRecord> {
    const { sql, registry } = this.#store;
    for (const each of this.#entities(entity)) yield* namedRows(sql, registry, each, this.#project, id);
  }

  *#rows(entity: Entity | undefined): Generator<NamedRecord> {
    const { sql, registry } = this.#store;
    for (const each of this.#entities(entity)) yield* namedRows(sql, registry, each, this.#project);
  }

  #entities(entity: Entity | undefined): readonly Entity[] {
    return entity === undefined ? this.#store.registry.entities : [entity];
  }
}

/** So many records are proposed where a name fits none. */
const MOST_NEAR = 3;

/** A part of a title proposes its record when it has so many characters. */
const LEAST_PART = 4;

function isPartOf(part: string, text: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function* ofType(records: Iterable<NamedRecord>, entity: Entity | undefined): Generator<NamedRecord> {
  for (const record of records) if (entity === undefined || record.type === entity.type) yield record;
}
