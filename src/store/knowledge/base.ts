import { digestOf } from '../../record/json.js';
import { compareUtf8 } from '../../record/order.js';
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
  if (file === registry.deletionsFile) {
    const tombstone = `SELECT 1 FROM scsync_base WHERE target = ? AND deleted = 1 AND line <> '' LIMIT 1`;
    return sql.get(tombstone, target.id) !== undefined;
  }
  const entity = registry.entities.find((candidate) => candidate.file === file);
  if (entity === undefined) return false;
  const { from, parameters } = basesOf(target, { type: entity.type, deleted: 0, after: undefined });
  return sql.get(`SELECT 1 FROM ${from} LIMIT 1`, ...parameters) !== undefined;
}

/** A base whose home is a file. */
export interface FileBase {
  readonly key: RecordKey;
  readonly raw: string;
}

const PAGE = 500;

/** The bases whose home is a file, in the order of types and ids. */
export function* basesOfFile(sql: Sql, registry: Registry, target: Target, file: string): Generator<FileBase> {
  for (const { type, deleted } of homesIn(sql, registry, file)) {
    let after: string | undefined;
    for (;;) {
      const { from, parameters } = basesOf(target, { type, deleted, after });
      const page = sql.all(`SELECT r.id, b.line FROM ${from} ORDER BY r.id LIMIT ${PAGE}`, ...parameters);
      for (const [id, line] of page) yield { key: { type, id: (after = String(id)) }, raw: String(line) };
      if (page.length < PAGE) break;
    }
  }
}

/** A base by the bytes of its line. */
export interface BytesOfBase {
  readonly key: RecordKey;
  readonly bytes: Uint8Array;
}

/** A longer line is compared by itself, since many of them would be one huge value. */
const LONG_LINE_BYTES = 65_536;

/**
 * Goes through the bases whose home is a file, in the order of types and ids, as bytes that need not be decoded. SQLite compares those
 * that are in the file as they are, which most are. Of a database that keeps text as UTF-8.
 */
export class BaseCursor {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #target: Target;
  readonly #file: string;
  #homes: Iterator<Home> = [].values();
  #home: Home | undefined;
  #after: string | undefined;
  #before: RecordKey | undefined;

  constructor(sql: Sql, registry: Registry, target: Target, file: string) {
    this.#sql = sql;
    this.#registry = registry;
    this.#target = target;
    this.#file = file;
    this.goTo(undefined, undefined);
  }

  /** Goes to the first base after one record, and no further than the last one before another. */
  goTo(after: RecordKey | undefined, before: RecordKey | undefined): void {
    this.#homes = homesIn(this.#sql, this.#registry, this.#file);
    this.#before = before;
    this.#goHome();
    if (after === undefined) return;
    while (this.#home !== undefined && compareUtf8(this.#home.type, after.type) < 0) this.#goHome();
    if (this.#home?.type === after.type) this.#after = after.id;
  }

  /** Goes past so many bases, if these are their lines, with LF between them; gives the key of the last one then. */
  take(lines: Uint8Array, count: number): RecordKey | undefined {
    if (this.#home === undefined) return undefined;
    const { sql, parameters } = this.#next(this.#home, count);
    const short = `length(line) <= ${LONG_LINE_BYTES}`;
    // A line has no LF, so equal texts are of as many lines.
    const [last, isSame] =
      this.#sql.get(
        `SELECT max(id), CAST(group_concat(line, char(10)) FILTER (WHERE ${short}) AS BLOB) = ? FROM (${sql})`,
        lines,
        ...parameters,
      ) ?? [];
    if (isSame !== 1n) return undefined;
    this.#after = String(last);
    return { type: this.#home.type, id: this.#after };
  }

  /** Goes past at most so many bases, and gives them; none where no more are left. */
  next(most: number): readonly BytesOfBase[] {
    while (this.#home !== undefined) {
      const { type } = this.#home;
      const { sql, parameters } = this.#next(this.#home, most);
      const page = this.#sql.all(sql, ...parameters).flatMap(([id, line]): BytesOfBase[] => {
        return line instanceof Uint8Array ? [{ key: { type, id: String(id) }, bytes: line }] : [];
      });
      this.#after = page.at(-1)?.key.id;
      if (page.length > 0) return page;
      this.#goHome();
    }
    return [];
  }

  #goHome(): void {
    const next = this.#homes.next();
    const isBehind =
      next.done === true || (this.#before !== undefined && compareUtf8(next.value.type, this.#before.type) > 0);
    this.#home = isBehind ? undefined : next.value;
    this.#after = undefined;
  }

  #next(home: Home, count: number): { readonly sql: string; readonly parameters: readonly SqlValue[] } {
    const { from, parameters } = basesOf(this.#target, { ...home, after: this.#after });
    const before = this.#before?.type === home.type ? [this.#before.id] : [];
    const isBefore = before.length > 0 ? 'AND r.id < ?' : '';
    const sql = `SELECT r.id, CAST(b.line AS BLOB) AS line FROM ${from} ${isBefore} ORDER BY r.id LIMIT ?`;
    return { sql, parameters: [...parameters, ...before, count] };
  }
}

/** Of which records a file is the home: those of its type; of all types, where they are deleted. */
interface Home {
  readonly type: string;
  readonly deleted: 0 | 1;
}

function* homesIn(sql: Sql, registry: Registry, file: string): Generator<Home> {
  if (file !== registry.deletionsFile) {
    for (const { type } of registry.entities.filter((entity) => entity.file === file)) yield { type, deleted: 0 };
    return;
  }
  // Types that the registry does not name any more have tombstones too.
  for (let type = ''; ;) {
    const next = sql.get(`SELECT min(type) FROM scsync_records WHERE type > ?`, type)?.[0];
    if (typeof next !== 'string') return;
    yield { type: (type = next), deleted: 1 };
  }
}

/** The bases `b` of records `r` of a home, after an id; without one those of all ids, and an id may be empty. */
function basesOf(
  target: Target,
  { type, deleted, after }: Home & { readonly after: string | undefined },
): { readonly from: string; readonly parameters: readonly SqlValue[] } {
  return {
    from: `scsync_records r CROSS JOIN scsync_base b ON b.record = r.n AND b.target = ?
      WHERE r.type = ? AND r.id ${after === undefined ? '>=' : '>'} ? AND b.deleted = ${deleted} AND b.line <> ''`,
    parameters: [target.id, type, after ?? ''],
  };
}
