import { sameContent } from '../record/content.js';
import type { FileVersion, LineVersion, PathForm, Tombstone } from '../record/version.js';
import type { ReasonedLoss } from './conflict.js';
import { mergeDuplicates, wholeRecord } from './merge-record.js';
import type { Present } from './merge-record.js';
import { laterTombstone, sameTombstone } from './merge-tombstone.js';

/** A record's version as the files state it: a line of theirs, or what their lines amount to. */
export type Stated = LineVersion | (Present & { readonly kind?: undefined }) | Tombstone;

/** What the files state of a record, from its lines alone, so that every replica computes the same. */
export interface FileState {
  readonly version: Stated | undefined;
  readonly losses: readonly ReasonedLoss[];
}

/** Makes one version of all lines and tombstones of a record. */
export function fileState(lines: readonly LineVersion[], tombstones: readonly Tombstone[], form: PathForm): FileState {
  const tombstone = tombstones.length === 0 ? undefined : tombstones.reduce(laterTombstone);
  const [first, ...rest] = lines.map((line) => asVersion(line, form));
  if (first === undefined) return { version: tombstone, losses: [] };
  const merged = mergeDuplicates<LineVersion | Present>([first, ...rest]);
  const losses = merged.losses.map((loss): ReasonedLoss => ({ loss, why: 'duplicate' }));
  const version = merged.version as Stated & Present;
  if (tombstone === undefined || version.stamp > tombstone.stamp) return { version, losses };
  return { version: tombstone, losses: [...losses, { loss: wholeRecord(version.content), why: 'deleted' }] };
}

/**
 * A line as a version: one that was edited by hand, or that is not in the form in which lines are written
 * here, is read as the next version of itself, by every replica alike.
 */
export function asVersion(line: LineVersion, form: PathForm): LineVersion | Present {
  if (!line.edited && line.form === form) return line;
  const { content, alone, stamp } = line;
  return { content, ...(alone === undefined ? {} : { alone }), stamp: stamp + 1 };
}

/** Says whether the files state a version that equals another, stamp included. */
export function sameStated(a: Stated, b: FileVersion): boolean {
  if (a.stamp !== b.stamp) return false;
  if (isDeleted(a)) return b.kind === 'tombstone' && sameTombstone(a, b);
  return b.kind === 'line' && sameContent(a.content, b.content);
}

/** Says whether a stated version is a deletion. */
export function isDeleted(stated: Stated): stated is Tombstone {
  return stated.kind === 'tombstone';
}
