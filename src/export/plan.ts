import { deleted, isDeleted, laterTombstone, present, saySame } from '../record/version.js';
import type { Deleted, FileVersion, PathForm, Present, Version } from '../record/version.js';
import { sameContent } from '../record/content.js';
import type { Content } from '../record/content.js';
import { fileState } from '../merge/file-state.js';

/** What the export of one record is decided from. */
export interface ExportInput {
  /** The record's state in the database. A tombstone's author may be unknown until now. */
  readonly state: Content | Deleted;
  /** The record's lines and its tombstone in the files. */
  readonly lines: readonly FileVersion<Present>[];
  readonly tombstone: FileVersion<Deleted> | undefined;
  /** This target's base, and those of other targets: what they say, and when they were written. */
  readonly bases: readonly Version[];
  /** The stamp of a tombstone that the row removed. */
  readonly floor: number | undefined;
  /** The stamp of the state if an import derived it from lines alone. */
  readonly derivedStamp: number | undefined;
  /** True when an old version was taken by force, and must count as new. */
  readonly restamp: boolean;
  readonly form: PathForm;
  readonly now: number;
}

/**
 * Decides which version of a record the files get (the rules of stamps: stamps of one record only grow): one with the bytes of a line that
 * stands there already, or one to be written.
 */
export function planExport(input: ExportInput): Version {
  return isDeleted(input.state) ? planTombstone(input, input.state) : planLine(input, input.state);
}

function planLine(input: ExportInput, content: Content): Present {
  const inFiles = presentInFiles(input);
  const top = Math.max(
    -Infinity,
    ...input.lines.map((line) => line.stamp),
    ...(input.tombstone === undefined ? [] : [input.tombstone.stamp]),
  );
  if (!input.restamp) {
    if (inFiles !== undefined && sameContent(inFiles.content, content)) return inFiles;
    const known = input.bases
      .filter((base) => !isDeleted(base) && base.stamp > top && sameContent(base.content, content))
      .map((base) => base.stamp);
    if (known.length > 0) return present(content, Math.max(...known));
    if (input.derivedStamp !== undefined && input.derivedStamp > top) return present(content, input.derivedStamp);
  }
  const least = [top, input.floor ?? -Infinity, ...input.bases.map((base) => base.stamp)];
  return present(content, Math.max(input.now, ...least.map((stamp) => stamp + 1)));
}

/** What the files say of a present record: the very line, or the version that its lines amount to. */
function presentInFiles({ lines, tombstone, form }: ExportInput): Present | undefined {
  const { version } = fileState(lines, tombstone === undefined ? [] : [tombstone], form);
  return version === undefined || isDeleted(version) ? undefined : version;
}

function planTombstone(input: ExportInput, state: Deleted): Deleted {
  const { tombstone, lines, bases } = input;
  if (tombstone !== undefined && saySame(tombstone, state)) return tombstone;
  // What one author deleted twice is deleted at the later time; another author's deletion comes after.
  const isOwn = tombstone?.by === state.by;
  const winner = isOwn ? laterTombstone(tombstone, state) : state;
  const stamp = Math.max(
    winner.stamp,
    ...lines.map((line) => line.stamp + 1),
    ...(tombstone === undefined || isOwn ? [] : [tombstone.stamp + 1]),
    ...bases.map((base) => (isDeleted(base) ? base.stamp : base.stamp + 1)),
  );
  if (tombstone !== undefined && winner === tombstone && stamp === tombstone.stamp) return tombstone;
  return { ...deleted(state, stamp, state.by), unknown: winner.unknown };
}
