import { absoluteTokens } from '../format/format.js';
import { EMPTY_SET, elementNames, joinMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import { quote, sha256 } from '../record/json.js';
import type { Entity, Registry } from '../registry/entity.js';
import { sqlValue } from './columns.js';
import { writeCounted, writeUnknown } from './knowledge/changes.js';
import { forgetUnresolved, hasUnresolved, writeUnresolved } from './knowledge/references.js';
import type { SqlValue } from './database.js';
import { projectCoordinates } from './project-row.js';
import { rowExists } from './row-exists.js';
import { SetWriter } from './set-writer.js';
import type { Unresolved } from './set-writer.js';
import type { Sql } from './sql.js';

/** Writes contents into the rows of one project: the row, its child rows, and what is kept unresolved. */
export class RowWriter {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #project: string;
  readonly #sets: SetWriter;
  /** Whether anything unresolved is kept; undefined until that is asked. */
  #hasUnresolved: boolean | undefined;

  constructor(sql: Sql, registry: Registry, project: string) {
    this.#sql = sql;
    this.#registry = registry;
    this.#project = project;
    this.#sets = new SetWriter(sql, registry, project);
  }

  /** Writes a record exactly as its content says. `before` is the content of its row, if it has one. */
  write(content: Content, before: Content | undefined, now: number): void {
    const { entity } = content;
    const unresolved: Unresolved[] = [];
    const values = this.#values(content, now);
    for (const [field, type] of Object.entries(entity.references)) {
      const value = values.get(field);
      if (typeof value !== 'string' || rowExists(this.#sql, this.#registry, { type, id: value })) continue;
      unresolved.push([field, value, quote(value)]);
      values.set(field, null);
    }
    if (before === undefined) this.#insert(entity, values);
    else this.#update(entity, values, content.id);
    for (const { name, field, index } of entity.synced) {
      const token = content.tokens[index] ?? EMPTY_SET;
      if (field.kind !== 'set' || token === (before?.tokens[index] ?? EMPTY_SET)) continue;
      for (const each of this.#sets.write(content.id, name, field, token, now)) unresolved.push(each);
    }
    this.#writeAside(content, unresolved, before);
    this.#writeCounted(content);
    const members = joinMembers(content.unknown);
    if (members !== joinMembers(before?.unknown ?? [])) {
      writeUnknown(this.#sql, { type: entity.type, id: content.id }, members === '' ? null : `{${members}}`);
    }
  }

  /** Deletes a row with its child rows, and clears optional references to it, whatever the foreign keys do. */
  remove(entity: Entity, id: string): void {
    for (const { table, referring } of this.#registry.entities) {
      for (const { name, field, target } of referring) {
        if (target !== entity.type) continue;
        if (field.kind !== 'set') this.#sql.run(`UPDATE ${table} SET ${name} = NULL WHERE ${name} = ?`, id);
        else this.#sql.run(`DELETE FROM ${field.set.table} WHERE ${elementNames(field.set)[0] ?? ''} = ?`, id);
      }
    }
    for (const { field } of entity.synced) {
      if (field.kind === 'set') this.#sql.run(`DELETE FROM ${field.set.table} WHERE ${field.set.owner} = ?`, id);
    }
    this.#sql.run(`DELETE FROM ${entity.table} WHERE ${entity.key} = ?`, id);
    forgetUnresolved(this.#sql, { type: entity.type, id });
    writeUnknown(this.#sql, { type: entity.type, id }, null);
  }

  /** Gives a row another value in the last column of its natural key, so that two rows can trade theirs. */
  parkNaturalKey(entity: Entity, id: string): void {
    const column = entity.naturalKey.at(-1) ?? entity.key;
    this.#sql.run(`UPDATE ${entity.table} SET ${column} = ? WHERE ${entity.key} = ?`, `~parked~${sha256(id)}`, id);
  }

  /** Column values of a content, coordinates as they are on this machine. */
  #values(content: Content, now: number): Map<string, SqlValue> {
    const { entity } = content;
    const needsProjectRow = entity.synced.some(({ field }) => field.kind === 'text' && field.coordinate === 'scope-id');
    const coordinates = needsProjectRow
      ? projectCoordinates(this.#sql, this.#registry, this.#project, { now })
      : { project: this.#project, scopeId: '' };
    const tokens = absoluteTokens(content, coordinates);
    return new Map(
      entity.synced.flatMap(({ name, field, index }): [string, SqlValue][] =>
        field.kind === 'set' ? [] : [[name, sqlValue(field, tokens[index] ?? 'null')]],
      ),
    );
  }

  #insert(entity: Entity, values: ReadonlyMap<string, SqlValue>): void {
    const names = [...values.keys()];
    const places = names.map(() => '?').join(', ');
    this.#sql.run(`INSERT INTO ${entity.table} (${names.join(', ')}) VALUES (${places})`, ...values.values());
  }

  #update(entity: Entity, values: ReadonlyMap<string, SqlValue>, id: string): void {
    const assignments = [...values.keys()].map((name) => `${name} = ?`).join(', ');
    this.#sql.run(`UPDATE ${entity.table} SET ${assignments} WHERE ${entity.key} = ?`, ...values.values(), id);
  }

  #writeAside(content: Content, unresolved: readonly Unresolved[], before: Content | undefined): void {
    if (content.entity.referring.length === 0) return;
    const key = { type: content.entity.type, id: content.id };
    this.#hasUnresolved ??= hasUnresolved(this.#sql);
    if (before !== undefined && this.#hasUnresolved) {
      for (const { name, field } of content.entity.referring) {
        const index = content.entity.indexOf.get(name) ?? -1;
        if (field.kind === 'set' && before.tokens[index] === content.tokens[index]) continue;
        forgetUnresolved(this.#sql, key, name);
      }
    }
    for (const [field, ref, element] of unresolved) {
      writeUnresolved(this.#sql, key, field, ref, element);
      this.#hasUnresolved = true;
    }
  }

  /** An empty set counts as none once the set was named, else its count stands for itself: what is read must be what was written. */
  #writeCounted(content: Content): void {
    const { entity, id, tokens } = content;
    for (const { field, index } of entity.synced) {
      if (field.kind !== 'integer' || field.countOf === undefined) continue;
      const isNamed = tokens[entity.indexOf.get(field.countOf) ?? -1] !== EMPTY_SET;
      if (!isNamed && tokens[index] === '0') continue;
      writeCounted(this.#sql, { type: entity.type, id }, isNamed);
    }
  }
}
