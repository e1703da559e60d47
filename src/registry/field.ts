/** The fields of an entity, as data: what each column holds, and how it takes part in sync. */

/** How a field takes part in sync. Local columns never leave the database. */
export type FieldRole = 'core' | 'extension' | 'local';

/** What a coordinate of this machine stands for: the project's own path, a path in it, the id of its project row. */
export type Coordinate = 'scope' | 'path' | 'scope-id';

interface FieldBase<Role extends FieldRole, Nullable extends boolean> {
  readonly role: Role;
  readonly nullable: Nullable;
  /** What the table calls it, where that is not the field's name; null where no column holds it. */
  readonly column?: string | null;
}

/** A TEXT column. */
export interface TextField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'text';
  /** True for the primary key. */
  readonly key?: true;
  /** The only words that the table's CHECK allows. */
  readonly oneOf?: readonly string[];
  /** Set when the value is a coordinate of one machine, written in portable form. */
  readonly coordinate?: Coordinate;
  /** True when the text is a JSON array of strings, merged by element where both sides parse. */
  readonly stringArray?: true;
}

/** An INTEGER column, 64 bits. */
export interface IntegerField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'integer';
  readonly min?: number;
  readonly max?: number;
  /** The column's default when it is not NULL: an extension field that equals it is left out of the line. */
  readonly fallback?: number;
  /** Set when the value is the number of elements of that set field, wherever the set is known. */
  readonly countOf?: string;
  /** True for Unix milliseconds, where no other property of the entity says so: people see a date. */
  readonly time?: true;
}

/** A REAL column. */
export interface RealField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'real';
  /** The value must be greater than this. */
  readonly above?: number;
}

/** A column that holds integers and reals. */
export interface NumberField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'number';
}

/** A column that holds bytes: `{"$blob":"base64"}` in a line. */
export interface BlobField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'blob';
}

/** A column that holds whatever SQLite stores, value by value. */
export interface AnyField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'any';
}

/** A column that holds the key of another record's row: it travels as that record's id. */
export interface RefField<Role extends FieldRole = FieldRole, Nullable extends boolean = boolean> extends FieldBase<
  Role,
  Nullable
> {
  readonly kind: 'ref';
  /** The type of that record. */
  readonly to: string;
  /** The column of its table that this one holds, where that is not its key. */
  readonly by?: string;
}

/** A field of one value. */
export type ScalarField = TextField | IntegerField | RealField | NumberField | BlobField | AnyField | RefField;

/** The columns of a child row that make up an element; the first one identifies it within its owner. */
export type ElementFields = Readonly<Record<string, TextField | IntegerField>>;

/** How the elements of a set lie in a child table. */
export interface SetTable<Element extends ElementFields = ElementFields> {
  readonly table: string;
  /** The column that holds the owner's key. */
  readonly owner: string;
  readonly element: Element;
  /** The child's own id column, local to a database: new rows get the prefix and a hash of their natural pair. */
  readonly id?: { readonly column: string; readonly prefix: string };
  /** The entity that the first element column refers to. */
  readonly references?: string;
  /** True when the element equal to the record's own scope is local, and left out. */
  readonly withoutOwnScope?: true;
  /** NOT NULL columns that are local: they get the time of the insert. */
  readonly timestamps?: readonly string[];
  /** The element's column that says when it was made: a new element gets the time of the edit, where that says none. */
  readonly created?: string;
  /** Where one element may stand on several rows: the columns whose smallest values choose the row that counts. */
  readonly pick?: readonly string[];
}

/** A set: the rows of a child table that belong to the record. */
export interface SetField<
  Role extends FieldRole = FieldRole,
  Element extends ElementFields = ElementFields,
> extends FieldBase<Role, false> {
  readonly kind: 'set';
  readonly set: SetTable<Element>;
}

/** Any field of an entity. */
export type Field = ScalarField | SetField;

/** The name of the column that holds a field's value; undefined for a set, and where no column does. */
export function columnOf(name: string, field: Field): string | undefined {
  return field.kind === 'set' || field.column === null ? undefined : (field.column ?? name);
}
