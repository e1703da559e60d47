import { formatLine, formatTombstone } from '../jsonl/format.js';
import type { ProjectCoordinates } from '../jsonl/format.js';
import { fileState } from '../merge/file-state.js';
import { laterTombstone } from '../merge/merge-tombstone.js';
import { changeOf, stateOf } from '../record/change.js';
import type { RecordChange } from '../record/change.js';
import type { Content } from '../record/content.js';
import { digestOf } from '../record/json.js';
import { latestStamp } from '../record/stamp.js';
import { isId } from '../record/limits.js';
import { isTombstone } from '../record/version.js';
import type { FileVersion, LineVersion, PathForm, Tombstone, TombstoneVersion } from '../record/version.js';
import { isSeen, readBase, readBases, wasInFiles } from '../store/base.js';
import { derivedHash, readDerived } from '../store/derived.js';
import { isMarkedPrivate } from '../store/private-marks.js';
import type { RecordKey } from '../store/rows.js';
import { completedBase, completedLines, knownOf } from '../merge/completed.js';
import { replaceableVersion, versionOf } from '../store/versions.js';
import { readTombstone } from '../tracking/tombstones.js';
import type { StoredTombstone } from '../tracking/tombstones.js';
import { newValues } from './guard.js';
import type { Outgoing } from './guard.js';
import { planExport } from './plan.js';
import type { ExportPlan } from './plan.js';
import type { ExportContext } from './context.js';

/** A record to look at. */
export interface TodoRecord extends RecordKey {
  readonly seq: number;
  /** The record's tombstones in the files. */
  readonly tombstones: readonly string[];
  readonly content: Content | undefined;
  /** What the database has of it beside the row, looked up for many records at once. */
  readonly hasBase: boolean;
  readonly hasTombstone: boolean;
  readonly hasDerived: boolean;
}

/** What the files and the target's base have of a record. */
interface Known {
  /** What stands in the files, and all bases, as they are; elsewhere lines are completed. */
  readonly asWritten: readonly FileVersion[];
  readonly lines: readonly LineVersion[];
  readonly tombstones: readonly TombstoneVersion[];
  readonly bases: readonly (LineVersion | Tombstone)[];
  readonly stored: StoredTombstone | undefined;
}

/**
 * Decides one record and notes what the target will have of it. `raws` are its lines in its file; those that cannot be
 * read go to `unreadable`. Gives the lines that the file will have for it.
 */
export function exportRecord(
  context: ExportContext,
  todo: TodoRecord,
  raws: readonly string[],
  coordinates: ProjectCoordinates,
  unreadable: string[],
): readonly string[] {
  const known = gatherKnown(context, todo, raws, unreadable);
  const state = stateToExport(context, todo, known);
  if (state === 'refused') return raws;
  if (state === 'private') {
    noteDone(context, todo, '', undefined);
    return [];
  }
  // Gone without a trace, so nothing says that it was deleted: the next import takes it from the file again.
  if (state === undefined) return raws;
  const plan = planOf(context, todo, known, state);
  if (plan.kind !== 'keep') context.guarded?.add(newValues(outgoing(plan, context.form), known.asWritten));
  const result = textOf(context, plan, coordinates);
  const before = [...known.lines, ...known.tombstones].map(({ raw }) => raw);
  const dropped = before.filter((raw) => raw !== result);
  if (!dropped.every((raw) => isSeen(context.sql, raw))) {
    context.refused.push({ type: todo.type, id: todo.id, why: 'unseen' });
    context.overwrites = true;
  }
  const isDeleted = isTombstone(state);
  const isUnchanged = before.length === 1 && dropped.length === 0;
  context.tally.add(todo.type, isUnchanged ? 'unchanged' : isDeleted ? 'deleted' : 'written');
  noteDone(context, todo, result, versionOfPlan(plan, known));
  if (!isUnchanged) context.onChange?.({ where: 'files', ...changeInFiles(context, todo, known, state), line: result });
  return isDeleted ? [] : [result];
}

/** What becomes of a record in the files. One that they lack and had is put back. */
function changeInFiles(
  { sql, target, form }: ExportContext,
  todo: TodoRecord,
  { lines, tombstones }: Known,
  state: Content | Tombstone,
): Omit<RecordChange, 'where'> {
  const { version } = fileState(lines, tombstones, form);
  const had = todo.hasBase && (readBase(sql, target, todo)?.line ?? '') !== '';
  const lacked = had ? 'deleted' : undefined;
  const before = version === undefined ? lacked : stateOf(version);
  return changeOf(todo, before, isTombstone(state) ? 'deleted' : state);
}

function gatherKnown(
  { sql, registry, target, form, now }: ExportContext,
  todo: TodoRecord,
  raws: readonly string[],
  unreadable: string[],
): Known {
  const written = (todo.hasBase ? readBases(sql, target, todo) : [])
    .map((base) => versionOf(registry, base.line))
    .filter((version) => version !== undefined);
  const row = todo.content;
  const bases = written.map((version) =>
    version.kind === 'line' ? completedBase(version, row === undefined ? [] : [row]) : version,
  );
  const [base] = bases;
  const found: LineVersion[] = [];
  const read = (raw: string): FileVersion | undefined => replaceableVersion(sql, registry, raw, latestStamp(now));
  for (const raw of raws) {
    const version = read(raw);
    if (version?.kind === 'line') found.push(version);
    else unreadable.push(raw);
  }
  const tombstones = todo.tombstones
    .map(read)
    .filter((version): version is TombstoneVersion => version?.kind === 'tombstone');
  return {
    asWritten: [...found, ...tombstones, ...written],
    lines: completedLines(found, knownOf(form, base?.kind === 'line' ? base.content : undefined, row)),
    tombstones,
    bases,
    stored: todo.hasTombstone ? readTombstone(sql, target.project, todo) : undefined,
  };
}

/** The state that the files are to have: the row, the tombstone, or what privacy makes of a row. */
function stateToExport(
  context: ExportContext,
  todo: TodoRecord,
  known: Known,
): Content | Tombstone | 'refused' | 'private' | undefined {
  const { actor, now } = context;
  const { type, id, content } = todo;
  const { lines, tombstones, stored } = known;
  if (content === undefined) {
    // No file can ever have had a record whose id fits into none.
    if (!isId(id) || wasPrivate(context, todo, known)) return 'private';
    return stored === undefined ? undefined : { ...stored, by: stored.by ?? actor };
  }
  if (!context.isPrivate(content)) return content;
  if (lines.length === 0) return tombstones[0] ?? 'private';
  if (context.unpublish) return { kind: 'tombstone', type, id, stamp: now, by: actor, unknown: [] };
  context.refused.push({ type, id, why: 'private' });
  return 'refused';
}

/** The deletion of a record that was private to its end is nobody's business either. */
function wasPrivate({ sql, target }: ExportContext, todo: TodoRecord, { lines, tombstones }: Known): boolean {
  if (lines.length + tombstones.length > 0) return false;
  const wasThere = todo.hasBase ? wasInFiles(sql, target.project, todo) : undefined;
  return wasThere === undefined ? isMarkedPrivate(sql, todo) : !wasThere;
}

function planOf(context: ExportContext, todo: TodoRecord, known: Known, state: Content | Tombstone): ExportPlan {
  const derived = todo.hasDerived ? readDerived(context.sql, todo) : undefined;
  const { content } = todo;
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

function textOf({ form, target }: ExportContext, plan: ExportPlan, coordinates: ProjectCoordinates): string {
  switch (plan.kind) {
    case 'keep':
      return plan.raw;
    case 'line':
      return formatLine(plan.content, plan.stamp, form, coordinates);
    case 'tombstone':
      return formatTombstone(plan.tombstone, form, target.project);
  }
}

function outgoing(plan: Exclude<ExportPlan, { kind: 'keep' }>, form: PathForm): Outgoing {
  return plan.kind === 'line' ? { content: plan.content, form } : plan.tombstone;
}

function versionOfPlan(plan: ExportPlan, { lines, tombstones }: Known): DoneVersion | undefined {
  if (plan.kind === 'line') return plan;
  if (plan.kind === 'tombstone') return plan.tombstone;
  return [...lines, ...tombstones].find(({ raw }) => raw === plan.raw);
}

interface DoneVersion {
  readonly kind: 'line' | 'tombstone';
  readonly stamp: number;
  readonly by?: string;
}

/** An empty line says that the target has the record's last change without having the record: it is private. */
function noteDone({ sql }: ExportContext, todo: TodoRecord, line: string, version: DoneVersion | undefined): void {
  sql.run(
    `INSERT INTO temp.scsync_done (type, id, seq, deleted, stamp, author, line, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    todo.type,
    todo.id,
    todo.seq,
    version?.kind === 'tombstone' ? 1 : 0,
    version?.stamp ?? 0,
    version?.by ?? null,
    line,
    line === '' ? null : digestOf(line),
  );
  const isDeleted = version?.kind === 'tombstone';
  if (isDeleted || todo.tombstones.length > 0) {
    const grave = isDeleted ? line : null;
    sql.run(`INSERT INTO temp.scsync_graves (type, id, line) VALUES (?, ?, ?)`, todo.type, todo.id, grave);
  }
}
