import { joinMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import type { Entity } from '../registry/entity.js';
import type { SqlValue } from './database.js';
import type { Sql } from './sql.js';
import { sqlName, sqlNames } from './sql-name.js';

/** How many rows of each kind wait. */
export interface StagedCounts {
  readonly created: number;
  readonly updated: number;
}

/**
 * Rows of one table that wait to be written, in a temporary table. Its columns lie by place and without a type, so that each value comes
 * out as it went in, whatever the columns are called: `v0` is the first synced field.
 */
export class StagedRows {
  readonly #sql: Sql;
  readonly #entity: Entity;
  readonly #columns: readonly { readonly name: string; readonly place: string }[];
  readonly #name: string;
  /** The temporary table, as SQL names it. */
  readonly table: string;
  /** Fields that any row changes: the others are left alone, with their indexes. */
  readonly #changed = new Set<string>();
  #isEmpty = true;

  constructor(sql: Sql, entity: Entity) {
    this.#sql = sql;
    this.#entity = entity;
    this.#columns = entity.synced.flatMap(({ name, field, index }) =>
      field.kind === 'set' ? [] : [{ name, place: `v${index}` }],
    );
    this.#name = `scsync_rows_${entity.type}_${this.#columns.length}`;
    this.table = `temp.${sqlName(this.#name)}`;
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /**
   * Adds a row. `before` is what it holds, where it is there; `counted` says whether its count follows from a set, and is null where
   * nothing is to be said of it.
   */
  add(
    content: Content,
    values: ReadonlyMap<string, SqlValue>,
    before: Content | undefined,
    counted: boolean | null,
  ): void {
    if (this.#isEmpty) this.#begin();
    if (before !== undefined) {
      for (const { name, index } of this.#entity.synced) {
        if (content.tokens[index] !== before.tokens[index]) this.#changed.add(name);
      }
    }
    const places = this.#columns.map(({ place }) => place);
    const members = joinMembers(content.unknown);
    this.#sql.run(
      `INSERT INTO ${this.table} (id, is_new, unknown, counted, ${places.join(', ')})
       VALUES (?, ?, ?, ?, ${places.map(() => '?').join(', ')})`,
      content.id,
      before === undefined ? 1 : 0,
      members === '' ? null : `{${members}}`,
      counted === null ? null : Number(counted),
      ...this.#columns.map(({ name }) => values.get(name) ?? null),
    );
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
    const names = sqlNames(this.#columns.map(({ name }) => name));
    const places = this.#columns.map(({ place }) => place).join(', ');
    this.#run(
      `INSERT INTO ${sqlName(this.#entity.table)} (${names}) SELECT ${places} FROM ${this.table} WHERE is_new = 1`,
      id,
    );
  }

  /** Says whether any row changes a field. */
  changes(field: string): boolean {
    return this.#changed.has(field);
  }

  /** Changes the other rows, all or that of one record, in the fields that any of them changes. */
  update(id?: string): void {
    const { table, key } = this.#entity;
    const columns = this.#columns.filter(({ name }) => this.#changed.has(name));
    if (columns.length === 0) return;
    const names = sqlNames(columns.map(({ name }) => name));
    const places = columns.map(({ place }) => `s.${place}`).join(', ');
    const values = `SELECT ${places} FROM ${this.table} s WHERE s.id = ${sqlName(table)}.${sqlName(key)}`;
    const ids = `SELECT id FROM ${this.table} WHERE is_new = 0`;
    this.#sql.run(
      `UPDATE ${sqlName(table)} SET (${names}) = (${values}) WHERE ${sqlName(key)} IN (${ids}${id === undefined ? '' : ' AND id = ?'})`,
      ...(id === undefined ? [] : [id]),
    );
  }

  /** The ids of the rows that wait, in the order in which they were added. */
  ids(): string[] {
    return this.#sql.all(`SELECT id FROM ${this.table} ORDER BY rowid`).map(([id]) => String(id));
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
         id TEXT NOT NULL UNIQUE, is_new INTEGER NOT NULL, unknown TEXT, counted INTEGER, ${places});
       DELETE FROM ${this.table}`,
    );
    const key = this.#entity.naturalKey.map((field) => this.placeOf(field) ?? 'NULL').join(', ');
    if (key !== '')
      this.#sql.exec(`CREATE INDEX IF NOT EXISTS temp.${sqlName(`${this.#name}_key`)} ON ${name} (${key})`);
    this.#isEmpty = false;
  }

  #run(statement: string, id: string | undefined): void {
    if (id === undefined) this.#sql.run(`${statement} ORDER BY rowid`);
    else this.#sql.run(`${statement} AND id = ?`, id);
  }
}
