/** One table of the SaveContext schema, as data. */
export interface TableDefinition {
  readonly name: string;
  /** The definitions of the columns, each starting with the column's name. */
  readonly columns: readonly string[];
  /** The definitions of the columns that a later version of the schema added; they come last. */
  readonly addedColumns?: readonly string[];
  /** The constraints of the table as a whole. */
  readonly constraints?: readonly string[];
  /** The indexed columns by the name of the index. */
  readonly indexes?: Readonly<Record<string, string>>;
}

/** All definitions of columns, in order. */
export function columnsOf(table: TableDefinition): readonly string[] {
  return [...table.columns, ...(table.addedColumns ?? [])];
}

/** The name that a definition of a column starts with. */
export function columnName(definition: string): string {
  return definition.slice(0, definition.indexOf(' '));
}

/** The CREATE TABLE statement. */
export function createTable(table: TableDefinition): string {
  return `CREATE TABLE ${table.name} (${[...columnsOf(table), ...(table.constraints ?? [])].join(', ')})`;
}

/** The constraint that a row goes when the row it belongs to goes. */
export function belongsTo(column: string, table: string): string {
  return `FOREIGN KEY (${column}) REFERENCES ${table}(id) ON DELETE CASCADE`;
}
