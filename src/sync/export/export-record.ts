import { formatLine, lineOf } from '../../format/format.js';
import type { ProjectCoordinates } from '../../format/format.js';
import { fileState } from '../../merge/file-state.js';
import { changeOf, stateOf } from '../../record/change.js';
import type { RecordChange } from '../../record/change.js';
import type { Content } from '../../record/content.js';
import { latestStamp } from '../../record/stamp.js';
import { isId } from '../../record/limits.js';
import { deleted, isDeleted, laterTombstone } from '../../record/version.js';
import type { Deleted, FileVersion, Present, Version } from '../../record/version.js';
import { wasInFiles } from '../../store/knowledge/base.js';
import { derivedHash } from '../../store/knowledge/derived.js';
import { allBases } from '../../store/knowledge/known.js';
import { findSeen } from '../../store/knowledge/seen.js';
import { isMarkedPrivate } from '../../store/knowledge/private-marks.js';
import { fillBase, fillLines, knownOf } from '../../merge/missing-fields.js';
import { versionOf } from '../../format/version-of.js';
import { replaceableVersion } from '../../store/versions.js';
import { newValues } from './guard.js';
import { exportNew, newContent } from './new-record.js';
import { noteDone } from './note-done.js';
import { planExport } from './plan.js';
import type { ExportContext } from './context.js';
import type { WorklistEntry } from './worklist.js';

/** What the files and the bases have of a record. */
interface LoadedRecord {
  /** What stands in the files, and all bases, as they are; elsewhere lines are completed. */
  readonly asWritten: readonly FileVersion[];
  readonly lines: readonly FileVersion<Present>[];
  readonly tombstones: readonly FileVersion<Deleted>[];
  readonly bases: readonly FileVersion[];
  readonly stored: Deleted | undefined;
}

/**
 * Decides one record and notes what the target will have of it. `raws` are its lines in its file; those that cannot be
 * read go to `unreadable`. Gives the lines that the file will have for it.
 */
export function exportRecord(
  context: ExportContext,
  entry: WorklistEntry,
  raws: readonly string[],
  coordinates: ProjectCoordinates,
  unreadable: string[],
): readonly string[] {
  if (isAgreed(context, entry, raws, coordinates)) {
    context.tally.add(entry.type, 'unchanged');
    return raws;
  }
  const content = newContent(context, entry, raws);
  if (content !== undefined) return [exportNew(context, entry, content, coordinates)];
  const known = loadRecord(context, entry, raws, unreadable);
  const state = stateToExport(context, entry, known);
  if (state === 'refused') return raws;
  if (state === 'private') {
    noteDone(context, entry, '', undefined);
    return [];
  }
  // Gone without a trace, so nothing says that it was deleted: the next import takes it from the file again.
  if (state === undefined) return raws;
  const version = planOf(context, entry, known, state);
  if (version.raw === undefined) {
    const written = isDeleted(version) ? version : { ...version, form: context.form };
    context.guarded?.add(newValues(written, known.asWritten));
  }
  const result = lineOf(version, context.form, coordinates);
  const before = [...known.lines, ...known.tombstones].map(({ raw }) => raw);
  const dropped = before.filter((raw) => raw !== result);
  if (!dropped.every((raw) => raw === entry.known.base?.line || findSeen(context.sql, entry, raw) !== undefined)) {
    context.refused.push({ type: entry.type, id: entry.id, why: 'unseen' });
    context.overwrites = true;
  }
  const isUnchanged = before.length === 1 && dropped.length === 0;
  context.tally.add(entry.type, isUnchanged ? 'unchanged' : isDeleted(state) ? 'deleted' : 'written');
  noteDone(context, entry, result, version);
  if (!isUnchanged)
    context.onChange?.({ where: 'files', ...changeInFiles(context, entry, known, state), line: result });
  return isDeleted(state) ? [] : [result];
}

/**
 * Says whether row, file and base are the same to the byte, so that nothing needs to be read or noted: a full export takes half the time.
 */
function isAgreed(
  { form, now, isPrivate }: ExportContext,
  { content, tombstones, known }: WorklistEntry,
  raws: readonly string[],
  coordinates: ProjectCoordinates,
): boolean {
  const { base, lastChange, tombstone, derived } = known;
  if (content === undefined || base?.seq !== lastChange || tombstone !== undefined || derived !== undefined)
    return false;
  if (raws.length !== 1 || raws[0] !== base.line || tombstones.length > 0) return false;
  if (base.stamp > latestStamp(now) || isPrivate(content)) return false;
  return formatLine(content, base.stamp, form, coordinates) === base.line;
}

/** What becomes of a record in the files. One that they lack and had is put back. */
function changeInFiles(
  { form }: ExportContext,
  entry: WorklistEntry,
  { lines, tombstones }: LoadedRecord,
  state: Content | Deleted,
): Omit<RecordChange, 'where'> {
  const { version } = fileState(lines, tombstones, form);
  const had = (entry.known.base?.line ?? '') !== '';
  const lacked = had ? 'deleted' : undefined;
  const before = version === undefined ? lacked : stateOf(version);
  return changeOf(entry, before, isDeleted(state) ? 'deleted' : state);
}

function loadRecord(
  { sql, registry, target, form, now }: ExportContext,
  entry: WorklistEntry,
  raws: readonly string[],
  unreadable: string[],
): LoadedRecord {
  const written = allBases(sql, target, entry, entry.known)
    .map((base) => versionOf(registry, base.line))
    .filter((version) => version !== undefined);
  const row = entry.content;
  const bases = written.map((version) =>
    isDeleted(version) ? version : fillBase(version, row === undefined ? [] : [row]),
  );
  const [base] = bases;
  const found: FileVersion<Present>[] = [];
  const read = (raw: string): FileVersion | undefined =>
    written.find((version) => version.raw === raw) ?? replaceableVersion(sql, registry, raw, latestStamp(now));
  for (const raw of raws) {
    const version = read(raw);
    if (version?.kind === 'present') found.push(version);
    else unreadable.push(raw);
  }
  const tombstones = entry.tombstones.map(read).filter((version) => version?.kind === 'deleted');
  return {
    asWritten: [...found, ...tombstones, ...written],
    lines: fillLines(found, knownOf(form, base?.kind === 'present' ? base.content : undefined, row)),
    tombstones,
    bases,
    stored: entry.known.tombstone,
  };
}

/** The state that the files are to have: the row, the tombstone, or what privacy makes of a row. */
function stateToExport(
  context: ExportContext,
  entry: WorklistEntry,
  known: LoadedRecord,
): Content | Deleted | 'refused' | 'private' | undefined {
  const { actor, now } = context;
  const { type, id, content } = entry;
  const { lines, tombstones, stored } = known;
  if (content === undefined) {
    // No file can ever have had a record whose id fits into none.
    if (!isId(id) || wasPrivate(context, entry, known)) return 'private';
    return stored;
  }
  if (!context.isPrivate(content)) return content;
  if (lines.length === 0) return tombstones[0] ?? 'private';
  if (context.unpublish) return deleted(entry, now, actor);
  context.refused.push({ type, id, why: 'private' });
  return 'refused';
}

/** The deletion of a record that was private to its end is nobody's business either. */
function wasPrivate(
  { sql, target }: ExportContext,
  entry: WorklistEntry,
  { lines, tombstones }: LoadedRecord,
): boolean {
  if (lines.length + tombstones.length > 0) return false;
  const { base, hasOtherBases } = entry.known;
  const wasThere = base !== undefined || hasOtherBases ? wasInFiles(sql, target.project, entry) : undefined;
  return wasThere === undefined ? isMarkedPrivate(sql, entry) : !wasThere;
}

function planOf(context: ExportContext, entry: WorklistEntry, known: LoadedRecord, state: Content | Deleted): Version {
  const { content } = entry;
  const { derived } = entry.known;
  const fits = derived?.hash !== undefined && content !== undefined && derivedHash(content) === derived.hash;
  return planExport({
    state,
    lines: known.lines,
    tombstone: known.tombstones.length === 0 ? undefined : known.tombstones.reduce(laterTombstone),
    bases: known.bases,
    floor: content === undefined ? undefined : known.stored?.stamp,
    derivedStamp: fits ? derived.stamp : undefined,
    restamp: derived !== undefined && derived.hash === undefined,
    form: context.form,
    now: context.now,
  });
}
