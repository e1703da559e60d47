import { laterTombstone, present } from '../record/version.js';
import type { Deleted, FileVersion, PathForm, Present, Version } from '../record/version.js';
import type { ReasonedLoss } from './loss.js';
import { mergeDuplicates, wholeRecord } from './record.js';

/** What the files state of a record, from its lines alone, so that every replica computes the same. */
export interface FileState {
  readonly version: Version | undefined;
  readonly losses: readonly ReasonedLoss[];
}

/** Makes one version of all lines and tombstones of a record. */
export function fileState(
  lines: readonly FileVersion<Present>[],
  tombstones: readonly Deleted[],
  form: PathForm,
): FileState {
  const tombstone = tombstones.length === 0 ? undefined : tombstones.reduce(laterTombstone);
  const [first, ...rest] = lines.map((line) => asVersion(line, form));
  if (first === undefined) return { version: tombstone, losses: [] };
  const merged = mergeDuplicates([first, ...rest]);
  const losses = merged.losses.map((loss): ReasonedLoss => ({ loss, why: 'duplicate' }));
  const { version } = merged;
  if (tombstone === undefined || version.stamp > tombstone.stamp) return { version, losses };
  return { version: tombstone, losses: [...losses, { loss: wholeRecord(version.content), why: 'deleted' }] };
}

/**
 * A line as a version: one that was edited by hand, or that is not in the form in which lines are written
 * here, is read as the next version of itself, by every replica alike.
 */
export function asVersion(line: FileVersion<Present>, form: PathForm): Present {
  if (!line.edited && line.form === form) return line;
  const version = present(line.content, line.stamp + 1);
  return line.alone === undefined ? version : { ...version, alone: line.alone };
}
