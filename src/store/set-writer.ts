import { elementKey, elementNames, elementsOf } from '../record/content.js';
import type { Element } from '../record/content.js';
import { setToken } from '../record/elements.js';
import { quote, sha256, unquote } from '../record/json.js';
import { fromPortable } from '../record/paths.js';
import type { Registry } from '../registry/entity.js';
import type { ElementFields, SetField, SetTable } from '../registry/field.js';
import { exactColumn, readExact, sqlValue } from './columns.js';
import type { SqlValue } from './database.js';
import { rowExists } from './row-exists.js';
import type { Sql } from './sql.js';
import { sqlName, sqlNames } from './sql-name.js';

/** A reference or an element whose target is not here: field, id of the target, token. */
export type Unresolved = readonly [field: string, ref: string, token: string];

/** What a set's table is asked, made once for each. */
interface SetStatements {
  /** The columns of an element, in their order. */
  readonly columns: readonly ElementFields[string][];
  /** The elements of an owner. */
  readonly read: string;
  readonly insert: string;
}

/** Writes sets into the child tables of one project's records. */
export class SetWriter {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #project: string;
  readonly #statements = new Map<string, SetStatements>();

  constructor(sql: Sql, registry: Registry, project: string) {
    this.#sql = sql;
    this.#registry = registry;
    this.#project = project;
  }

  /**
   * Makes the child rows equal to the set; gives the elements whose target is not here.
   *
   * @param isEmpty it is known that there are no child rows yet, so that they need not be read
   */
  write(owner: string, name: string, field: SetField, token: string, now: number, isEmpty: boolean): Unresolved[] {
    const { set } = field;
    const there = isEmpty ? NOTHING : this.#elementsOf(owner, set);
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

  /** Says whether any child row belongs to an owner that a SELECT names. */
  hasRows({ set }: SetField, owners: string): boolean {
    const row = `SELECT 1 FROM ${sqlName(set.table)} WHERE ${sqlName(set.owner)} IN (${owners}) LIMIT 1`;
    return this.#sql.get(row) !== undefined;
  }

  /** The elements of an owner by what identifies them, as one text each; an empty one where several rows are one element. */
  #elementsOf(owner: string, set: SetTable): ReadonlyMap<string, string> {
    const there = new Map<string, string>();
    for (const row of this.#sql.all(this.#statementsOf(set).read, owner)) {
      const element = row.map((value) => String(readExact(value, this.#sql.encoding)));
      const key = elementKey(element);
      there.set(key, there.has(key) ? '' : element.join('\n'));
    }
    return there;
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
  local({ set }: SetField, element: Element): Element {
    const tokens: string[] = [];
    for (const column of this.#statementsOf(set).columns) {
      const token = element[tokens.length] ?? 'null';
      const isPath = column.kind === 'text' && column.coordinate === 'path' && token !== 'null';
      tokens.push(isPath ? quote(fromPortable(unquote(token), this.#project)) : token);
    }
    return tokens;
  }

  /** Adds one element, in portable form made local by {@link SetWriter.local}. */
  insert(owner: string, { set }: SetField, element: Element, now: number): void {
    const { columns, insert } = this.#statementsOf(set);
    for (let attempt = 0; ; attempt++) {
      const values: SqlValue[] = [owner];
      for (const column of columns) values.push(sqlValue(column, element[values.length - 1] ?? 'null'));
      for (let count = set.timestamps?.length ?? 0; count > 0; count--) values.push(now);
      if (set.id !== undefined) values.push(childId(set.id.prefix, owner, elementKey(element), attempt));
      if (this.#sql.run(insert, ...values) > 0) return;
    }
  }

  #statementsOf(set: SetTable): SetStatements {
    let statements = this.#statements.get(set.table);
    if (statements === undefined) this.#statements.set(set.table, (statements = statementsOf(set, this.#sql)));
    return statements;
  }
}

const NOTHING: ReadonlyMap<string, string> = new Map();

function statementsOf(set: SetTable, { encoding }: Sql): SetStatements {
  const names = elementNames(set);
  const table = sqlName(set.table);
  const exact = names.map((column) => exactColumn(sqlName(column), encoding)).join(', ');
  const filled = [set.owner, ...names, ...(set.timestamps ?? []), ...(set.id ? [set.id.column] : [])];
  const places = filled.map(() => '?').join(', ');
  // Some other pair may have got that id: a pair in a row can be changed, and its id stays.
  const clash = set.id === undefined ? '' : ` ON CONFLICT (${sqlName(set.id.column)}) DO NOTHING`;
  return {
    columns: Object.values(set.element),
    read: `SELECT ${exact} FROM ${table} WHERE ${sqlName(set.owner)} = ?`,
    insert: `INSERT INTO ${table} (${sqlNames(filled)}) VALUES (${places})${clash}`,
  };
}

/** A child's id follows from its natural pair. */
function childId(prefix: string, owner: string, key: string, attempt: number): string {
  return `${prefix}${sha256(JSON.stringify([owner, key, attempt])).slice(0, 16)}`;
}
