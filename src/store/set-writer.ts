import { elementKey, elementNames, elementsOf, setToken } from '../record/content.js';
import type { Element } from '../record/content.js';
import { quote, sha256, unquote } from '../record/json.js';
import { fromPortable } from '../record/paths.js';
import type { Registry } from '../registry/entity.js';
import type { SetField, SetTable } from '../registry/field.js';
import { exactColumn, readExact, sqlValue } from './columns.js';
import type { SqlValue } from './database.js';
import { rowExists } from './row-exists.js';
import type { Sql } from './sql.js';
import { sqlName, sqlNames } from './sql-name.js';

/** A reference or an element whose target is not here: field, id of the target, token. */
export type Unresolved = readonly [field: string, ref: string, token: string];

/** Writes sets into the child tables of one project's records. */
export class SetWriter {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #project: string;
  /** The statement that adds an element, by table. */
  readonly #inserts = new Map<string, string>();

  constructor(sql: Sql, registry: Registry, project: string) {
    this.#sql = sql;
    this.#registry = registry;
    this.#project = project;
  }

  /** Makes the child rows equal to the set; gives the elements whose target is not here. */
  write(owner: string, name: string, field: SetField, token: string, now: number): Unresolved[] {
    const { set } = field;
    const names = elementNames(set);
    const there = new Map<string, string>();
    const { encoding } = this.#sql;
    const columns = names.map((column) => exactColumn(sqlName(column), encoding)).join(', ');
    for (const row of this.#sql.all(
      `SELECT ${columns} FROM ${sqlName(set.table)} WHERE ${sqlName(set.owner)} = ?`,
      owner,
    )) {
      const element = row.map((value) => String(readExact(value, encoding)));
      there.set(elementKey(element), there.has(elementKey(element)) ? '' : element.join('\n'));
    }
    const unresolved: Unresolved[] = [];
    const wanted = new Set<string>();
    for (const portable of elementsOf(set, token)) {
      const element = this.local(field, portable);
      const key = elementKey(element);
      wanted.add(key);
      if (there.get(key) === element.join('\n')) continue;
      if (there.has(key)) this.#delete(owner, field, key);
      if (set.references !== undefined && !rowExists(this.#sql, this.#registry, { type: set.references, id: key })) {
        unresolved.push([name, key, setToken(set, [portable])]);
      } else {
        this.insert(owner, field, element, now);
      }
    }
    for (const key of there.keys()) {
      if (wanted.has(key) || (set.withoutOwnScope === true && key === this.#project)) continue;
      this.#delete(owner, field, key);
    }
    return unresolved;
  }

  #delete(owner: string, { set }: SetField, key: string): void {
    const column = elementNames(set)[0] ?? '';
    const value = set.element[column]?.kind === 'integer' ? BigInt(key) : key;
    this.#sql.run(
      `DELETE FROM ${sqlName(set.table)} WHERE ${sqlName(set.owner)} = ? AND ${sqlName(column)} = ?`,
      owner,
      value,
    );
  }

  /** An element with its paths as they are on this machine. */
  local(field: SetField, element: Element): Element {
    return elementNames(field.set).map((name, index) => {
      const column = field.set.element[name];
      const token = element[index] ?? 'null';
      if (column?.kind !== 'text' || column.coordinate !== 'path' || token === 'null') return token;
      return quote(fromPortable(unquote(token), this.#project));
    });
  }

  /** Adds one element, in portable form made local by {@link SetWriter.local}. */
  insert(owner: string, field: SetField, element: Element, now: number): void {
    const { set } = field;
    const values: SqlValue[] = [owner];
    for (const [index, name] of elementNames(set).entries()) {
      const column = set.element[name];
      if (column !== undefined) values.push(sqlValue(column, element[index] ?? 'null'));
    }
    for (let count = set.timestamps?.length ?? 0; count > 0; count--) values.push(now);
    const sql = this.#insertOf(set);
    for (let attempt = 0; ; attempt++) {
      const id = set.id === undefined ? [] : [childId(set.id.prefix, owner, elementKey(element), attempt)];
      if (this.#sql.run(sql, ...values, ...id) > 0) return;
    }
  }

  #insertOf(set: SetTable): string {
    let sql = this.#inserts.get(set.table);
    if (sql === undefined) {
      const columns = [set.owner, ...elementNames(set), ...(set.timestamps ?? []), ...(set.id ? [set.id.column] : [])];
      const places = columns.map(() => '?').join(', ');
      // Some other pair may have got that id: a pair in a row can be changed, and its id stays.
      const clash = set.id === undefined ? '' : ` ON CONFLICT (${sqlName(set.id.column)}) DO NOTHING`;
      sql = `INSERT INTO ${sqlName(set.table)} (${sqlNames(columns)}) VALUES (${places})${clash}`;
      this.#inserts.set(set.table, sql);
    }
    return sql;
  }
}

/** A child's id follows from its natural pair. */
function childId(prefix: string, owner: string, key: string, attempt: number): string {
  return `${prefix}${sha256(JSON.stringify([owner, key, attempt])).slice(0, 16)}`;
}
