import { joinMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import { CHANGED_AT } from '../registry/entity.js';
import { columnOf } from '../registry/field.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { ScalarField } from '../registry/field.js';
import { sqlValue } from './columns.js';
import type { SqlValue } from './database.js';
import type { Sql } from './sql.js';
import { emptyLocalColumns } from './local-columns.js';
import { isMapped, isRowOf, joinLocal, numberColumn, numberField, valueOfReference } from './identity.js';
import type { StagedTables } from './identity.js';
import { rememberKeys, rememberLocal, rememberNumbers } from './new-keys.js';
import { sqlName, sqlNames } from './sql-name.js';

/** So many columns come before those of the fields; the last of them is when the row was last changed. */
const AHEAD = 5;

/** How many rows of each kind wait. */
export interface StagedCounts {
  readonly created: number;
  readonly updated: number;
}

/** A field and its place in the content, the column that holds it, if one does, and its place in the temporary table. */
interface StagedColumn {
  readonly name: string;
  readonly field: ScalarField;
  readonly index: number;
  readonly column: string | undefined;
  readonly place: string;
}

/**
 * Rows of one table that wait to be written, in a temporary table. Its columns lie by place and without a type, so that each value comes
 * out as it went in, whatever the columns are called: `v0` is the first synced field.
 */
export class StagedRows {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #others: StagedTables;
  readonly #entity: Entity;
  readonly #columns: readonly StagedColumn[];
  readonly #name: string;
  /** The temporary table, as SQL names it. */
  readonly table: string;
  /** Fields that any row changes: the others are left alone, with their indexes. */
  readonly #changed = new Set<string>();
  /** The place of when the row was last changed, among the columns; -1 where a column of the table says so. */
  readonly #changedAt: number;
  /** The table and its columns. */
  readonly #into: string;
  #isEmpty = true;

  /** @param others where rows of other types wait */
  constructor(sql: Sql, registry: Registry, entity: Entity, others: StagedTables) {
    this.#sql = sql;
    this.#registry = registry;
    this.#others = others;
    this.#entity = entity;
    this.#columns = entity.synced.flatMap(({ name, field, index }) =>
      field.kind === 'set' ? [] : [{ name, field, index, column: columnOf(name, field), place: `v${index}` }],
    );
    this.#changedAt = this.#columns.findIndex(({ name }) => name === CHANGED_AT && entity.updated === CHANGED_AT);
    this.#name = `scsync_rows_${entity.type}_${this.#columns.length}`;
    this.table = `temp.${sqlName(this.#name)}`;
    const places = this.#columns.map(({ place }) => `, ${place}`).join('');
    this.#into = `${this.table} (id, is_new, unknown, counted, changed${places})`;
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /**
   * Adds a row that is to hold `tokens`, in which coordinates are as they are on this machine. `before` is what it holds, where it is there;
   * `counted` says whether its count follows from a set, and is null where nothing is to be said of it.
   */
  add(content: Content, tokens: readonly string[], before: Content | undefined, counted: boolean | null): void {
    if (this.#isEmpty) this.#begin();
    if (before !== undefined) {
      for (const { name, index } of this.#entity.synced) {
        if (content.tokens[index] !== before.tokens[index]) this.#changed.add(name);
      }
    }
    const members = content.unknown.length === 0 ? null : `{${joinMembers(content.unknown)}}`;
    const isNew = before === undefined ? 1 : 0;
    const row: SqlValue[] = [content.id, isNew, members, counted === null ? null : Number(counted), null];
    let hasReals = false;
    for (const { field, index } of this.#columns) {
      const value = sqlValue(field, tokens[index] ?? 'null');
      hasReals ||= typeof value === 'number';
      row.push(value);
    }
    if (this.#changedAt >= 0) row[AHEAD - 1] = row[AHEAD + this.#changedAt] ?? null;
    this.#sql.insertSoon(this.#into, row, hasReals ? formWithReals(row) : undefined);
  }

  /** The place of a field's values, or undefined for a set. */
  placeOf(field: string): string | undefined {
    return this.#columns.find(({ name }) => name === field)?.place;
  }

  /** How many rows wait. */
  counts(): StagedCounts {
    const [created, updated] = this.#sql.get(`SELECT total(is_new), total(NOT is_new) FROM ${this.table}`) ?? [];
    return { created: Number(created), updated: Number(updated) };
  }

  /** Inserts the new rows into the entity's table, all or that of one record. */
  insert(id?: string): void {
    const { written, from } = this.#written();
    const names = sqlNames(written.map(({ column }) => column));
    const values = written.map(({ value }) => value).join(', ');
    this.#run(
      `INSERT INTO ${sqlName(this.#entity.table)} (${names}) SELECT ${values} FROM ${from} WHERE s.is_new = 1`,
      id,
    );
    rememberKeys(this.#sql, this.#registry, this.#entity, this.table);
  }

  /** Says whether any row changes a field. */
  changes(field: string): boolean {
    return this.#changed.has(field);
  }

  /** Changes the other rows, all or that of one record, in the fields that any of them changes. */
  update(id?: string): void {
    const entity = this.#entity;
    const number = numberField(entity)?.name;
    if (number !== undefined && this.#changed.has(number)) rememberNumbers(this.#sql, entity, this.table, id);
    const columns = this.#columns.flatMap((staged) => {
      const { name, column } = staged;
      const stays = column === undefined || name === number || !this.#changed.has(name);
      return stays ? [] : [{ column, value: this.#valueOf(staged) }];
    });
    if (columns.length === 0) return;
    const values = columns.map(({ column, value }) => `${sqlName(column)} = ${value}`).join(', ');
    // Were the keys looked up in the same statement, SQLite would go through all rows of the table for each that waits.
    if (isMapped(entity)) rememberLocal(this.#sql, entity, this.table);
    const row = isMapped(entity) ? joinLocal(entity, 't', 's') : isRowOf(entity, 's.id');
    this.#sql.run(
      `UPDATE ${sqlName(entity.table)} AS t SET ${values} FROM ${this.table} s WHERE ${row} AND s.is_new = 0${id === undefined ? '' : ' AND s.id = ?'}`,
      ...(id === undefined ? [] : [id]),
    );
  }

  /** The columns that an insert fills, each with SQL for its value in a row `s`, and what `s` is selected from. */
  #written(): {
    readonly written: readonly { readonly column: string; readonly value: string }[];
    readonly from: string;
  } {
    const fields = this.#columns.flatMap(({ column, ...more }) =>
      column === undefined ? [] : [{ column, value: this.#valueOf({ column, ...more }) }],
    );
    const { identity } = this.#entity;
    const from = `${this.table} s`;
    fields.push(...emptyLocalColumns(this.#sql, this.#entity));
    if ('of' in identity) {
      const parent = { kind: 'ref', role: 'core', nullable: false, to: identity.of } as const;
      const value = valueOfReference(this.#registry, parent, 's.id', this.#others);
      return { written: [{ column: identity.column, value }, ...fields], from };
    }
    const number = numberColumn(this.#entity);
    if (number === undefined) return { written: fields, from };
    return {
      written: [{ column: number, value: 's.local' }, ...fields.filter(({ column }) => column !== number)],
      from,
    };
  }

  #valueOf({ field, place }: StagedColumn): string {
    return field.kind === 'ref' ? valueOfReference(this.#registry, field, `s.${place}`, this.#others) : `s.${place}`;
  }

  /** The ids of the rows that wait for one or the other, in the order in which they were added. */
  ids(how: 'insert' | 'update'): string[] {
    const isNew = how === 'insert' ? 1 : 0;
    return this.#sql
      .all(`SELECT id FROM ${this.table} WHERE is_new = ${isNew} ORDER BY rowid`)
      .map(([id]) => String(id));
  }

  /** Says whether a row of that id waits. */
  has(id: string): boolean {
    return !this.#isEmpty && this.#sql.get(`SELECT 1 FROM ${this.table} WHERE id = ?`, id) !== undefined;
  }

  /** Says whether a row waits that has those values in those fields. */
  hasValues(fields: readonly string[], values: readonly SqlValue[]): boolean {
    if (this.#isEmpty) return false;
    const where = fields.map((field) => `${this.placeOf(field) ?? 'NULL'} = ?`).join(' AND ');
    return this.#sql.get(`SELECT 1 FROM ${this.table} WHERE ${where}`, ...values) !== undefined;
  }

  /** Forgets the rows of records that a SELECT names by id. */
  forget(ids: string): void {
    if (!this.#isEmpty) this.#sql.run(`DELETE FROM ${this.table} WHERE id IN (${ids})`);
  }

  /** Forgets everything; what a rolled back transaction made is gone by itself. */
  clear(): void {
    this.#isEmpty = true;
    this.#changed.clear();
  }

  #begin(): void {
    const name = sqlName(this.#name);
    const places = this.#columns.map(({ place }) => place).join(', ');
    this.#sql.exec(
      `CREATE TEMP TABLE IF NOT EXISTS ${name} (
         id TEXT NOT NULL UNIQUE, is_new INTEGER NOT NULL, unknown TEXT, counted INTEGER, changed INTEGER, local, ${places});
       DELETE FROM ${this.table}`,
    );
    for (const [index, fields] of this.#entity.naturalKeys.entries()) {
      const key = fields.map((field) => this.placeOf(field) ?? 'NULL').join(', ');
      this.#sql.exec(`CREATE INDEX IF NOT EXISTS temp.${sqlName(`${this.#name}_key_${index}`)} ON ${name} (${key})`);
    }
    this.#isEmpty = false;
  }

  #run(statement: string, id: string | undefined): void {
    if (id === undefined) this.#sql.run(`${statement} ORDER BY s.rowid`);
    else this.#sql.run(`${statement} AND s.id = ?`, id);
  }
}

/** Drivers take a real without a fraction for an integer. An integer of the row is a `bigint`. */
function formWithReals(row: readonly SqlValue[]): string {
  const places = row.map((value, at) => (at >= AHEAD && typeof value === 'number' ? 'CAST(? AS REAL)' : '?'));
  return `(${places.join(', ')})`;
}
