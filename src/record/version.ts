import { joinMembers, sameContent } from './content.js';
import type { Content } from './content.js';
import type { Member } from './json.js';
import { compareUtf8 } from './order.js';

/** How coordinates are written: relative to the project with extension fields, or as the reference program writes them. */
export type PathForm = 'portable' | 'absolute';

/** A version of a record that is there. */
export interface Present {
  readonly kind: 'present';
  readonly type: string;
  readonly id: string;
  readonly content: Content;
  /** What it says by itself, where its content may have more from lines beside it. */
  readonly alone?: Content;
  /** `exported_at`, in milliseconds. */
  readonly stamp: number;
  /** The bytes of the line that it was read from, without its ending; a version that follows from others has none. */
  readonly raw?: string;
  /** The form of that line: `portable` when it has `v`, and so says something of extension fields. */
  readonly form?: PathForm;
  /** True when the line's `content_hash` does not fit: somebody edited it by hand. */
  readonly edited?: boolean;
}

/** A version of a record that is deleted: its tombstone. */
export interface Deleted {
  readonly kind: 'deleted';
  readonly type: string;
  readonly id: string;
  /** `deleted_at`, in milliseconds. */
  readonly stamp: number;
  /** Who deleted it. */
  readonly by: string;
  readonly unknown: readonly Member[];
  /** The bytes of the line that it was read from. */
  readonly raw?: string;
}

/** A version of a record. */
export type Version = Present | Deleted;

/** A version that was read from a line of a file. */
export type FileVersion<V extends Version = Version> = V extends Present
  ? Present & Required<Pick<Present, 'raw' | 'form' | 'edited'>>
  : Required<Deleted>;

/** A version that follows from others, and is no line yet. */
export function present(content: Content, stamp: number): Present {
  return { kind: 'present', type: content.entity.type, id: content.id, content, stamp };
}

/** A deletion that is no line yet. */
export function deleted({ type, id }: Pick<Deleted, 'type' | 'id'>, stamp: number, by: string): Deleted {
  return { kind: 'deleted', type, id, stamp, by, unknown: [] };
}

/** Says whether a version, or what the database has of a record, is a deletion. */
export function isDeleted(state: Version | Content): state is Deleted {
  return 'kind' in state && state.kind === 'deleted';
}

/** Says whether two versions are the same: what they say, and when they were written. */
export function sameVersion(a: Version, b: Version): boolean {
  return a.stamp === b.stamp && saySame(a, b);
}

/** Says whether two versions, or what the database has of a record, say the same. Of a deletion its time is a part. */
export function saySame(a: Version | Content, b: Version | Content): boolean {
  if (isDeleted(a) || isDeleted(b)) {
    return isDeleted(a) && isDeleted(b) && compareTombstones(a, b) === 0;
  }
  return sameContent(contentOf(a), contentOf(b));
}

/** The greater of two tombstones of one record: by stamp, then by who deleted it, then by the unknown members. */
export function laterTombstone<T extends Deleted>(a: T, b: T): T {
  return compareTombstones(a, b) >= 0 ? a : b;
}

function compareTombstones(a: Deleted, b: Deleted): number {
  return a.stamp - b.stamp || compareUtf8(a.by, b.by) || compareUtf8(joinMembers(a.unknown), joinMembers(b.unknown));
}

function contentOf(state: Present | Content): Content {
  return 'kind' in state ? state.content : state;
}

/** A line of a type that this version of the registry does not know. It is kept as it is. */
export interface UnknownLine {
  readonly kind: 'unknown';
  readonly type: string;
  readonly raw: string;
}

/** A line of the file of deletions, as it is written. */
export interface DeletionRecord {
  readonly entity_type: string;
  readonly entity_id: string;
  readonly project_path: string;
  /** RFC 3339. */
  readonly deleted_at: string;
  readonly deleted_by: string;
}
