import type { Member } from './json.js';
import type { Content } from './content.js';

/** How coordinates are written: relative to the project with extension fields, or as the reference program writes them. */
export type PathForm = 'portable' | 'absolute';

/** A version of a record that is present: one line of its file. */
export interface LineVersion {
  readonly kind: 'line';
  readonly type: string;
  readonly id: string;
  readonly content: Content;
  /** What it says by itself, where its content may have more from lines beside it. */
  readonly alone?: Content;
  /** `portable` when the line has `v`, and so says something of extension fields. */
  readonly form: PathForm;
  /** `exported_at`, in milliseconds. */
  readonly stamp: number;
  /** True when `content_hash` does not fit: somebody edited the line by hand. */
  readonly edited: boolean;
  /** The bytes of the line, without its ending. */
  readonly raw: string;
}

/** A version of a record that is deleted: one line of the file of deletions. */
export interface Tombstone {
  readonly kind: 'tombstone';
  readonly type: string;
  readonly id: string;
  /** `deleted_at`, in milliseconds. */
  readonly stamp: number;
  /** Who deleted it. */
  readonly by: string;
  readonly unknown: readonly Member[];
}

/** A tombstone that was read from a line. */
export interface TombstoneVersion extends Tombstone {
  readonly raw: string;
}

/** Says whether a state or a version is a deletion. */
export function isTombstone(state: object): state is Tombstone {
  return 'kind' in state && state.kind === 'tombstone';
}

/** A version as it stands in a file. */
export type FileVersion = LineVersion | TombstoneVersion;

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
