import { sqlName } from '../../src/store/sql-name.js';
import type { Sql } from '../../src/store/sql.js';
import type { Random } from './random.js';

/** A column of a table, as the program that owns it knows it. */
interface Column {
  readonly name: string;
  readonly isKey: boolean;
  /** Whether a unique key has it. */
  readonly isUnique: boolean;
  /** The table and column that it refers to. */
  readonly refersTo: readonly [table: string, column: string] | undefined;
  /** Whether a row may be written without it, and two databases then give it the same value. */
  readonly mayLack: boolean;
}

/** A table of a program, and the ways to name one of its rows. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The columns of the primary key and of each unique key that is over all rows. */
  readonly keys: readonly (readonly string[])[];
}

const text = (value: unknown): string => String(value);

/** The tables that a program fills itself: none of a module's, none of ours. */
export function tablesOf(sql: Sql): Table[] {
  const tables = sql.all(
    `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'scsync\\_%' ESCAPE '\\' ORDER BY name`,
  );
  return tables.map(([name, isWithoutRowid]) => tableOf(sql, text(name), isWithoutRowid === 1n));
}

function tableOf(sql: Sql, name: string, isWithoutRowid: boolean): Table {
  const uniques = sql.all(
    `SELECT i.name, i.partial, group_concat(c.name, char(0)), count(*), count(c.name)
     FROM pragma_index_list(?) i, pragma_index_info(i.name) c WHERE i."unique" GROUP BY i.name`,
    name,
  );
  const references = new Map(
    sql
      .all('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', name)
      .map(([from, to, column]) => [text(from).toLowerCase(), [text(to), column] as const]),
  );
  const rows = sql.all(
    'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid',
    name,
  );
  const primary = rows.filter(([, , , , pk]) => pk !== 0n).sort(([, , , , a], [, , , , b]) => Number(a) - Number(b));
  const unique = new Set(uniques.flatMap(([, , columns]) => text(columns).split('\0')));
  const columns = rows.map(([column, type, notNull, standard, pk]): Column => {
    const reference = references.get(text(column).toLowerCase());
    const isCounted = primary.length === 1 && pk === 1n && /^integer$/i.test(text(type)) && !isWithoutRowid;
    const hasStandard = standard !== null && !/random|now|current_/i.test(text(standard));
    return {
      name: text(column),
      isKey: pk !== 0n,
      isUnique: pk !== 0n || unique.has(text(column)),
      refersTo:
        reference === undefined
          ? undefined
          : [reference[0], reference[1] === null ? keyOf(sql, reference[0]) : text(reference[1])],
      mayLack: isCounted || (pk === 0n && (hasStandard || (standard === null && notNull === 0n))),
    };
  });
  const whole = uniques.filter(([, partial, , all, named]) => partial === 0n && all === named);
  const keys = [primary.map(([column]) => text(column)), ...whole.map(([, , names]) => text(names).split('\0'))];
  return { name, columns, keys: keys.filter((key) => key.length > 0) };
}

/** The first column of a table's primary key. */
function keyOf(sql: Sql, table: string): string {
  return text(sql.get('SELECT name FROM pragma_table_xinfo(?) WHERE pk = 1', table)?.[0] ?? 'rowid');
}

/** A row that is there, by chance, as the literals of its columns; undefined where there is none. */
function someRow(sql: Sql, random: Random, { name, columns }: Table): Map<string, string> | undefined {
  const from = sqlName(name);
  const count = Number(sql.get(`SELECT count(*) FROM ${from}`)?.[0]);
  if (count === 0) return undefined;
  const names = columns.map((column) => sqlName(column.name));
  const order = names.map((each) => `quote(${each})`).join(', ');
  const row = sql.get(`SELECT ${order} FROM ${from} ORDER BY ${order} LIMIT 1 OFFSET ?`, BigInt(random.below(count)));
  return new Map(columns.map((column, index) => [column.name, text(row?.[index])]));
}

/** A value that is in a column of some row, as a literal. */
function someValue(sql: Sql, random: Random, table: string, column: string): string | undefined {
  const [from, name] = [sqlName(table), sqlName(column)];
  const found = sql.all(`SELECT DISTINCT quote(${name}) FROM ${from} WHERE ${name} IS NOT NULL ORDER BY 1 LIMIT 100`);
  return found.length === 0 ? undefined : text(random.pick(found)[0]);
}

/** A literal that differs from another one, and is of its kind. */
function changed(literal: string, mark: string, amount: number): string {
  if (literal === 'NULL') return literal;
  if (/^'\d{4}-\d\d-\d\d/.test(literal)) return `'${2000 + (amount % 30)}${literal.slice(5)}`;
  if (literal.startsWith("'")) return `'${mark}${literal.slice(1)}`;
  if (/^X'/i.test(literal)) return `X'0${amount % 10}${literal.slice(2)}`;
  return `${literal} + ${amount}`;
}

const HOW_TO_INSERT = ['INSERT', 'INSERT', 'INSERT', 'INSERT OR IGNORE', 'REPLACE', 'INSERT OR FAIL'];
const HOW_TO_UPDATE = ['UPDATE', 'UPDATE', 'UPDATE', 'UPDATE OR IGNORE', 'UPDATE OR REPLACE'];

/** A program whose writes are drawn by chance from what its tables hold. Each is one statement, without parameters. */
export class Program {
  readonly #sql: Sql;
  readonly #random: Random;
  readonly #tables: readonly Table[];
  readonly #name: string;
  #count = 0;

  /** @param name tells the new values of one program from those of another */
  constructor(sql: Sql, random: Random, tables: readonly Table[], name: string) {
    this.#sql = sql;
    this.#random = random;
    this.#tables = tables;
    this.#name = name;
  }

  /** A write; undefined where the table that was drawn has no row to begin with. */
  write(): string | undefined {
    const random = this.#random;
    const table = random.pick(this.#tables);
    const row = someRow(this.#sql, random, table);
    if (row === undefined) return undefined;
    this.#count++;
    const kind = random.below(100);
    if (kind < 40) return this.#insert(table, row);
    if (kind < 75) return this.#update(table, row);
    if (kind < 80) return this.#changeKey(table, row);
    return `DELETE FROM ${sqlName(table.name)} WHERE ${where(table, row)}`;
  }

  #insert(table: Table, row: ReadonlyMap<string, string>): string {
    const random = this.#random;
    const how = random.pick(HOW_TO_INSERT);
    // What replaces or is ignored keeps some unique value of a row that is there.
    const keeps =
      how === 'INSERT' || random.chance(0.3) ? [] : random.pick(table.keys.length === 0 ? [[]] : table.keys);
    const values = table.columns.flatMap((column): [string, string][] => {
      const own = row.get(column.name) ?? 'NULL';
      if (keeps.includes(column.name)) return [[column.name, own]];
      if (column.mayLack && random.chance(0.4)) return [];
      return [[column.name, this.#value(table, column, own)]];
    });
    if (values.length === 0) return `INSERT INTO ${sqlName(table.name)} DEFAULT VALUES`;
    const names = values.map(([name]) => sqlName(name));
    const into = `${sqlName(table.name)} (${names.join(', ')}) VALUES (${values.map(([, value]) => value).join(', ')})`;
    const key = table.keys.find((each) => each.every((name) => values.some(([own]) => own === name)));
    if (how !== 'INSERT' || key === undefined || random.chance(0.8)) return `${how} INTO ${into}`;
    const [first] = names;
    return `INSERT INTO ${into} ON CONFLICT (${key.map(sqlName).join(', ')}) DO UPDATE SET ${String(first)} = excluded.${String(first)}`;
  }

  #update(table: Table, row: ReadonlyMap<string, string>): string {
    const columns = table.columns.filter(({ isKey }) => !isKey);
    const column = columns.length === 0 ? table.columns[0] : this.#random.pick(columns);
    if (column === undefined) return 'SELECT 1';
    const value = this.#value(table, column, row.get(column.name) ?? 'NULL', 0.8);
    const how = this.#random.pick(HOW_TO_UPDATE);
    return `${how} ${sqlName(table.name)} SET ${sqlName(column.name)} = ${value} WHERE ${where(table, row)}`;
  }

  #changeKey(table: Table, row: ReadonlyMap<string, string>): string {
    const column = table.columns.find(({ isKey }) => isKey) ?? table.columns[0];
    if (column === undefined) return 'SELECT 1';
    const value = this.#value(table, column, row.get(column.name) ?? 'NULL');
    return `UPDATE ${sqlName(table.name)} SET ${sqlName(column.name)} = ${value} WHERE ${where(table, row)}`;
  }

  #value(table: Table, column: Column, own: string, newness = 0.3): string {
    const random = this.#random;
    if (column.refersTo !== undefined && (own !== 'NULL' || random.chance(0.5))) {
      const [to, by] = column.refersTo;
      return someValue(this.#sql, random, to, by) ?? own;
    }
    if (column.isUnique || random.chance(newness))
      return changed(own, `${this.#name}${this.#count} `, 1 + random.below(1000));
    return someValue(this.#sql, random, table.name, column.name) ?? own;
  }
}

/** What finds a row again: its primary key, else all its values. */
function where({ columns }: Table, row: ReadonlyMap<string, string>): string {
  const keys = columns.filter(({ isKey }) => isKey);
  const all = keys.length === 0 ? columns : keys;
  return all.map(({ name }) => `${sqlName(name)} IS ${row.get(name) ?? 'NULL'}`).join(' AND ');
}
