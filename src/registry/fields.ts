import type {
  AnyField,
  BlobField,
  Coordinate,
  ElementFields,
  Field,
  IntegerField,
  NumberField,
  RealField,
  RefField,
  SetField,
  SetTable,
  TextField,
} from './field.js';

interface Nullability {
  readonly nullable?: boolean;
}
/** NOT NULL unless the options say otherwise. */
type IsNullable<O extends Nullability> = O['nullable'] extends true ? true : false;
const isNullable = <O extends Nullability>(options: O | undefined): IsNullable<O> =>
  (options?.nullable === true) as IsNullable<O>;

interface TextOptions extends Nullability {
  readonly oneOf?: readonly string[];
  readonly stringArray?: true;
}
interface IntegerOptions extends Nullability {
  readonly min?: number;
  readonly max?: number;
  readonly fallback?: number;
  readonly time?: true;
}
interface RealOptions extends Nullability {
  readonly above?: number;
}

/** The primary key. */
export const key = (): TextField<'core', false> => ({ kind: 'text', role: 'core', nullable: false, key: true });

/** A TEXT column. */
export const text = <const O extends TextOptions = Nullability>(options?: O): TextField<'core', IsNullable<O>> => ({
  ...options,
  kind: 'text',
  role: 'core',
  nullable: isNullable(options),
});

/** An INTEGER column. */
export const integer = <const O extends IntegerOptions = Nullability>(
  options?: O,
): IntegerField<'core', IsNullable<O>> => ({
  ...options,
  kind: 'integer',
  role: 'core',
  nullable: isNullable(options),
});

/** A REAL column. */
export const real = <const O extends RealOptions = Nullability>(options?: O): RealField<'core', IsNullable<O>> => ({
  ...options,
  kind: 'real',
  role: 'core',
  nullable: isNullable(options),
});

/** A column of integers and reals. */
export const number = <const O extends Nullability = Nullability>(options?: O): NumberField<'core', IsNullable<O>> => ({
  kind: 'number',
  role: 'core',
  nullable: isNullable(options),
});

/** A column of bytes: `{"$blob": "base64"}` in a line. */
export const blob = <const O extends Nullability = Nullability>(options?: O): BlobField<'core', IsNullable<O>> => ({
  kind: 'blob',
  role: 'core',
  nullable: isNullable(options),
});

/** A column of whatever SQLite stores, value by value. */
export const any = <const O extends Nullability = Nullability>(options?: O): AnyField<'core', IsNullable<O>> => ({
  kind: 'any',
  role: 'core',
  nullable: isNullable(options),
});

/** A column that holds the key of a row of another type, or the value of its column `by`. In a line it is that record's id. */
export const ref = <const O extends Nullability & { readonly by?: string } = Nullability>(
  to: string,
  options?: O,
): RefField<'core', IsNullable<O>> => ({
  kind: 'ref',
  role: 'core',
  to,
  ...(options?.by === undefined ? {} : { by: options.by }),
  nullable: isNullable(options),
});

/** A TEXT column that holds a coordinate of this machine. */
export const coordinate = <const O extends Nullability = Nullability>(
  kind: Coordinate,
  options?: O,
): TextField<'core', IsNullable<O>> => ({
  kind: 'text',
  role: 'core',
  coordinate: kind,
  nullable: isNullable(options),
});

/** An INTEGER column that holds the number of elements of a set. */
export const count = (set: string): IntegerField<'core', true> => ({
  kind: 'integer',
  role: 'core',
  nullable: true,
  countOf: set,
});

/** The rows of a child table. */
export const set = <const Element extends ElementFields>(table: SetTable<Element>): SetField<'core', Element> => ({
  kind: 'set',
  role: 'core',
  nullable: false,
  set: table,
});

/** Turns a field into an extension field: one that lines of the reference program do not have. */
export function extension<N extends boolean>(field: TextField<'core', N>): TextField<'extension', N>;
export function extension<N extends boolean>(field: IntegerField<'core', N>): IntegerField<'extension', N>;
export function extension<E extends ElementFields>(field: SetField<'core', E>): SetField<'extension', E>;
export function extension(field: Field): Field {
  return { ...field, role: 'extension' };
}

/** A column that never leaves the database. */
export const local = (): TextField<'local', true> => ({ kind: 'text', role: 'local', nullable: true });
