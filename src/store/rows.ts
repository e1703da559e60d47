import { SyncError } from '../errors.js';
import { absoluteTokens } from '../jsonl/format.js';
import type { ProjectCoordinates } from '../jsonl/format.js';
import { fieldToken } from '../record/field-token.js';
import { EMPTY_SET, derived, elementKey, elementNames, elementsOf, joinMembers, setToken } from '../record/content.js';
import type { Content, Element } from '../record/content.js';
import { uniqueElements } from '../record/elements.js';
import { quote, scanObject, sha256, unquote } from '../record/json.js';
import type { Member } from '../record/json.js';
import { integerValue, realToken } from '../record/numbers.js';
import { fromPortable, toPortable } from '../record/paths.js';
import { project as projectSql } from '../tracking/triggers.js';
import type { Entity, Field, ReferringField, Registry, SetField } from '../registry/entity.js';
import { requireEntity } from '../registry/entity.js';
import type { SqlRow, SqlValue } from './database.js';
import type { Sql } from './sql.js';

/** Names a record. */
export interface RecordKey {
  readonly type: string;
  readonly id: string;
}

/**
 * The rows of one project, as contents. Reading gives portable contents with everything that counts as the
 * record's value (child rows, unknown members, references kept aside); writing does the reverse.
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
    const [content] = this.select(entity, `${shape.from} WHERE t.${entity.key} = ?`, id);
    return content;
  }

  /** The contents that a FROM clause with parameters selects; rows `t` of other projects are left out. */
  select(entity: Entity, from: string, ...parameters: SqlValue[]): Content[] {
    const shape = this.#shape(entity);
    const rows = this.#sql.all(`SELECT ${shape.columns} FROM ${from}`, ...parameters);
    return rows.flatMap((row) => (row[shape.scopeAt] === this.#project ? [this.#content(entity, shape, row)] : []));
  }

  /** A page of the project's rows in the order of their ids, beginning after one. */
  page(entity: Entity, after: string | undefined, limit: number): Content[] {
    const { from } = this.#shape(entity);
    const where = `${projectSql(this.#registry, entity, 't')} = ?`;
    const order = `ORDER BY t.${entity.key} LIMIT ${limit}`;
    return after === undefined
      ? this.select(entity, `${from} WHERE ${where} ${order}`, this.#project)
      : this.select(entity, `${from} WHERE ${where} AND t.${entity.key} > ? ${order}`, this.#project, after);
  }

  /** The project of a row wherever it is: null for a row without one, undefined when there is no such row. */
  projectOf(entity: Entity, id: string): string | null | undefined {
    const from = `${entity.table} t WHERE t.${entity.key} = ?`;
    const row = this.#sql.get(`SELECT ${projectSql(this.#registry, entity, 't')} FROM ${from}`, id);
    return row === undefined ? undefined : (row[0] as string | null);
  }

  /** The id of another row that holds the natural key of this content, or undefined. */
  naturalKeyHolder(content: Content): string | undefined {
    const { entity } = content;
    if (entity.naturalKey.length === 0) return undefined;
    const values = this.#values(content);
    const { places, parameters } = bind(new Map(entity.naturalKey.map((name) => [name, values.get(name) ?? null])));
    const same = entity.naturalKey.map((name, index) => `t.${name} = ${places[index] ?? '?'}`);
    const row = this.#sql.get(
      `SELECT t.${entity.key} FROM ${entity.table} t WHERE ${same.join(' AND ')} AND t.${entity.key} <> ?`,
      ...parameters,
      content.id,
    );
    return row === undefined ? undefined : (row[0] as string);
  }

  /** Writes a record exactly as its content says. `before` is the content of its row, if it has one. */
  write(content: Content, before: Content | undefined, now: number): void {
    const { entity } = content;
    const aside: [field: string, ref: string, element: string][] = [];
    const values = this.#values(content, now);
    for (const [field, type] of Object.entries(entity.references)) {
      const value = values.get(field);
      if (typeof value !== 'string' || this.#exists(type, value)) continue;
      aside.push([field, value, quote(value)]);
      values.set(field, null);
    }
    if (before === undefined) this.#insert(entity, values);
    else this.#update(entity, values, content.id);
    for (const { name, field, index } of entity.synced) {
      const token = content.tokens[index] ?? EMPTY_SET;
      if (field.kind !== 'set' || token === (before?.tokens[index] ?? EMPTY_SET)) continue;
      aside.push(...this.#writeSet(content.id, name, field, token, now));
    }
    this.#writeAside(content, aside, before);
    this.#writeCounted(content);
    const members = joinMembers(content.unknown);
    if (members !== joinMembers(before?.unknown ?? [])) this.#writeUnknown(content, members);
  }

  /** Deletes a row with its child rows, whatever the foreign keys do. */
  remove(entity: Entity, id: string): void {
    for (const { field } of entity.synced) {
      if (field.kind === 'set') this.#sql.run(`DELETE FROM ${field.set.table} WHERE ${field.set.owner} = ?`, id);
    }
    this.#sql.run(`DELETE FROM ${entity.table} WHERE ${entity.key} = ?`, id);
    this.#sql.run(`DELETE FROM scsync_aside WHERE type = ? AND id = ?`, entity.type, id);
    this.#sql.run(`DELETE FROM scsync_unknown WHERE type = ? AND id = ?`, entity.type, id);
  }

  /**
   * Puts references and elements that were kept aside into rows, where their targets have arrived. `around` is
   * called with each record and what puts one of its values back; the record's content is the same before and after.
   */
  putBackAside(now: number, around: (key: RecordKey, put: () => void) => void): void {
    if (this.#sql.get(`SELECT 1 FROM scsync_aside LIMIT 1`) === undefined) return;
    for (const entity of this.#registry.entities) {
      for (const reference of entity.referring) this.#putBack(entity, reference, now, around);
    }
  }

  /** Gives a row another value in the last column of its natural key, so that two rows can trade theirs. */
  parkNaturalKey(entity: Entity, id: string): void {
    const column = entity.naturalKey.at(-1) ?? entity.key;
    this.#sql.run(`UPDATE ${entity.table} SET ${column} = ? WHERE ${entity.key} = ?`, `~parked~${sha256(id)}`, id);
  }

  /** Records of this registry that refer to a record by a foreign key, a child row, or a value kept aside. */
  referrers(target: RecordKey): RecordKey[] {
    return this.#registry.entities.flatMap((entity) =>
      entity.referring
        .filter((reference) => reference.target === target.type)
        .flatMap(({ name, field }) => {
          const column = field.kind === 'set' ? (elementNames(field.set)[0] ?? '') : name;
          const rows =
            field.kind === 'set'
              ? `SELECT ${field.set.owner} FROM ${field.set.table} WHERE ${column} = ?1`
              : `SELECT ${entity.key} FROM ${entity.table} WHERE ${column} = ?1`;
          const aside = `SELECT id FROM scsync_aside WHERE type = ?2 AND field = ?3 AND ref = ?1`;
          return this.#sql
            .all(`${rows} UNION ${aside}`, target.id, entity.type, name)
            .map(([id]) => ({ type: entity.type, id: String(id) }));
        }),
    );
  }

  /** What the project's coordinates are on this machine; makes the project's row when `create` says so. */
  coordinates(create?: { readonly now: number }): ProjectCoordinates {
    const table = this.#registry.scopeTable;
    if (table === undefined) return { project: this.#project, scopeId: '' };
    const row = this.#sql.get(`SELECT ${table.id} FROM ${table.table} WHERE ${table.path} = ?`, this.#project);
    if (row !== undefined) return { project: this.#project, scopeId: String(row[0]) };
    const scopeId = `${table.idPrefix}${sha256(this.#project).slice(0, 12)}`;
    if (create !== undefined) {
      const columns = [table.id, table.path, table.name, ...table.timestamps];
      this.#sql.run(
        `INSERT INTO ${table.table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
        scopeId,
        this.#project,
        this.#project.slice(this.#project.lastIndexOf('/') + 1) || this.#project,
        ...table.timestamps.map(() => create.now),
      );
    }
    return { project: this.#project, scopeId };
  }

  // ---- reading ------------------------------------------------------------------------------------------------------

  #shape(entity: Entity): RowShape {
    let shape = this.#shapes.get(entity.type);
    if (shape === undefined) this.#shapes.set(entity.type, (shape = rowShape(this.#registry, entity)));
    return shape;
  }

  #content(entity: Entity, shape: RowShape, row: SqlRow): Content {
    const id = String(row[0]);
    const tokens = entity.synced.map(({ name, field, index }) => {
      const at = shape.at[index];
      if (at === undefined || field.kind === 'set') return EMPTY_SET;
      const problems: string[] = [];
      const token = this.#fieldToken(entity, id, name, field, row[at] ?? null, problems);
      if (problems.length > 0) throw badRow(entity, id, name, problems);
      return token;
    });
    const key = unquote(id);
    const aside = row[shape.asideAt] === 1n ? this.#asideOf(entity.type, key) : new Map<string, string[]>();
    for (const { name, field, index } of entity.synced) {
      if (field.kind === 'set') tokens[index] = this.#readSet(entity, key, field, aside.get(name) ?? []);
      else if (tokens[index] === 'null') tokens[index] = aside.get(name)?.[0] ?? 'null';
    }
    this.#readCounts(entity, shape, row, tokens);
    const members = row[shape.unknownAt];
    const unknown: Member[] = typeof members === 'string' ? scanObject(members) : [];
    return derived({ entity, id: key, tokens, unknown });
  }

  #readCounts(entity: Entity, shape: RowShape, row: SqlRow, tokens: string[]): void {
    for (const { field, index } of entity.synced) {
      if (field.kind !== 'integer' || field.countOf === undefined) continue;
      if (tokens[entity.indexOf.get(field.countOf) ?? -1] === EMPTY_SET && row[shape.countedAt] === 1n)
        tokens[index] = '0';
    }
  }

  #fieldToken(
    entity: Entity,
    id: string,
    name: string,
    field: Exclude<Field, SetField>,
    value: SqlValue,
    problems: string[],
  ): string {
    if (field.kind === 'real') return fieldToken(field, realColumn(value), problems);
    if (value instanceof Uint8Array) {
      problems.push(`expected ${field.kind}, found a BLOB`);
      return 'null';
    }
    const token = value === null ? 'null' : String(value);
    if (token.includes('\uFFFD')) this.#checkUtf8(entity, id, name);
    const canonical = fieldToken(field, token, problems);
    if (field.kind !== 'text' || field.coordinate === undefined || canonical === 'null') return canonical;
    return field.coordinate === 'path' ? quote(toPortable(unquote(canonical), this.#project)) : '"."';
  }

  /** A replacement character may be the text's own, or stand for bytes that are no UTF-8. */
  #checkUtf8(entity: Entity, id: string, name: string): void {
    const row = this.#sql.get(`SELECT CAST(${name} AS BLOB) FROM ${entity.table} WHERE ${entity.key} = ?`, unquote(id));
    // Where the id that was read finds no row, it is the id itself that was not read exactly.
    if (row === undefined) throw badRow(entity, id, entity.key, [NO_UTF8]);
    if (row[0] instanceof Uint8Array && !isUtf8(row[0])) throw badRow(entity, id, name, [NO_UTF8]);
  }

  #readSet(entity: Entity, owner: string, field: SetField, aside: readonly string[]): string {
    const { set } = field;
    const names = elementNames(set);
    const rows = this.#sql.all(
      `SELECT ${names.map(exactColumn).join(', ')} FROM ${set.table} WHERE ${set.owner} = ?`,
      owner,
    );
    if (rows.length === 0 && aside.length === 0) return EMPTY_SET;
    const elements = rows.map((row) => this.#element(entity, owner, field, names, row));
    const kept = set.withoutOwnScope === true ? elements.filter(([path]) => path !== '"."') : elements;
    return setToken(set, uniqueElements(set, [...aside.flatMap((token) => elementsOf(set, token)), ...kept]));
  }

  #element(entity: Entity, owner: string, field: SetField, names: readonly string[], row: SqlRow): Element {
    return names.map((name, index) => {
      const column = field.set.element[name];
      const problems: string[] = [];
      const value = row[index] ?? null;
      const token = value === null ? 'null' : String(value);
      if (column === undefined) return token;
      if (value instanceof Uint8Array) problems.push(`expected ${column.kind}, found a BLOB`);
      else if (token.includes('\uFFFD')) this.#checkElementsUtf8(field, owner, name, problems);
      const canonical = problems.length > 0 ? token : fieldToken(column, token, problems);
      if (problems.length > 0) throw badRow(entity, quote(owner), `${field.set.table}.${name}`, problems);
      const isPath = column.kind === 'text' && column.coordinate === 'path' && canonical !== 'null';
      return isPath ? quote(toPortable(unquote(canonical), this.#project)) : canonical;
    });
  }

  #checkElementsUtf8({ set }: SetField, owner: string, name: string, problems: string[]): void {
    const rows = this.#sql.all(`SELECT CAST(${name} AS BLOB) FROM ${set.table} WHERE ${set.owner} = ?`, owner);
    if (rows.some(([bytes]) => bytes instanceof Uint8Array && !isUtf8(bytes))) problems.push(NO_UTF8);
  }

  #asideOf(type: string, id: string): Map<string, string[]> {
    const aside = new Map<string, string[]>();
    for (const [field, element] of this.#sql.all(
      `SELECT field, element FROM scsync_aside WHERE type = ? AND id = ?`,
      type,
      id,
    )) {
      aside.set(String(field), [...(aside.get(String(field)) ?? []), String(element)]);
    }
    return aside;
  }

  // ---- writing ------------------------------------------------------------------------------------------------------

  /** Column values of a content, coordinates as they are on this machine. */
  #values(content: Content, create?: number): Map<string, SqlValue> {
    const { entity } = content;
    const needsScopeRow = entity.synced.some(({ field }) => field.kind === 'text' && field.coordinate === 'scope-id');
    const coordinates = needsScopeRow
      ? this.coordinates(create === undefined ? undefined : { now: create })
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
    const { places, parameters } = bind(values);
    this.#sql.run(`INSERT INTO ${entity.table} (${names.join(', ')}) VALUES (${places.join(', ')})`, ...parameters);
  }

  #update(entity: Entity, values: ReadonlyMap<string, SqlValue>, id: string): void {
    const { places, parameters } = bind(values);
    const assignments = [...values.keys()].map((name, index) => `${name} = ${places[index] ?? '?'}`);
    this.#sql.run(`UPDATE ${entity.table} SET ${assignments.join(', ')} WHERE ${entity.key} = ?`, ...parameters, id);
  }

  /** Makes the child rows equal to the set; gives the elements whose target is not here. */
  #writeSet(owner: string, name: string, field: SetField, token: string, now: number): [string, string, string][] {
    const { set } = field;
    const names = elementNames(set);
    const there = new Map<string, string>();
    for (const row of this.#sql.all(
      `SELECT ${names.map((column) => `json_quote(${column})`).join(', ')} FROM ${set.table} WHERE ${set.owner} = ?`,
      owner,
    )) {
      const element = row.map(String);
      there.set(elementKey(element), there.has(elementKey(element)) ? '' : element.join('\n'));
    }
    const aside: [string, string, string][] = [];
    const wanted = new Set<string>();
    for (const portable of elementsOf(set, token)) {
      const element = this.#absoluteElement(field, portable);
      const key = elementKey(element);
      wanted.add(key);
      if (there.get(key) === element.join('\n')) continue;
      if (there.has(key)) this.#deleteElement(owner, field, key);
      if (set.references !== undefined && !this.#exists(set.references, key)) {
        aside.push([name, key, setToken(set, [portable])]);
      } else {
        this.#insertElement(owner, field, element, now);
      }
    }
    for (const key of there.keys()) {
      if (wanted.has(key) || (set.withoutOwnScope === true && key === this.#project)) continue;
      this.#deleteElement(owner, field, key);
    }
    return aside;
  }

  #deleteElement(owner: string, { set }: SetField, key: string): void {
    const { places, parameters } = bind(new Map([[elementNames(set)[0] ?? '', key]]));
    const column = elementNames(set)[0] ?? '';
    this.#sql.run(
      `DELETE FROM ${set.table} WHERE ${set.owner} = ? AND ${column} = ${places[0] ?? '?'}`,
      owner,
      ...parameters,
    );
  }

  #absoluteElement(field: SetField, element: Element): Element {
    return elementNames(field.set).map((name, index) => {
      const column = field.set.element[name];
      const token = element[index] ?? 'null';
      if (column?.kind !== 'text' || column.coordinate !== 'path' || token === 'null') return token;
      return quote(fromPortable(unquote(token), this.#project));
    });
  }

  #insertElement(owner: string, field: SetField, element: Element, now: number): void {
    const { set } = field;
    const values = new Map<string, SqlValue>([[set.owner, owner]]);
    for (const [index, name] of elementNames(set).entries()) {
      const column = set.element[name];
      if (column !== undefined) values.set(name, sqlValue(column, element[index] ?? 'null'));
    }
    for (const column of set.timestamps ?? []) values.set(column, now);
    for (let attempt = 0; ; attempt++) {
      if (set.id !== undefined) values.set(set.id.column, childId(set.id.prefix, owner, elementKey(element), attempt));
      const { places, parameters } = bind(values);
      const columns = [...values.keys()].join(', ');
      // Some other pair may have got that id: a pair in a row can be changed, and its id stays.
      const clash = set.id === undefined ? '' : ` ON CONFLICT (${set.id.column}) DO NOTHING`;
      const sql = `INSERT INTO ${set.table} (${columns}) VALUES (${places.join(', ')})${clash}`;
      if (this.#sql.run(sql, ...parameters) > 0) return;
    }
  }

  #writeAside(
    content: Content,
    aside: readonly (readonly [string, string, string])[],
    before: Content | undefined,
  ): void {
    if (content.entity.referring.length === 0) return;
    const { type } = content.entity;
    if (before !== undefined) {
      for (const { name, field } of content.entity.referring) {
        const index = content.entity.indexOf.get(name) ?? -1;
        if (field.kind === 'set' && before.tokens[index] === content.tokens[index]) continue;
        this.#sql.run(`DELETE FROM scsync_aside WHERE type = ? AND id = ? AND field = ?`, type, content.id, name);
      }
    }
    for (const [field, ref, element] of aside) {
      this.#sql.run(
        `INSERT INTO scsync_aside (type, id, field, ref, element) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (type, id, field, ref) DO UPDATE SET element = excluded.element`,
        type,
        content.id,
        field,
        ref,
        element,
      );
    }
  }

  /** An empty set counts as none once the set was named, else its count stands for itself: what is read must be what was written. */
  #writeCounted(content: Content): void {
    const { entity, id, tokens } = content;
    for (const { field, index } of entity.synced) {
      if (field.kind !== 'integer' || field.countOf === undefined) continue;
      const isNamed = tokens[entity.indexOf.get(field.countOf) ?? -1] !== EMPTY_SET;
      if (!isNamed && tokens[index] === '0') continue;
      const counted = isNamed ? 1 : 0;
      this.#sql.run(
        `UPDATE scsync_marks SET counted = ?1 WHERE type = ?2 AND id = ?3 AND counted <> ?1`,
        counted,
        entity.type,
        id,
      );
    }
  }

  #writeUnknown(content: Content, members: string): void {
    const { type } = content.entity;
    this.#sql.run(`DELETE FROM scsync_unknown WHERE type = ? AND id = ?`, type, content.id);
    if (members !== '') {
      this.#sql.run(
        `INSERT INTO scsync_unknown (type, id, members) VALUES (?, ?, ?)`,
        type,
        content.id,
        `{${members}}`,
      );
    }
  }

  #putBack(
    entity: Entity,
    { name, field, target }: ReferringField,
    now: number,
    around: (key: RecordKey, put: () => void) => void,
  ): void {
    const { table, key } = requireEntity(this.#registry, target);
    const arrived = this.#sql.all(
      `SELECT a.id, a.ref, a.element FROM scsync_aside a JOIN ${table} t ON t.${key} = a.ref WHERE a.type = ? AND a.field = ?`,
      entity.type,
      name,
    );
    for (const [id, ref, element] of arrived) {
      const [owner, value] = [String(id), String(ref)];
      around({ type: entity.type, id: owner }, () => {
        if (field.kind === 'set') {
          for (const one of elementsOf(field.set, String(element))) {
            this.#insertElement(owner, field, this.#absoluteElement(field, one), now);
          }
        } else {
          this.#sql.run(
            `UPDATE ${entity.table} SET ${name} = ? WHERE ${entity.key} = ? AND ${name} IS NULL`,
            value,
            owner,
          );
        }
        this.#sql.run(
          `DELETE FROM scsync_aside WHERE type = ? AND id = ? AND field = ? AND ref = ?`,
          entity.type,
          owner,
          name,
          value,
        );
      });
    }
  }

  #exists(type: string, id: string): boolean {
    const { table, key } = requireEntity(this.#registry, type);
    return this.#sql.get(`SELECT 1 FROM ${table} WHERE ${key} = ?`, id) !== undefined;
  }
}

/** How the columns of an entity's SELECT lie. */
interface RowShape {
  readonly columns: string;
  readonly from: string;
  /** Place of each synced field's column; undefined for sets. */
  readonly at: readonly (number | undefined)[];
  readonly scopeAt: number;
  readonly unknownAt: number;
  readonly asideAt: number;
  readonly countedAt: number;
}

function rowShape(registry: Registry, entity: Entity): RowShape {
  const columns: string[] = [];
  const at = entity.synced.map(({ name, field }) => {
    if (field.kind === 'set') return undefined;
    // JSON text is exact where drivers are not: U+0000, 64 bits. A REAL is exact as it is, and not as SQLite's JSON.
    columns.push(field.kind === 'real' ? `t.${name}` : exactColumn(`t.${name}`));
    return columns.length - 1;
  });
  const record = `type = '${entity.type}' AND id = t.${entity.key}`;
  const add = (column: string): number => columns.push(column) - 1;
  const counts = entity.synced.some(({ field }) => field.kind === 'integer' && field.countOf !== undefined);
  const scopeAt = add(projectSql(registry, entity, 't'));
  const unknownAt = add(`(SELECT members FROM scsync_unknown WHERE ${record})`);
  const asideAt = add(entity.referring.length > 0 ? `EXISTS (SELECT 1 FROM scsync_aside WHERE ${record})` : '0');
  const countedAt = add(counts ? `(SELECT counted FROM scsync_marks WHERE ${record})` : '0');
  return { columns: columns.join(', '), from: `${entity.table} t`, at, scopeAt, unknownAt, asideAt, countedAt };
}

/** A column as its JSON token; a BLOB as it is, since `json_quote` takes some for JSON and fails on the others. */
function exactColumn(column: string): string {
  return `iif(typeof(${column}) = 'blob', ${column}, json_quote(${column}))`;
}

function realColumn(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? realToken(value) : String(value);
  return typeof value === 'bigint' ? value.toString() : quote(value instanceof Uint8Array ? 'a BLOB' : value);
}

/** The value that a token stands for in a column. */
function sqlValue(field: Exclude<Field, SetField>, token: string): SqlValue {
  if (token === 'null') return null;
  if (field.kind === 'text') return unquote(token);
  return field.kind === 'real' ? Number(token) : integerValue(token);
}

/** Text with U+0000 is bound as its bytes, since drivers cut it there. */
function bind(values: ReadonlyMap<string, SqlValue>): { places: string[]; parameters: SqlValue[] } {
  const places: string[] = [];
  const parameters: SqlValue[] = [];
  for (const value of values.values()) {
    const cut = typeof value === 'string' && value.includes('\0');
    places.push(cut ? 'CAST(? AS TEXT)' : '?');
    parameters.push(cut ? new TextEncoder().encode(value) : value);
  }
  return { places, parameters };
}

/** A child's id follows from its natural pair. */
function childId(prefix: string, owner: string, key: string, attempt: number): string {
  return `${prefix}${sha256(JSON.stringify([owner, key, attempt])).slice(0, 16)}`;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const NO_UTF8 = 'expected UTF-8 text, found bytes that are none';

/** The error for a row that holds what its columns do not allow. */
export function badRow(entity: Entity, id: string, column: string, problems: readonly string[]): SyncError {
  return new SyncError('bad_row', `${entity.table}, row ${id}, column ${column}: ${problems.join('; ')}`, {
    hint: 'repair the row with SQL, then try again; nothing was written',
  });
}
