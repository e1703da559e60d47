import { fieldToken } from '../record/field-token.js';
import { EMPTY_SET, derived, elementNames, elementsOf } from '../record/content.js';
import type { Content, Element } from '../record/content.js';
import { setToken } from '../record/elements.js';
import { quote, scanObject, unquote } from '../record/json.js';
import type { Member } from '../record/json.js';
import { toPortable } from '../record/paths.js';
import { project as projectSql } from './knowledge/triggers.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { Field, ScalarField, SetField } from '../registry/field.js';
import { badRow } from './bad-row.js';
import { BLOB_TOKEN, isUtf8, readStored, readTokens, realColumn, tokenColumns } from './columns.js';
import type { SqlRow, SqlValue } from './database.js';
import type { Ids } from './knowledge/known.js';
import type { Sql } from './sql.js';
import { FLAGS, FLAGS_AT, UNKNOWN_AT, isToken, rowShape } from './row-shape.js';
import type { RowShape } from './row-shape.js';
import { decodeText } from './text-encoding.js';
import { sqlName } from './sql-name.js';
import { rowsOf } from './row-source.js';

/**
 * Reads the rows of one project as portable contents, with everything that counts as a record's value: child rows,
 * unknown members, unresolved references. `RowWriter` does the reverse.
 */
export class Rows {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #project: string;
  readonly #shapes = new Map<string, RowShape>();

  constructor(sql: Sql, registry: Registry, project: string) {
    this.#sql = sql;
    this.#registry = registry;
    this.#project = project;
  }

  /** The row of this project with that id, or undefined. Throws `bad_row` when it holds what its columns do not allow. */
  read(entity: Entity, id: string): Content | undefined {
    const shape = this.#shape(entity);
    const [content] = this.select(entity, `${shape.from} WHERE t.${sqlName(entity.key)} = ?`, id);
    return content;
  }

  /** The contents that a FROM clause with parameters selects; rows `t` of other projects are left out. */
  select(entity: Entity, from: string, ...parameters: SqlValue[]): Content[] {
    const shape = this.#shape(entity);
    const rows = this.#sql.all(`SELECT ${shape.columns} FROM ${from}`, this.#project, ...parameters);
    const here = rows.filter((row) => (Number(row[FLAGS_AT]) & FLAGS.isHere) !== 0);
    const children = here.length === 0 ? new Map<string, Children>() : this.#children(entity, from, parameters);
    return here.map((row) => this.#content(entity, shape, row, children));
  }

  /** The child rows of the rows that a FROM clause selects, in one statement for each table. */
  #children(entity: Entity, from: string, parameters: readonly SqlValue[]): Map<string, Children> {
    const { encoding } = this.#sql;
    return new Map(
      entity.synced.flatMap(({ name, field }): [string, Children][] => {
        if (field.kind !== 'set') return [];
        const { owner, table } = field.set;
        const columns = tokenColumns([owner, ...elementNames(field.set)].map(sqlName), encoding).join(', ');
        const owners = `SELECT t.${sqlName(entity.key)} FROM ${from}`;
        const byOwner: Children = new Map();
        const where = `${sqlName(owner)} IN (${owners})`;
        for (const row of this.#sql.all(`SELECT ${columns} FROM ${sqlName(table)} WHERE ${where}`, ...parameters)) {
          const [key, ...tokens] = readTokens(row, 0, encoding);
          if (key === undefined || key === BLOB_TOKEN) continue;
          const others = byOwner.get(key);
          if (others === undefined) byOwner.set(key, [tokens]);
          else others.push(tokens);
        }
        return [[name, byOwner]];
      }),
    );
  }

  /** The rows of this project with given ids, by id. */
  readAll(entity: Entity, ids: Ids): Map<string, Content> {
    const from = `(${ids.sql}) k CROSS JOIN ${rowsOf(this.#registry, entity)} t ON t.${sqlName(entity.key)} = k.id`;
    return new Map(this.select(entity, from, ...ids.parameters).map((content) => [content.id, content]));
  }

  /** A page of the project's rows in the order of their ids, beginning after one. */
  page(entity: Entity, after: string | undefined, limit: number): Content[] {
    const { from } = this.#shape(entity);
    const where = `${projectSql(this.#registry, entity, 't')} = ?`;
    const order = `ORDER BY t.${sqlName(entity.key)} LIMIT ${limit}`;
    return after === undefined
      ? this.select(entity, `${from} WHERE ${where} ${order}`, this.#project)
      : this.select(entity, `${from} WHERE ${where} AND t.${sqlName(entity.key)} > ? ${order}`, this.#project, after);
  }

  /** The project of a row wherever it is: null for a row without one, undefined when there is no such row. */
  projectOf(entity: Entity, id: string): string | null | undefined {
    const from = `${rowsOf(this.#registry, entity)} t WHERE t.${sqlName(entity.key)} = ?`;
    const row = this.#sql.get(`SELECT CAST(${projectSql(this.#registry, entity, 't')} AS BLOB) FROM ${from}`, id);
    if (row === undefined) return undefined;
    return row[0] instanceof Uint8Array ? (decodeText(row[0], this.#sql.encoding) ?? null) : null;
  }

  #shape(entity: Entity): RowShape {
    let shape = this.#shapes.get(entity.type);
    if (shape === undefined)
      this.#shapes.set(entity.type, (shape = rowShape(this.#registry, entity, this.#sql.encoding)));
    return shape;
  }

  #content(entity: Entity, shape: RowShape, row: SqlRow, children: ReadonlyMap<string, Children>): Content {
    const read = readTokens(row, shape.tokensAt, this.#sql.encoding);
    // Of a key that is no text a message says the bytes.
    const id = read[0] ?? String(row[shape.tokensAt]).split(/[,[\]]/)[1] ?? '';
    const key = unquote(id);
    const flags = Number(row[FLAGS_AT]);
    const unresolved = (flags & FLAGS.hasUnresolved) !== 0 ? this.#unresolvedOf(entity.type, key) : undefined;
    const problems: string[] = [];
    const tokens: string[] = [];
    for (const { name, field, index } of entity.synced) {
      const missing = unresolved?.get(name);
      if (field.kind === 'set') {
        tokens.push(this.#setToken(entity, key, field, children.get(name)?.get(id), missing));
        continue;
      }
      const value = (isToken(field) ? read : row)[shape.at[index] ?? -1];
      const token = this.#fieldToken(entity, id, name, field, value, problems);
      if (problems.length > 0) throw badRow(entity, id, name, problems);
      tokens.push(token === 'null' ? (missing?.[0] ?? token) : token);
    }
    if ((flags & FLAGS.isCounted) !== 0) this.#readCounts(entity, tokens);
    const members = row[UNKNOWN_AT];
    const unknown: Member[] = typeof members === 'string' ? scanObject(members) : [];
    return derived({ entity, id: key, tokens, unknown });
  }

  /** The counts of sets that have no rows any more. */
  #readCounts(entity: Entity, tokens: string[]): void {
    for (const { index, set } of entity.counts) if (tokens[set] === EMPTY_SET) tokens[index] = '0';
  }

  #fieldToken(
    entity: Entity,
    id: string,
    name: string,
    field: ScalarField,
    value: SqlValue | undefined,
    problems: string[],
  ): string {
    if (field.kind === 'real') return fieldToken(field, realColumn(value ?? null), problems);
    if (!isToken(field)) {
      const stored = readStored(value ?? null, this.#sql.encoding);
      if (stored === undefined) problems.push(this.#noText);
      else if (this.#isDoubtful(stored)) this.#checkUtf8(entity, id, name);
      return fieldToken(field, stored ?? 'null', problems);
    }
    const token = this.#exactToken(field, value, problems);
    if (problems.length > 0) return token;
    if (this.#isDoubtful(token)) this.#checkUtf8(entity, id, name);
    const canonical = fieldToken(field, token, problems);
    if (field.kind !== 'text' || field.coordinate === undefined || canonical === 'null') return canonical;
    return field.coordinate === 'path' ? quote(toPortable(unquote(canonical), this.#project)) : '"."';
  }

  /** A token that {@link readTokens} gave; `null` with a problem where it is of no value that the column may hold. */
  #exactToken({ kind }: Field, token: SqlValue | undefined, problems: string[]): string {
    if (typeof token === 'string' && token !== BLOB_TOKEN) return token;
    problems.push(token === undefined ? this.#noText : `must be ${kind}, not a BLOB`);
    return 'null';
  }

  /** A replacement character may be the text's own, or stand for bytes that are no UTF-8. */
  #isDoubtful(token: string): boolean {
    return this.#sql.encoding === 'UTF-8' && token.includes('\uFFFD');
  }

  #checkUtf8(entity: Entity, id: string, name: string): void {
    const row = this.#sql.get(
      `SELECT CAST(${sqlName(name)} AS BLOB) FROM ${rowsOf(this.#registry, entity)} t WHERE t.${sqlName(entity.key)} = ?`,
      unquote(id),
    );
    // Where the id that was read finds no row, it is the id itself that was not read exactly.
    if (row === undefined) throw badRow(entity, id, entity.key, [this.#noText]);
    if (!isUtf8(row[0])) throw badRow(entity, id, name, [this.#noText]);
  }

  #setToken(
    entity: Entity,
    owner: string,
    field: SetField,
    rows: readonly ReadElement[] = [],
    unresolved: readonly string[] = [],
  ): string {
    const { set } = field;
    if (rows.length === 0 && unresolved.length === 0) return EMPTY_SET;
    const elements = unresolved.flatMap((token) => elementsOf(set, token));
    for (const row of rows) {
      const element = this.#element(entity, owner, field, row);
      if (set.withoutOwnScope !== true || element[0] !== '"."') elements.push(element);
    }
    return setToken(set, elements);
  }

  #element(entity: Entity, owner: string, field: SetField, read: ReadElement): Element {
    const tokens: string[] = [];
    for (const name of elementNames(field.set)) {
      const column = field.set.element[name];
      const problems: string[] = [];
      if (column === undefined) continue;
      const token = this.#exactToken(column, read[tokens.length], problems);
      if (this.#isDoubtful(token)) this.#checkElementsUtf8(field, owner, name, problems);
      const canonical = problems.length > 0 ? token : fieldToken(column, token, problems);
      if (problems.length > 0) throw badRow(entity, quote(owner), `${field.set.table}.${name}`, problems);
      const isPath = column.kind === 'text' && column.coordinate === 'path' && canonical !== 'null';
      tokens.push(isPath ? quote(toPortable(unquote(canonical), this.#project)) : canonical);
    }
    return tokens;
  }

  #checkElementsUtf8({ set }: SetField, owner: string, name: string, problems: string[]): void {
    const rows = this.#sql.all(
      `SELECT CAST(${sqlName(name)} AS BLOB) FROM ${sqlName(set.table)} WHERE ${sqlName(set.owner)} = ?`,
      owner,
    );
    if (!rows.every(([bytes]) => isUtf8(bytes))) problems.push(this.#noText);
  }

  get #noText(): string {
    return `must be ${this.#sql.encoding} text, and has other bytes`;
  }

  #unresolvedOf(type: string, id: string): Map<string, string[]> {
    const unresolved = new Map<string, string[]>();
    for (const [field, element] of this.#sql.all(
      `SELECT field, element FROM scsync_unresolved WHERE type = ? AND id = ?`,
      type,
      id,
    )) {
      unresolved.set(String(field), [...(unresolved.get(String(field)) ?? []), String(element)]);
    }
    return unresolved;
  }
}

/** The tokens of a child row, as {@link readTokens} gives them. */
type ReadElement = readonly (string | undefined)[];

/** Child rows by the owner, as its id is read. */
type Children = Map<string, ReadElement[]>;
