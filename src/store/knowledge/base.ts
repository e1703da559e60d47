import { digestOf } from '../../record/json.js';
import type { Registry } from '../../registry/entity.js';
import type { SqlRow, SqlValue } from '../database.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';
import { addSeen } from './seen.js';
import type { Target } from './target.js';

/** What a target's base says of a record. */
export interface BaseEntry {
  /** The number of the change that the target has. */
  readonly seq: number;
  readonly deleted: boolean;
  readonly stamp: number;
  /** First known here: an export wrote it, or somebody edited the files, and no commit brought it. */
  readonly own: boolean;
  /** The bytes of the line; empty where the target keeps the record out. */
  readonly line: string;
}

/** The columns of a base `b`, as {@link baseEntry} takes them. */
export const BASE_COLUMNS = 'b.seq, b.deleted, b.stamp, b.own, b.line';

/** The base that a row of {@link BASE_COLUMNS} holds; undefined where there is none. */
export function baseEntry(row: SqlRow): BaseEntry | undefined {
  const [seq, deleted, stamp, own, line] = row;
  if (typeof line !== 'string') return undefined;
  return { seq: Number(seq), deleted: deleted === 1n, stamp: Number(stamp), own: own === 1n, line };
}

/** All bases of a record. */
const OF_RECORD = `scsync_base b JOIN scsync_records r ON r.n = b.record WHERE r.type = ? AND r.id = ?`;

/** The base of a record in a target: the newest version that the database has taken into account there. */
export function readBase(sql: Sql, target: Target, { type, id }: RecordKey): BaseEntry | undefined {
  const row = sql.get(`SELECT ${BASE_COLUMNS} FROM ${OF_RECORD} AND b.target = ?`, type, id, target.id);
  return row === undefined ? undefined : baseEntry(row);
}

/** The bases of a record in all targets, that of the given one first. */
export function readBases(sql: Sql, target: Target, { type, id }: RecordKey): BaseEntry[] {
  return sql
    .all(`SELECT ${BASE_COLUMNS} FROM ${OF_RECORD} ORDER BY b.target <> ?`, type, id, target.id)
    .flatMap((row) => baseEntry(row) ?? []);
}

/**
 * Says whether the files of any target of a project ever had a record, as far as bases tell: undefined where no target has looked at
 * it, false where those that did kept it out.
 */
export function wasInFiles(sql: Sql, project: string, { type, id }: RecordKey): boolean | undefined {
  const row = sql.get(
    `SELECT max(b.line <> '') FROM scsync_targets t JOIN ${OF_RECORD} AND t.target = b.target AND t.project = ?`,
    type,
    id,
    project,
  );
  return row?.[0] === 1n ? true : row?.[0] === 0n ? false : undefined;
}

/** Says whether the files of any target have a record now. */
export function isInFiles(sql: Sql, { type, id }: RecordKey): boolean {
  return sql.get(`SELECT 1 FROM ${OF_RECORD} AND b.deleted = 0 AND b.line <> '' LIMIT 1`, type, id) !== undefined;
}

/** What was a base stays known as a version that was taken into account. */
function rememberBase(sql: Sql, { line, own }: Pick<BaseEntry, 'line' | 'own'>): void {
  if (line !== '') addSeen(sql, digestOf(line), own);
}

/** Says that the target has the record as it is now. */
export function moveBase(sql: Sql, target: Target, { type, id }: RecordKey): void {
  sql.run(
    `UPDATE scsync_base SET seq = r.seq FROM scsync_records r
     WHERE r.type = ? AND r.id = ? AND record = r.n AND target = ?`,
    type,
    id,
    target.id,
  );
}

/** Forgets the bases of a target, all or that of one record; what they were was seen. */
export function forgetBases(sql: Sql, target: number, key?: RecordKey): void {
  const where =
    key === undefined
      ? `target = ?`
      : `target = ? AND record = (SELECT n FROM scsync_records WHERE type = ? AND id = ?)`;
  const parameters = key === undefined ? [target] : [target, key.type, key.id];
  for (const [line, own] of sql.all(`SELECT line, own FROM scsync_base WHERE ${where}`, ...parameters)) {
    rememberBase(sql, { line: String(line), own: own === 1n });
  }
  sql.run(`DELETE FROM scsync_base WHERE ${where}`, ...parameters);
}

/** Says whether a target has any base that stands in a file. */
export function hasBase(sql: Sql, registry: Registry, target: Target, file: string): boolean {
  if (file !== registry.deletionsFile)
    return readPage(sql, registry, target, { file, after: undefined, limit: 1 }, 'b.line').length > 0;
  return (
    sql.get(`SELECT 1 FROM scsync_base WHERE target = ? AND deleted = 1 AND line <> '' LIMIT 1`, target.id) !==
    undefined
  );
}

/** A base whose home is a file. */
export interface FileBase {
  readonly key: RecordKey;
  readonly raw: string;
}

/** The bases whose home is a file, in the order of types and ids. */
export function* basesOfFile(sql: Sql, registry: Registry, target: Target, file: string): Generator<FileBase> {
  for (const { key, line } of readAll(sql, registry, target, file, 'b.line')) yield { key, raw: String(line) };
}

/** The same with the bytes of the lines, which need not be decoded; of a database that keeps text as UTF-8. */
export function* basesAsBytes(
  sql: Sql,
  registry: Registry,
  target: Target,
  file: string,
): Generator<{ readonly key: RecordKey; readonly bytes: Uint8Array }> {
  for (const { key, line } of readAll(sql, registry, target, file, 'CAST(b.line AS BLOB)')) {
    if (line instanceof Uint8Array) yield { key, bytes: line };
  }
}

interface BaseRow {
  readonly key: RecordKey;
  readonly line: SqlValue | undefined;
}

const PAGE = 500;

function* readAll(sql: Sql, registry: Registry, target: Target, file: string, line: string): Generator<BaseRow> {
  let after: RecordKey | undefined;
  for (;;) {
    const page = readPage(sql, registry, target, { file, after, limit: PAGE }, line);
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}

function readPage(
  sql: Sql,
  registry: Registry,
  target: Target,
  { file, after, limit }: { readonly file: string; readonly after: RecordKey | undefined; readonly limit: number },
  line: string,
): BaseRow[] {
  const isDeletions = file === registry.deletionsFile;
  const type = registry.entities.find((entity) => entity.file === file)?.type ?? '';
  const from = after ?? { type: isDeletions ? '' : type, id: '' };
  // An id may be empty.
  const range = isDeletions ? `(r.type, r.id) > (?, ?)` : `r.type = ? AND r.id ${after === undefined ? '>=' : '>'} ?`;
  return sql
    .all(
      `SELECT r.type, r.id, ${line} FROM scsync_records r CROSS JOIN scsync_base b ON b.record = r.n AND b.target = ?
       WHERE ${range} AND b.deleted = ${isDeletions ? 1 : 0} AND b.line <> '' ORDER BY r.type, r.id LIMIT ${limit}`,
      target.id,
      from.type,
      from.id,
    )
    .map(([type, id, value]) => ({ key: { type: String(type), id: String(id) }, line: value }));
}
