import { absoluteTokens } from '../format/format.js';
import { EMPTY_SET, elementNames } from '../record/content.js';
import type { Content } from '../record/content.js';
import { sha256 } from '../record/json.js';
import type { Entity, Registry } from '../registry/entity.js';
import { forgetHeld } from './knowledge/bags.js';
import { writeAside, writeUnknown } from './knowledge/changes.js';
import { forgetUnresolved, hasUnresolved, writeUnresolved } from './knowledge/references.js';
import { named, writeRows } from './failed-rows.js';
import type { FailedRow } from './failed-rows.js';
import { lastOf, naturalKeyValues } from './natural-key.js';
import { projectCoordinates } from './project-row.js';
import { SetWriter } from './set-writer.js';
import { forgetChangedReferences, keepMissingReferences } from './staged-references.js';
import type { Sql } from './sql.js';
import { StagedRows } from './staged-rows.js';
import { StagedSets } from './staged-sets.js';
import { forgetKey, handOutNumbers } from './new-keys.js';
import type { Renumbered } from './new-keys.js';
import { sqlName, sqlText } from './sql-name.js';
import { clearReferences, deleteRow, setText } from './write-row.js';

/** What {@link RowWriter.flush} wrote of one type. */
export interface WrittenRows {
  readonly type: string;
  readonly created: number;
  readonly updated: number;
  /** Records that got another number than the one in their ids. */
  readonly renumbered: readonly Renumbered[];
  /** Records whose rows the table does not take, and what it says. They are as they were. */
  readonly failed: readonly FailedRow[];
}

/**
 * Writes contents into the rows of one project: the row, its child rows, and what is kept unresolved. What is added waits in temporary
 * tables, so that many rows are written by one statement.
 */
export class RowWriter {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #project: string;
  readonly #rows: ReadonlyMap<string, StagedRows>;
  readonly #sets: StagedSets;
  readonly #setWriter: SetWriter;

  constructor(sql: Sql, registry: Registry, project: string) {
    this.#sql = sql;
    this.#registry = registry;
    this.#project = project;
    const others = (type: string): string | undefined => {
      const rows = this.#rows.get(type);
      return rows === undefined || rows.isEmpty ? undefined : rows.table;
    };
    this.#rows = new Map(
      registry.entities.map((entity) => [entity.type, new StagedRows(sql, registry, entity, others)]),
    );
    this.#sets = new StagedSets(sql);
    this.#setWriter = new SetWriter(sql, registry, project);
  }

  /** Writes one record at once. `before` is the content of its row, if it has one. */
  write(content: Content, before: Content | undefined, now: number): void {
    try {
      this.add(content, before);
      const failed = this.flush(now).flatMap((written) => written.failed)[0];
      if (failed !== undefined) throw named(content.entity, failed);
    } finally {
      this.clear();
    }
  }

  /** Adds a record that is to be written exactly as its content says; once for each record. */
  add(content: Content, before: Content | undefined): void {
    const { entity, id, tokens } = content;
    // The id of the project's row is known when they are written.
    const local = absoluteTokens(content, { project: this.#project, scopeId: '' });
    this.#rowsOf(entity).add(content, local, before, isCounted(content));
    for (const { name, field, index } of entity.synced) {
      const token = tokens[index] ?? EMPTY_SET;
      if (field.kind === 'set' && token !== (before?.tokens[index] ?? EMPTY_SET)) {
        this.#sets.add(entity.type, id, name, token);
      }
    }
  }

  /** Says whether a record waits to be written. */
  has(entity: Entity, id: string): boolean {
    return this.#rowsOf(entity).has(id);
  }

  /** Says whether a record waits that has a natural key of this one. */
  hasNaturalKey(content: Content, naturalKey: readonly string[]): boolean {
    return this.#rowsOf(content.entity).hasValues(naturalKey, naturalKeyValues(this.#project, content, naturalKey));
  }

  /** Says whether anything waits. */
  get isEmpty(): boolean {
    return [...this.#rows.values()].every((rows) => rows.isEmpty);
  }

  /** Writes all that waits, types in the order of the registry. What a constraint of a table refuses stays as it is. */
  flush(now: number): WrittenRows[] {
    const waiting = this.#registry.entities.flatMap((entity) => {
      const rows = this.#rowsOf(entity);
      return rows.isEmpty ? [] : [{ entity, rows }];
    });
    // Rows may refer to each other's numbers, in circles too.
    const numbered = waiting.map((each) => ({
      ...each,
      renumbered: handOutNumbers(this.#sql, each.entity, each.rows.table),
    }));
    const written = numbered.map(({ entity, rows, renumbered }) => {
      const flushed = this.#flush(entity, rows, now);
      const refused = new Set(flushed.failed.map(({ id }) => id));
      return { ...flushed, renumbered: renumbered.filter(({ id }) => !refused.has(id)) };
    });
    this.clear();
    return written;
  }

  #flush(entity: Entity, rows: StagedRows, now: number): Omit<WrittenRows, 'renumbered'> {
    const { type } = entity;
    const counts = rows.counts();
    forgetHeld(this.#sql, entity, `SELECT id FROM ${rows.table}`);
    this.#fillScopeId(entity, rows, now);
    const keeps = hasUnresolved(this.#sql);
    if (keeps && counts.updated > 0) forgetChangedReferences(this.#sql, entity, rows);
    keepMissingReferences(this.#sql, this.#registry, entity, rows);
    const failed = [
      ...(counts.created > 0 ? writeRows(this.#sql, rows, 'insert') : []),
      ...(counts.updated > 0 ? writeRows(this.#sql, rows, 'update') : []),
    ];
    for (const { id } of failed) {
      forgetKey(this.#sql, entity, id);
      this.#sets.forget(type, `SELECT ${sqlText(id)}`);
    }
    const left = failed.length === 0 ? counts : rows.counts();
    writeAside(this.#sql, type, rows.table);
    this.#writeSets(entity, rows, keeps, now);
    return { type, ...left, failed };
  }

  #writeSets(entity: Entity, rows: StagedRows, keeps: boolean, now: number): void {
    const { type } = entity;
    // Asked once for all. Even a new record may have child rows, of one that is gone, where nothing enforces foreign keys.
    const filled = new Map<string, boolean>();
    for (const { id, name, token } of this.#sets.of(type)) {
      const field = entity.fields[name];
      if (field?.kind !== 'set') continue;
      if (!filled.has(name)) filled.set(name, this.#setWriter.hasRows(field, `SELECT id FROM ${rows.table}`));
      if (keeps) forgetUnresolved(this.#sql, { type, id }, name);
      const isEmpty = filled.get(name) === false;
      for (const kept of this.#setWriter.write(id, name, field, token, now, isEmpty)) {
        writeUnresolved(this.#sql, { type, id }, ...kept);
      }
    }
  }

  #fillScopeId(entity: Entity, rows: StagedRows, now: number): void {
    for (const { name, field } of entity.synced) {
      if (field.kind !== 'text' || field.coordinate !== 'scope-id') continue;
      const { scopeId } = projectCoordinates(this.#sql, this.#registry, this.#project, { now });
      const place = rows.placeOf(name) ?? '';
      this.#sql.run(`UPDATE ${rows.table} SET ${place} = ? WHERE ${place} IS NOT NULL`, scopeId);
    }
  }

  /** Forgets all that waits. */
  clear(): void {
    for (const rows of this.#rows.values()) rows.clear();
    this.#sets.clear();
  }

  /** Forgets what waits of a type, of records that a SELECT names by id. */
  forget(entity: Entity, ids: string): void {
    this.#rowsOf(entity).forget(ids);
    this.#sets.forget(entity.type, ids);
  }

  /** The temporary table of a type's rows that wait, where any do, and the column of a field's values in it. */
  staged(entity: Entity): StagedRows | undefined {
    const rows = this.#rowsOf(entity);
    return rows.isEmpty ? undefined : rows;
  }

  /** Deletes a row with its child rows, and clears optional references to it, whatever the foreign keys do. */
  remove(entity: Entity, id: string): void {
    for (const referrer of this.#registry.entities) {
      for (const { name, field, target } of referrer.referring) {
        if (target !== entity.type) continue;
        if (field.kind !== 'set') clearReferences(this.#sql, this.#registry, referrer, name, id);
        else
          this.#sql.run(
            `DELETE FROM ${sqlName(field.set.table)} WHERE ${sqlName(elementNames(field.set)[0] ?? '')} = ?`,
            id,
          );
      }
    }
    for (const { field } of entity.synced) {
      if (field.kind === 'set')
        this.#sql.run(`DELETE FROM ${sqlName(field.set.table)} WHERE ${sqlName(field.set.owner)} = ?`, id);
    }
    deleteRow(this.#sql, entity, id);
    forgetUnresolved(this.#sql, { type: entity.type, id });
    writeUnknown(this.#sql, { type: entity.type, id }, null);
  }

  /** Gives a row another value in the last column of each natural key, so that two rows can trade theirs. */
  parkNaturalKeys(entity: Entity, id: string): void {
    for (const name of lastOf(entity.naturalKeys)) setText(this.#sql, entity, name, `~parked~${sha256(id)}`, id);
  }

  #rowsOf({ type }: Entity): StagedRows {
    const rows = this.#rows.get(type);
    if (rows === undefined) throw new Error(`the registry does not define the type ${type}`);
    return rows;
  }
}

/** Whether the record's count follows from its set; null where it stands for itself and is 0: what is read must be what was written. */
function isCounted({ entity, tokens }: Content): boolean | null {
  for (const { index, set } of entity.counts) {
    const isNamed = tokens[set] !== EMPTY_SET;
    return !isNamed && tokens[index] === '0' ? null : isNamed;
  }
  return null;
}
