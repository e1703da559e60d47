import { formatLine, formatTombstone } from '../jsonl/format.js';
import type { ProjectCoordinates } from '../jsonl/format.js';
import { compareKeys } from '../jsonl/line-key.js';
import { laterTombstone } from '../merge/merge-tombstone.js';
import type { Content } from '../record/content.js';
import { digestOf } from '../record/json.js';
import { mergeJoin } from '../record/merge-join.js';
import type { FileVersion, LineVersion, Tombstone, TombstoneVersion } from '../record/version.js';
import type { Entity } from '../registry/entity.js';
import { isSeen, readBases } from '../store/base.js';
import { derivedHash, readDerived } from '../store/derived.js';
import type { RecordKey } from '../store/rows.js';
import { completed, versionOf } from '../store/versions.js';
import { readTombstone } from '../tracking/tombstones.js';
import type { LineFile } from './line-file.js';
import { planExport } from './plan.js';
import type { ExportContext } from './run.js';
import type { OldLines } from './old-lines.js';

const PAGE = 500;

/** A record to look at. */
interface TodoRecord extends RecordKey {
  readonly seq: number;
  /** The record's tombstones in the files. */
  readonly tombstones: readonly string[];
  readonly content: Content | undefined;
}

/** Notes which of the records to look at have tombstones in the files. */
export function stageTombstones({ sql, old, registry }: ExportContext): void {
  for (const { key, raws } of old.lines(registry.deletionsFile)) {
    sql.run(`UPDATE temp.scsync_todo SET tombstones = ? WHERE type = ? AND id = ?`, raws.join('\n'), key.type, key.id);
  }
}

/** Writes the file of an entity: old lines as they are, those of the records to look at as the plan says. */
export function writeRecords(context: ExportContext, entity: Entity, file: LineFile, onRecord: () => void): void {
  const coordinates = context.rows.coordinates();
  const unreadable: string[] = [];
  const pairs = mergeJoin<OldLines, TodoRecord>(context.old.lines(entity.file), todoRecords(context, entity), (a, b) =>
    compareKeys(a.key, b),
  );
  for (const [old, todo] of pairs) {
    if (todo === undefined) {
      for (const raw of old.raws) file.write(raw);
      continue;
    }
    const line = exportRecord(context, todo, old?.raws ?? [], coordinates, unreadable);
    for (const raw of line) file.write(raw);
    onRecord();
  }
  for (const line of context.old.tail(entity.file)) file.write(line);
  for (const line of unreadable) file.write(line);
}

function* todoRecords({ sql, rows }: ExportContext, entity: Entity): Generator<TodoRecord> {
  let after = '';
  for (;;) {
    const page = sql.all(
      `SELECT id, seq, tombstones FROM temp.scsync_todo WHERE type = ? AND id >= ? ORDER BY id LIMIT ${PAGE + 1}`,
      entity.type,
      after,
    );
    const last = String(page.at(-1)?.[0] ?? '');
    const contents = new Map(
      rows
        .select(
          entity,
          `temp.scsync_todo d JOIN ${entity.table} t ON t.${entity.key} = d.id WHERE d.type = ? AND d.id >= ? AND d.id <= ?`,
          entity.type,
          after,
          last,
        )
        .map((content) => [content.id, content]),
    );
    for (const [id, seq, tombstones] of page.slice(0, PAGE)) {
      const key = String(id);
      const raws = typeof tombstones === 'string' ? tombstones.split('\n') : [];
      yield { type: entity.type, id: key, seq: Number(seq), tombstones: raws, content: contents.get(key) };
    }
    if (page.length <= PAGE) return;
    after = last;
  }
}

/** Decides one record; gives the lines that its file will have for it. */
function exportRecord(
  context: ExportContext,
  todo: TodoRecord,
  raws: readonly string[],
  coordinates: ProjectCoordinates,
  unreadable: string[],
): readonly string[] {
  const { sql, registry, target, form, now } = context;
  const stored = readTombstone(sql, target.project, todo);
  const state = todo.content ?? (stored === undefined ? undefined : { ...stored, by: stored.by ?? context.actor });
  // Gone without a trace, so nothing says that it was deleted: the next import takes it from the file again.
  if (state === undefined) return raws;
  const bases = readBases(sql, target, todo).map((base) => versionOf(registry, base.line));
  const base = bases.find((version) => version !== undefined);
  const lines: LineVersion[] = [];
  for (const raw of raws) {
    const version = versionOf(registry, raw);
    if (version?.kind === 'line') lines.push(completed(version, base, todo.content));
    else unreadable.push(raw);
  }
  const tombstones = todo.tombstones
    .map((raw) => versionOf(registry, raw))
    .filter((version): version is TombstoneVersion => version?.kind === 'tombstone');
  const derived = readDerived(sql, todo);
  const fits = derived?.hash !== undefined && todo.content !== undefined && derivedHash(todo.content) === derived.hash;
  const plan = planExport({
    state,
    lines,
    tombstone: tombstones.length === 0 ? undefined : tombstones.reduce(laterTombstone),
    bases: bases.flatMap((version) => completedBase(version, todo.content)),
    floor: todo.content === undefined ? undefined : stored?.stamp,
    derivedStamp: fits ? derived.stamp : undefined,
    restamp: derived !== undefined && derived.hash === undefined,
    form,
    now,
  });
  const isDeleted = 'kind' in state;
  const result =
    plan.kind === 'keep'
      ? plan.raw
      : plan.kind === 'line'
        ? formatLine(plan.content, plan.stamp, form, coordinates)
        : formatTombstone(plan.tombstone, form, target.project);
  const before = [...lines.map(({ raw }) => raw), ...todo.tombstones];
  checkSeen(
    context,
    todo,
    before.filter((raw) => raw !== result),
  );
  const changed = before.length !== 1 || before[0] !== result;
  context.tally.add(todo.type, changed ? (isDeleted ? 'deleted' : 'written') : 'unchanged');
  const kept = plan.kind === 'keep' ? [...lines, ...tombstones].find(({ raw }) => raw === plan.raw) : undefined;
  const version = plan.kind === 'line' ? plan : plan.kind === 'tombstone' ? plan.tombstone : kept;
  noteDone(context, todo, result, version);
  return isDeleted ? [] : [result];
}

function completedBase(version: FileVersion | undefined, content: Content | undefined): (LineVersion | Tombstone)[] {
  if (version === undefined) return [];
  return [version.kind === 'line' ? completed(version, undefined, content) : version];
}

/** A version that would be replaced or dropped must have been taken into account once. */
function checkSeen(context: ExportContext, { type, id }: RecordKey, dropped: readonly string[]): void {
  if (dropped.every((raw) => isSeen(context.sql, raw))) return;
  context.refused.push({ type, id });
  context.overwrites = true;
}

function noteDone(
  { sql }: ExportContext,
  todo: TodoRecord,
  line: string,
  version: { readonly kind: string; readonly stamp: number; readonly by?: string } | undefined,
): void {
  sql.run(
    `INSERT INTO temp.scsync_done (type, id, seq, deleted, stamp, author, line, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    todo.type,
    todo.id,
    todo.seq,
    version?.kind === 'tombstone' ? 1 : 0,
    version?.stamp ?? 0,
    version?.by ?? null,
    line,
    digestOf(line),
  );
}

/** Writes the file of deletions: old lines as they are, those of the records to look at anew. */
export function writeDeletions(context: ExportContext, file: LineFile): void {
  const { old, registry } = context;
  const pairs = mergeJoin<OldLines, RecordKey & { readonly line: string | undefined }>(
    old.lines(registry.deletionsFile),
    decidedTombstones(context),
    (a, b) => compareKeys(a.key, b),
  );
  for (const [before, decided] of pairs) {
    if (decided === undefined) for (const raw of before.raws) file.write(raw);
    else if (decided.line !== undefined) file.write(decided.line);
  }
  for (const line of old.tail(registry.deletionsFile)) file.write(line);
}

/** The records that have a tombstone now, or that had one in the files and have none any more. */
function* decidedTombstones({ sql }: ExportContext): Generator<RecordKey & { readonly line: string | undefined }> {
  let [type, id] = ['', ''];
  for (;;) {
    const page = sql.all(
      `SELECT d.type, d.id, CASE d.deleted WHEN 1 THEN d.line END
       FROM temp.scsync_done d JOIN temp.scsync_todo o ON o.type = d.type AND o.id = d.id
       WHERE (d.type, d.id) > (?, ?) AND (d.deleted = 1 OR o.tombstones IS NOT NULL) ORDER BY d.type, d.id LIMIT ${PAGE}`,
      type,
      id,
    );
    for (const row of page) {
      [type, id] = [String(row[0]), String(row[1])];
      yield { type, id, line: typeof row[2] === 'string' ? row[2] : undefined };
    }
    if (page.length < PAGE) return;
  }
}
