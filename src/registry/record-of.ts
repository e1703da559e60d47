import type { Entity, Registry } from './entity.js';
import type {
  AnyField,
  BlobField,
  ElementFields,
  FieldRole,
  IntegerField,
  NumberField,
  RealField,
  RefField,
  SetField,
  TextField,
} from './field.js';

/** Bytes in a record. */
export interface Blob {
  /** Their base64. */
  readonly $blob: string;
}

/** A real that JSON has no number for. */
export interface InfiniteReal {
  readonly $real: 'Infinity' | '-Infinity';
}

/** `number` for safe integers, `bigint` beyond them. */
type ScalarOf<F> = F extends TextField | RefField
  ? string
  : F extends IntegerField | NumberField
    ? number | bigint
    : F extends RealField
      ? number
      : F extends BlobField
        ? Blob
        : F extends AnyField
          ? string | number | bigint | Blob | InfiniteReal
          : never;
type NullableOf<F> = F extends { readonly nullable: false } ? ScalarOf<F> : ScalarOf<F> | null;
type ElementOf<E extends ElementFields> = string extends keyof E
  ? unknown
  : keyof E extends infer K
    ? [K] extends [UnionToOne<K>]
      ? string
      : { readonly [P in keyof E]: NullableOf<E[P]> }
    : never;
type UnionToOne<K> = (K extends unknown ? (k: () => K) => void : never) extends (k: infer I) => void
  ? I extends () => infer L
    ? L
    : never
  : never;
type ValueOf<F> = F extends SetField<FieldRole, infer E> ? readonly ElementOf<E>[] : NullableOf<F>;

/** The record type of an entity: its tag, core fields, optional extension fields, and what a line adds. */
export type RecordOf<E extends Entity> = { readonly type: E['type'] } & {
  readonly [K in keyof E['fields'] as E['fields'][K] extends { readonly role: 'core' } ? K : never]: ValueOf<
    E['fields'][K]
  >;
} & {
  readonly [K in keyof E['fields'] as E['fields'][K] extends { readonly role: 'extension' } ? K : never]?: ValueOf<
    E['fields'][K]
  >;
} & LineFields;

/** What a line has beside the record's fields. */
export interface LineFields {
  /** SHA-256 of the data object, lower-case hex. */
  readonly content_hash?: string;
  /** The stamp of this version, RFC 3339. */
  readonly exported_at?: string;
  /** When the record was last changed, in Unix milliseconds, where no column of its table says so. */
  readonly changed_at?: number;
}

/** The type tags of a registry: `string` where only its shape is known. */
export type TypeIn<R extends Registry> = R['entities'][number]['type'];

/** A record of a registry: of one type, or of any. Where only the registry's shape is known, its fields are `unknown`. */
export type RecordIn<R extends Registry, Type extends TypeIn<R> = TypeIn<R>> =
  string extends TypeIn<R>
    ? { readonly type: string } & Readonly<Record<string, unknown>>
    : Extract<R['entities'][number], { readonly type: Type }> extends infer E
      ? E extends Entity
        ? RecordOf<E>
        : never
      : never;

/** Fields of a record to write: any of them, the key included. */
export type FieldsIn<R extends Registry, Type extends TypeIn<R> = TypeIn<R>> = Partial<RecordIn<R, Type>>;
