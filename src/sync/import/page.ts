import type { Entity } from '../../registry/entity.js';
import type { Content } from '../../record/content.js';
import { UNKNOWN, readKnown } from '../../store/knowledge/known.js';
import type { Ids, Known } from '../../store/knowledge/known.js';
import type { SqlValue } from '../../store/database.js';
import type { Sql } from '../../store/sql.js';
import type { ImportContext } from './context.js';
import type { SkippedLine } from './collect-changes.js';
import { sqlName } from '../../store/sql-name.js';
import { rowsOf } from '../../store/row-source.js';

const PAGE = 500;

/** A line in the files. */
export interface FoundLine {
  readonly file: string;
  /** Its number in the file; 0 where it is known without reading the file. */
  readonly line: number;
  readonly raw: string;
  /** The row of `temp.scsync_staged` that has it, where one does. */
  readonly row?: SqlValue;
}

/** A record to decide, and what there is of it: looked up for many records at once. */
export interface PageEntry {
  readonly id: string;
  readonly staged: readonly FoundLine[];
  /** The row, where it is this project's. */
  readonly row: Content | undefined;
  /** True when the row with that id is another project's. */
  readonly isElsewhere: boolean;
  readonly known: Known;
  /** True when its base stands in the files no more. */
  readonly isAbsent: boolean;
}

/** How many lines the first pass laid out. */
export function countStaged(sql: Sql): number {
  return Number(sql.get(`SELECT count(*) FROM temp.scsync_staged`)?.[0] ?? 0);
}

/** The ids of an entity that the first pass laid out, in their order, so many at a time. */
export function* pagesOf({ sql }: ImportContext, { type }: Entity): Generator<Ids> {
  let after: string | undefined;
  for (;;) {
    const from = after === undefined ? 'id >= ?' : 'id > ?';
    const keys = sql.all(
      `SELECT DISTINCT id FROM temp.scsync_staged WHERE type = ? AND ${from} ORDER BY id LIMIT ${PAGE}`,
      type,
      after ?? '',
    );
    const [first, last] = [keys[0]?.[0], keys.at(-1)?.[0]];
    if (first === undefined || last === undefined) return;
    yield between(type, String(first), String(last));
    after = String(last);
    if (keys.length < PAGE) return;
  }
}

/** The records of a page, one after the other; one that was written since the page was read is read again. */
export function* currentEntries(context: ImportContext, entity: Entity, ids: Ids): Generator<PageEntry> {
  context.changed.clear();
  for (const entry of entriesOf(context, entity, ids)) {
    const isCurrent = !context.changed.has(`${entity.type}/${entry.id}`);
    yield isCurrent ? entry : reloaded(context, entity, entry);
  }
}

function reloaded(context: ImportContext, entity: Entity, entry: PageEntry): PageEntry {
  return entriesOf(context, entity, between(entity.type, entry.id, entry.id))[0] ?? entry;
}

/** The records of a type that were laid out, in a range of ids. */
function between(type: string, first: string, last: string): Ids {
  return {
    sql: `SELECT DISTINCT id FROM temp.scsync_staged WHERE type = ? AND id BETWEEN ? AND ? ORDER BY id`,
    parameters: [type, first, last],
  };
}

/** The records that a SELECT names: all were laid out. */
export function entriesOf(context: ImportContext, entity: Entity, ids: Ids): PageEntry[] {
  const { sql, rows, target, actor } = context;
  const known = readKnown(sql, target, entity.type, ids, actor);
  const contents = rows.readAll(entity, ids);
  return [...stagedOf(context, entity, ids)].map(([id, { lines, isAbsent, hasRow }]) => {
    const row = contents.get(id);
    const isElsewhere = row === undefined && hasRow;
    return { id, staged: lines, row, isElsewhere, known: known.get(id) ?? UNKNOWN, isAbsent };
  });
}

/** Records of an entity that the files only delete, while they have a row: to be deleted before their parents take them along. */
export function deletedChildren(context: ImportContext, entity: Entity): PageEntry[] {
  const { registry } = context;
  const ids = {
    sql: `SELECT s.id FROM temp.scsync_staged s JOIN ${rowsOf(registry, entity)} t ON t.${sqlName(entity.key)} = s.id
          WHERE s.type = ? AND s.raw IS NOT NULL
          GROUP BY s.id HAVING min(s.file) = ? AND max(s.file) = ? ORDER BY s.id`,
    parameters: [entity.type, registry.deletionsFile, registry.deletionsFile],
  };
  return entriesOf(context, entity, ids);
}

/** What was laid out of a record. */
interface StagedRecord {
  readonly lines: FoundLine[];
  isAbsent: boolean;
  /** Whether any project has a row with its id. */
  readonly hasRow: boolean;
}

/** What was laid out of records, by their ids in order. */
function stagedOf({ sql, registry }: ImportContext, entity: Entity, ids: Ids): Map<string, StagedRecord> {
  const { type, key } = entity;
  const records = new Map<string, StagedRecord>();
  for (const [name, file, line, raw, gone, hasRow, row = null] of sql.all(
    `SELECT s.id, s.file, s.line, s.raw, s.gone,
       EXISTS (SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(key)} = s.id), s.rowid
     FROM (${ids.sql}) k CROSS JOIN temp.scsync_staged s ON s.type = ? AND s.id = k.id ORDER BY s.id, s.rowid`,
    ...ids.parameters,
    type,
  )) {
    const id = String(name);
    const record = records.get(id) ?? { lines: [], isAbsent: false, hasRow: hasRow === 1n };
    records.set(id, record);
    if (raw !== null) record.lines.push({ file: String(file), line: Number(line), raw: String(raw), row });
    record.isAbsent ||= gone === 1n;
  }
  return records;
}

/** How a line that cannot be read is reported. */
export function skippedLine(
  type: string,
  id: string,
  { file, line }: FoundLine,
  problem: string,
  code: SkippedLine['code'],
): SkippedLine {
  return { key: { type, id }, code, problem: `${file}:${line}: ${problem}` };
}
