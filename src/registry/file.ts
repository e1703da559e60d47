/**
 * A registry as a file: what `adopt` writes and a person may correct. It is plain data, without SQL, so that nothing in a
 * commit of somebody else is ever run.
 */

/** What a column holds: `number` is an integer or a real, `any` whatever SQLite stores, `local` never leaves the database. */
export const KINDS = ['text', 'integer', 'real', 'number', 'any', 'blob', 'ref', 'local'] as const;
export type FileKind = (typeof KINDS)[number];

/** How a time is counted. `julian` is a day number, `webkit` counts microseconds since 1601. */
export const UNITS = ['ms', 's', 'us', 'ns', 'iso', 'julian', 'webkit'] as const;
export type TimeUnit = (typeof UNITS)[number];

/** What becomes of a record that clashes with another one: it gets another name, or waits. */
export const CLASHES = ['rename', 'wait'] as const;
export type Clash = (typeof CLASHES)[number];

/** A column of a record. */
export interface FileField {
  readonly kind: FileKind;
  /** Whether it may be null. */
  readonly null?: boolean;
  /** Its name in a line, where lines need that of the column for themselves. */
  readonly as?: string;
  /** For a `ref`: the type that it refers to. */
  readonly to?: string;
  /** For a `ref`: the column whose value it holds, where that is not the key column of the other table. */
  readonly by?: string;
}

/** What identifies a row. */
export type FileIdentity =
  /** A text that identifies, and the number that this machine gave the row. */
  | { readonly column: string; readonly number?: string }
  /** A number that each machine gives by itself. */
  | { readonly number: string }
  | { readonly columns: readonly string[] }
  /** One row for each row of another type, which the column refers to. */
  | { readonly of: string; readonly column: string }
  /** What it holds: of equal rows it counts how many there are. */
  | { readonly row: true };

/** A column that holds a time. */
export interface FileTime {
  readonly column: string;
  readonly unit: TimeUnit;
}

/** Columns that no two rows have in common. */
export interface FileUnique {
  readonly columns: readonly string[];
  readonly clash: Clash;
}

/** A table that is synced. */
export interface FileEntity {
  readonly type: string;
  readonly table: string;
  /** The name of its data file. */
  readonly file: string;
  readonly id: FileIdentity;
  /** By column, in the order of the table. A bare kind is one that is never null. */
  readonly fields: Readonly<Record<string, FileKind | FileField>>;
  readonly unique?: readonly FileUnique[];
  /** The column that tells people which record it is. */
  readonly title?: string;
  readonly created: FileTime | null;
  readonly updated: FileTime | null;
}

/** The registry of a database of another program. */
export interface RegistryFile {
  readonly registry: 1;
  readonly scope: 'database';
  /** Parents before children, as far as there is such an order. */
  readonly entities: readonly FileEntity[];
  /** Tables that are never synced. */
  readonly local: readonly string[];
  /** Tables that follow from others. */
  readonly derived: readonly string[];
}

/** Names that a line has for itself; a column with such a name has another one there. */
export const LINE_NAMES: ReadonlySet<string> = new Set([
  'type',
  'v',
  'content_hash',
  'exported_at',
  'changed_at',
  'entity_type',
]);

/** A field in its long form. */
export function fieldOf(entry: FileKind | FileField): FileField {
  return typeof entry === 'string' ? { kind: entry } : entry;
}

/** The columns of a table that have no field: the numbers of a machine, which are no values of a record. */
export function numberOf(id: FileIdentity): string | undefined {
  return 'number' in id ? id.number : undefined;
}

/** The columns among the fields that identify a row. */
export function identifying(id: FileIdentity): readonly string[] {
  if ('columns' in id) return id.columns;
  return 'column' in id ? [id.column] : [];
}

/** Whether columns have what identifies a row among them, so that to call them unique says nothing more. */
export function haveIdentity(columns: readonly string[], id: FileIdentity): boolean {
  const [own, key] = [numberOf(id), identifying(id)];
  return (
    (own !== undefined && columns.includes(own)) || (key.length > 0 && key.every((name) => columns.includes(name)))
  );
}

/** The column that other tables refer to where they say no more. */
export function keyColumn(id: FileIdentity): string | undefined {
  return numberOf(id) ?? (identifying(id).length === 1 ? identifying(id)[0] : undefined);
}
