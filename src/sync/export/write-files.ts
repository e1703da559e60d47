import { compareKeys } from '../../format/line-key.js';
import { mergeJoin } from '../../record/merge-join.js';
import { latestStamp } from '../../record/stamp.js';
import type { Entity } from '../../registry/entity.js';
import { inFileOrder } from '../../store/file-order.js';
import { UNKNOWN, readKnown } from '../../store/knowledge/known.js';
import { projectCoordinates } from '../../store/project-row.js';
import type { RecordKey } from '../../record/record-key.js';
import { replaceableVersion } from '../../store/versions.js';
import { exportRecord } from './export-record.js';
import type { WorklistEntry } from './worklist.js';
import type { LineFile } from './line-file.js';
import type { ExportContext } from './context.js';
import type { OldLines } from './old-walk.js';

const PAGE = 500;

/** Notes which of the records to look at have tombstones in the files. */
export function stageTombstones({ sql, old, registry }: ExportContext): void {
  for (const { key, raws } of old.lines(registry.deletionsFile)) {
    sql.run(
      `UPDATE temp.scsync_worklist SET tombstones = ? WHERE type = ? AND id = ?`,
      raws.join('\n'),
      key.type,
      key.id,
    );
  }
}

/** Writes the file of an entity: old lines as they are, those of the records to look at as the plan says. */
export function writeRecords(context: ExportContext, entity: Entity, file: LineFile, onRecord: () => void): void {
  const coordinates = projectCoordinates(context.sql, context.registry, context.target.project);
  const unreadable: string[] = [];
  const entries = inFileOrder(context.sql, worklistEntries(context, entity), (entry) => entry);
  const old = context.old.walk(entity.file);
  for (const entry of entries) {
    const raws = old.upTo(entry, file);
    for (const raw of exportRecord(context, entry, raws, coordinates, unreadable)) file.write(raw);
    onRecord();
  }
  old.rest(file);
  for (const line of context.old.tail(entity.file)) file.write(line);
  for (const line of unreadable) file.write(line);
}

function* worklistEntries({ sql, rows, target, actor }: ExportContext, entity: Entity): Generator<WorklistEntry> {
  let after = '';
  for (;;) {
    const from = `temp.scsync_worklist WHERE type = ? AND id >= ? ORDER BY id LIMIT ${PAGE + 1}`;
    const page = sql.all(`SELECT id, tombstones FROM ${from}`, entity.type, after);
    // The page is chosen in SQL again: an id that cannot be read exactly must be noticed, and not fall out of a range.
    const ids = { sql: `SELECT id FROM ${from}`, parameters: [entity.type, after] };
    const known = readKnown(sql, target, entity.type, ids, actor);
    const contents = rows.readAll(entity, ids);
    for (const [key, tombstones] of page.slice(0, PAGE)) {
      const id = String(key);
      yield {
        type: entity.type,
        id,
        tombstones: typeof tombstones === 'string' ? tombstones.split('\n') : [],
        content: contents.get(id),
        known: known.get(id) ?? UNKNOWN,
      };
    }
    if (page.length <= PAGE) return;
    after = String(page.at(-1)?.[0] ?? '');
  }
}

/** Writes the file of deletions: old lines as they are, those of the records to look at anew. */
export function writeDeletions(context: ExportContext, file: LineFile): void {
  const { sql, old, registry, now } = context;
  const read = (raw: string): unknown => replaceableVersion(sql, registry, raw, latestStamp(now));
  const unreadable: string[] = [];
  const pairs = mergeJoin<OldLines, RecordKey & { readonly line: string | undefined }>(
    old.lines(registry.deletionsFile),
    inFileOrder(sql, decidedTombstones(context), (decided) => decided),
    (a, b) => compareKeys(a.key, b),
  );
  for (const [before, decided] of pairs) {
    if (decided === undefined) for (const raw of before.raws) file.write(raw);
    else if (decided.line !== undefined) file.write(decided.line);
    if (before !== undefined && decided !== undefined) unreadable.push(...before.raws.filter((raw) => !read(raw)));
  }
  for (const line of old.tail(registry.deletionsFile)) file.write(line);
  for (const line of unreadable) file.write(line);
}

/** The records that have a tombstone now, or that had one in the files and have none any more. */
function* decidedTombstones({ sql }: ExportContext): Generator<RecordKey & { readonly line: string | undefined }> {
  let [type, id] = ['', ''];
  for (;;) {
    const page = sql.all(
      `SELECT type, id, line FROM temp.scsync_deletions WHERE (type, id) > (?, ?) ORDER BY type, id LIMIT ${PAGE}`,
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
