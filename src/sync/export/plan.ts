import { latestStamp } from '../../record/stamp.js';
import { deleted, isDeleted, laterTombstone, present, saySame } from '../../record/version.js';
import type { Deleted, FileVersion, PathForm, Present, Version } from '../../record/version.js';
import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { fileState } from '../../merge/file-state.js';

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
export function planExport(found: ExportInput): Version {
  const input = withoutFarStamps(found);
  return isDeleted(input.state) ? planTombstone(input, input.state) : planLine(input, input.state);
}

/**
 * What no clock can have given counts for nothing: else the record's stamps could not grow for good. So its next version is one of now, and
 * is the first that counts for whoever has the others.
 */
function withoutFarStamps(input: ExportInput): ExportInput {
  const latest = latestStamp(input.now);
  const counts = ({ stamp }: { readonly stamp: number }): boolean => stamp <= latest;
  const orNone = (stamp: number | undefined): number | undefined =>
    stamp !== undefined && stamp <= latest ? stamp : undefined;
  const { state, tombstone } = input;
  return {
    ...input,
    state: isDeleted(state) && !counts(state) ? { ...state, stamp: input.now } : state,
    lines: input.lines.filter(counts),
    tombstone: tombstone !== undefined && counts(tombstone) ? tombstone : undefined,
    bases: input.bases.filter(counts),
    floor: orNone(input.floor),
    derivedStamp: orNone(input.derivedStamp),
  };
}

function planLine(input: ExportInput, content: Content): Present {
  const inFiles = presentInFiles(input);
  const top = input.lines.reduce((most, line) => Math.max(most, line.stamp), input.tombstone?.stamp ?? -Infinity);
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
