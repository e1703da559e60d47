import { v7 as uuid } from 'uuid';

import { SyncError } from '../errors.js';
import { formatLine } from '../format/format.js';
import { EMPTY_SET } from '../record/content.js';
import type { Content } from '../record/content.js';
import { calledBy, namedContent } from '../record/names.js';
import { quote, unquote } from '../record/json.js';
import { refuseType } from '../record/type-names.js';
import type { RecordObject } from '../record/object.js';
import { tokenOf } from '../record/content.js';
import { dependentsOf, entityOfType, requireEntity } from '../registry/entity.js';
import type { Entity } from '../registry/entity.js';
import { conflictingId } from '../store/natural-key.js';
import { newShortId } from '../store/short-id.js';
import { RowWriter } from '../store/row-writer.js';
import { Rows } from '../store/rows.js';
import type { RecordKey } from '../record/record-key.js';
import type { SyncStore } from '../store/store.js';
import { changedNow, changesTo, isScope } from './record-changes.js';
import { foldLog } from '../store/knowledge/change-log.js';
import { markChanged, newestChange } from '../store/knowledge/changes.js';
import { sqlName } from '../store/sql-name.js';
import { refersTo, rowsOf } from '../store/row-source.js';
import { momentToken } from '../record/edit-time.js';
import { isRawReference } from '../store/identity.js';
import { columnOf } from '../registry/field.js';

/**
 * Reading and writing single records of one project, as any program that writes the database does: triggers run,
 * and the next export takes the change.
 */
export class Records {
  readonly #store: SyncStore;
  readonly #rows: Rows;
  readonly #writer: RowWriter;
  readonly #project: string;

  constructor(store: SyncStore, projectPath: string) {
    this.#store = store;
    this.#project = store.projectAt(projectPath);
    this.#rows = new Rows(store.sql, store.registry, this.#project);
    this.#writer = new RowWriter(store.sql, store.registry, this.#project);
  }

  /** The entity of a type tag; throws `usage` for an unknown one, naming the known ones. */
  entity(type: string): Entity {
    return entityOfType(this.#store.registry, type) ?? refuseType(this.#store.registry, type);
  }

  /** A record, or undefined. */
  get(type: string, id: string): Content | undefined {
    return this.#rows.read(this.entity(type), id);
  }

  /** A record that must be there. Throws `not_found`. */
  require(type: string, id: string): Content {
    const found = this.get(type, id);
    if (found === undefined) throw notFound(type, id, this.#project);
    return found;
  }

  /** All records of a type in the order of their ids, page by page. */
  *list(type: string): Generator<Content> {
    const entity = this.entity(type);
    let after: string | undefined;
    for (;;) {
      const page = this.#rows.page(entity, after, 500);
      yield* page;
      after = page.at(-1)?.id;
      if (page.length < 500) return;
    }
  }

  /**
   * Makes a record, or changes the given fields of one. A new record gets the defaults of its table, and without an
   * id the type's prefix and a UUID of version 7. What stays the same is no edit: where nothing changes nothing is written, and else
   * `updated_at` becomes now, unless another time is given.
   *
   * @throws SyncError `bad_input` with every wrong field, `not_found` when its parent is not here, `refused` when
   * the id belongs to another project or its natural key is another record's.
   */
  put(type: string, id: string | undefined, fields: RecordObject, now: number = Date.now()): Content {
    const entity = this.entity(type);
    return this.#store.sql.transaction('immediate', () => {
      const key = id ?? `${entity.idPrefix}${uuid()}`;
      const present = this.#rows.read(entity, key);
      const before = present ?? this.#blank(entity, key, now);
      const named = id === undefined ? `the new ${type}` : `${type} ${id}`;
      const called = present === undefined ? named : calledBy(namedContent(present));
      const changes = changesTo(before, fields, { project: this.#project, now, called });
      if (present !== undefined && changes.size === 0) return present;
      const content = changedNow(before, changes, now);
      this.write(content, now);
      return content;
    });
  }

  /**
   * Writes a whole content, as taking a lost record back from the journal does. Throws `not_found` when its parent is not here,
   * `refused` when the id belongs to another project or its natural key is another record's, `bad_input` when it is too large for a line.
   */
  write(content: Content, now: number): void {
    const { entity, id } = content;
    // What no line can hold would stop every export.
    formatLine(content, now, 'portable', { project: '.', scopeId: '' });
    const before = this.#rows.read(entity, id);
    if (before === undefined && this.#rows.projectOf(entity, id) !== undefined) {
      throw new SyncError('refused', `Cannot save ${entity.type} ${id}: it belongs to another project`);
    }
    this.#requireReferences(content);
    for (const key of entity.naturalKeys) {
      const conflicting = conflictingId(this.#store.sql, this.#store.registry, this.#project, content, key);
      if (conflicting === undefined) continue;
      throw new SyncError(
        'refused',
        `Cannot save ${entity.type} ${id}: ${entity.type} ${conflicting} has the same ${key.join(' and ')}`,
        {
          hint: `change that one: sc-sync put ${entity.type} ${conflicting} ...`,
        },
      );
    }
    this.#write(content, before, now);
  }

  /** What is known of the record is written with it, so what the log says of it is settled before, and left out after. */
  #write(content: Content, before: Content | undefined, now: number): void {
    const { sql, registry } = this.#store;
    sql.transaction('immediate', () => {
      foldLog(sql, registry);
      const newest = newestChange(sql);
      markChanged(sql, { type: content.entity.type, id: content.id }, this.#project);
      this.#writer.write(content, before, now);
      foldLog(sql, registry, newest);
    });
  }

  /** The records that are deleted together with one: itself first, then what cannot be without it. */
  cascadeOf(type: string, id: string, above: readonly RecordKey[] = []): RecordKey[] {
    const { sql, registry } = this.#store;
    const entity = this.entity(type);
    // Records may be each other's parents.
    if (above.some((key) => key.type === type && key.id === id)) return [];
    const own = { type, id };
    return [
      own,
      ...dependentsOf(registry, entity).flatMap((child) =>
        sql
          .all(
            `SELECT t.${sqlName(child.entity.key)} FROM ${rowsOf(registry, child.entity)} t
             WHERE ${refersTo(registry, child.entity, child.field, '?1')} ORDER BY 1`,
            id,
          )
          .flatMap(([childId]) => this.cascadeOf(child.entity.type, String(childId), [...above, own])),
      ),
    ];
  }

  /** Deletes a record with all that goes with it. Throws `not_found`. */
  remove(type: string, id: string): RecordKey[] {
    return this.#store.sql.transaction('immediate', () => {
      this.require(type, id);
      const gone = this.cascadeOf(type, id);
      for (const key of [...gone].reverse()) this.#writer.remove(this.entity(key.type), key.id);
      return gone;
    });
  }

  /** A new record before its fields are set: the defaults of its table, and a short id where its type has one. */
  #blank(entity: Entity, id: string, now: number): Content {
    const { sql, registry } = this.#store;
    const shortId = newShortId(sql, registry, entity, this.#project, now);
    const defaults = new Map(
      sql.all(`SELECT name, dflt_value FROM pragma_table_info(?)`, entity.table).map(([name, value]) => [name, value]),
    );
    const tokens = entity.synced.map(({ name, field }) => {
      if (field.kind === 'set') return EMPTY_SET;
      if (name === entity.key) return quote(id);
      if (name === entity.updated) return momentToken(entity.units.updated, now);
      if (name === entity.created) return momentToken(entity.units.created, now);
      if (field.column === null) return 'null';
      if (name === entity.shortId?.field) return shortId === undefined ? 'null' : quote(shortId);
      if (isScope(field)) return '"."';
      const expression = defaults.get(columnOf(name, field) ?? name);
      return typeof expression === 'string'
        ? String(sql.get(`SELECT json_quote(${expression})`)?.[0] ?? 'null')
        : 'null';
    });
    return { entity, id, tokens, unknown: [] };
  }

  #requireReferences(content: Content): void {
    const { registry } = this.#store;
    for (const [field, type] of Object.entries(content.entity.parents)) {
      const id = unquote(tokenOf(content, field));
      if (isRawReference(id)) continue;
      const owner = this.#rows.projectOf(requireEntity(registry, type), id);
      if (owner !== this.#project) throw notFound(type, id, this.#project);
    }
    for (const { name, field, target } of content.entity.referring) {
      const token = tokenOf(content, name);
      if (field.kind === 'set' || token === 'null') continue;
      const id = unquote(token);
      if (isRawReference(id)) continue;
      if (this.#rows.projectOf(requireEntity(registry, target), id) === undefined)
        throw notFound(target, id, this.#project);
    }
  }
}

function notFound(type: string, id: string, project: string): SyncError {
  return new SyncError('not_found', `There is no ${type} ${id} in ${project}`, {
    hint: `see them all: sc-sync list ${type}`,
  });
}
