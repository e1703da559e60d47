import { SyncError } from '../errors.js';
import { nearest } from '../record/nearest.js';
import type { InspectedDatabase, InspectedTable } from './inspected.js';
import { columnNamed, isSameName, tableNamed } from './inspected.js';

/** What somebody says to `adopt`, as it was typed: names of tables, and columns as `table.column`. */
export interface Said {
  /** The only tables to sync; undefined for all. */
  readonly tables?: readonly string[] | undefined;
  /** `table.column=table`. */
  readonly ref?: readonly string[] | undefined;
  /** Tables or columns. */
  readonly local?: readonly string[] | undefined;
  readonly sync?: readonly string[] | undefined;
}

/** A column, by the names that the database has. */
export interface ColumnName {
  readonly table: string;
  readonly column: string;
}

/** The same, looked up in the database. */
export interface Answers {
  readonly tables: ReadonlySet<string> | undefined;
  readonly refs: readonly (ColumnName & { readonly to: string })[];
  readonly local: Marks;
  readonly sync: Marks;
}

/** Tables and columns that one answer names. */
export interface Marks {
  readonly tables: ReadonlySet<string>;
  readonly columns: readonly ColumnName[];
}

/** Looks up what somebody said. Throws `usage` for a table or column that is not there. */
export function readAnswers(said: Said, { tables }: InspectedDatabase): Answers {
  const names = (texts: readonly string[]): Set<string> =>
    new Set(texts.map((text) => requireTable(tables, text).name));
  return {
    tables: said.tables && names(said.tables),
    refs: (said.ref ?? []).map((text) => readReference(tables, text)),
    local: readMarks(tables, said.local ?? []),
    sync: readMarks(tables, said.sync ?? []),
  };
}

function readReference(tables: readonly InspectedTable[], text: string): ColumnName & { readonly to: string } {
  const at = text.lastIndexOf('=');
  const [column, to] = [text.slice(0, at), text.slice(at + 1)];
  if (at <= 0 || to === '')
    throw new SyncError('usage', `--ref ${text} must be a column and the table that it refers to`, {
      hint: 'for example: --ref memos.creator_id=users',
    });
  return { ...requireColumn(tables, column), to: requireTable(tables, to).name };
}

function readMarks(tables: readonly InspectedTable[], texts: readonly string[]): Marks {
  const isTable = (text: string): boolean => tableNamed(tables, text) !== undefined;
  return {
    tables: new Set(texts.filter(isTable).map((text) => requireTable(tables, text).name)),
    columns: texts.filter((text) => !isTable(text)).map((text) => requireColumn(tables, text)),
  };
}

function requireTable(tables: readonly InspectedTable[], text: string): InspectedTable {
  const table = tableNamed(tables, text);
  if (table !== undefined) return table;
  const known = tables.map(({ name }) => name);
  throw unknown(`There is no table ${text} in the database`, text, known, 'the tables');
}

/** Tables and columns may have a dot in their names. */
function requireColumn(tables: readonly InspectedTable[], text: string): ColumnName {
  const found = tables.filter(({ name }) => isSameName(text.slice(0, name.length + 1), `${name}.`));
  for (const table of found) {
    const column = columnNamed(table, text.slice(table.name.length + 1));
    if (column !== undefined) return { table: table.name, column: column.name };
  }
  const known = (found.length > 0 ? found : tables).flatMap(({ name, columns }) =>
    columns.map((column) => `${name}.${column.name}`),
  );
  throw unknown(`There is no column ${text} in the database`, text, known, 'the columns');
}

/** So many names are listed in a hint. */
const LISTED = 30;

function unknown(message: string, text: string, known: readonly string[], what: string): SyncError {
  const [guess] = nearest(text, known);
  const listed = `${what}: ${known.slice(0, LISTED).join(', ')}`;
  return new SyncError('usage', message, { hint: guess === undefined ? listed : `did you mean ${guess}?` });
}

/** Whether an answer names a column. */
export function names(marks: readonly ColumnName[], table: string, column: string): boolean {
  return marks.some((mark) => mark.table === table && mark.column === column);
}
