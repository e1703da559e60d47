import type { Affinity } from '../store/table-shape.js';

/** How many values of each storage class a column holds. */
export type ClassCounts = Readonly<Record<'null' | 'integer' | 'real' | 'text' | 'blob', number>>;

/** What was found in a column. Counts are of all rows. */
export interface ColumnValues {
  readonly classes: ClassCounts;
  /** The least and the greatest number. */
  readonly numbers?: readonly [least: number, greatest: number];
  /** The least and the greatest size of a BLOB. */
  readonly blobSizes?: readonly [least: number, greatest: number];
  /** How many texts look like a date, and like an absolute path. */
  readonly dates: number;
  readonly paths: number;
}

/** A column with what it holds. */
export interface InspectedColumn {
  readonly name: string;
  /** As it was declared. */
  readonly declared: string;
  readonly affinity: Affinity;
  readonly isNotNull: boolean;
  readonly hasDefault: boolean;
  readonly isGenerated: boolean;
  readonly values: ColumnValues;
}

/** A unique index; a primary key has one too, unless it is the rowid. */
export interface InspectedKey {
  readonly name: string;
  /** Undefined stands for an expression. */
  readonly columns: readonly (string | undefined)[];
  readonly collations: readonly string[];
  readonly isPartial: boolean;
}

/** A declared foreign key, with the columns of both sides in the same order. */
export interface InspectedReference {
  readonly from: readonly string[];
  readonly table: string;
  /** Undefined stands for the primary key. */
  readonly to: readonly (string | undefined)[];
}

/** A table that can hold rows of its own. */
export interface InspectedTable {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly InspectedColumn[];
  /** The columns of the primary key, in its order. */
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly InspectedKey[];
  readonly references: readonly InspectedReference[];
}

/** A table that a module of SQLite keeps, or a part of one. */
export interface ModuleTable {
  readonly name: string;
  /** The virtual table that it belongs to. */
  readonly of: string;
  /** Whether the virtual table holds values that stand nowhere else. */
  readonly holdsValues: boolean;
}

/** What a trigger of the program writes. */
export interface ProgramTrigger {
  readonly name: string;
  readonly table: string;
  /** Undefined stands for whole rows. */
  readonly columns: readonly string[] | undefined;
}

/** A database as `adopt` sees it. */
export interface InspectedDatabase {
  readonly tables: readonly InspectedTable[];
  readonly moduleTables: readonly ModuleTable[];
  readonly triggers: readonly ProgramTrigger[];
}

/** SQLite compares names of tables and columns without regard to case. */
export function isSameName(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

/** The table of a name. */
export function tableNamed(tables: readonly InspectedTable[], name: string): InspectedTable | undefined {
  return tables.find((table) => isSameName(table.name, name));
}

/** The column of a name. */
export function columnNamed(table: InspectedTable | undefined, name: string): InspectedColumn | undefined {
  return table?.columns.find((column) => isSameName(column.name, name));
}

/** How many values a column holds that are not null. */
export function filled({ values: { classes } }: InspectedColumn): number {
  return classes.integer + classes.real + classes.text + classes.blob;
}
