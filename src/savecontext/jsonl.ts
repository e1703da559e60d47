import { closeSync, constants, fstatSync, fsyncSync, readSync } from 'node:fs';

import { SyncError } from '../errors.js';
import { hashOfData } from '../record/content.js';
import { NOT_UTF8 } from '../record/limits.js';
import { ObjectError, dataOf, toObject } from '../record/object.js';
import type { RecordObject } from '../record/object.js';
import { formatStamp, latestStamp, parseStamp } from '../record/stamp.js';
import { entityOfType } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { RecordIn } from '../registry/record-of.js';
import { savecontext } from './registry.js';
import { atomicWrite, openPlain, writeAll } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { readLines } from '../files/line-reader.js';
import { LineError, parseLine } from '../format/parse.js';

const NEWLINE = 0x0a;

/**
 * Reads the records of a file, coordinates as portable paths, each so that writing it makes the same line again
 * (a line with `v` gives a record with `v` and all extension fields). Deletions and lines of unknown types are left out.
 * Throws `bad_input` with every problem as `line: what`, `io` when the file cannot be read.
 */
export function readJsonl<R extends Registry = typeof savecontext>(path: string, registry?: R): RecordIn<R>[] {
  const known: Registry = registry ?? savecontext;
  const records: RecordObject[] = [];
  const problems: string[] = [];
  for (const { text, number, invalidUtf8 } of readLines(path)) {
    if (text.trim() === '') continue;
    try {
      if (invalidUtf8 === true) throw new LineError([NOT_UTF8]);
      const version = parseLine(known, text, latestStamp(Date.now()));
      if (version.kind !== 'present') continue;
      const { content, stamp, form } = version;
      const record = toObject(content, form);
      const hash = hashOfData(dataOfRecord(record, known).data);
      records.push({ ...record, content_hash: hash, exported_at: formatStamp(stamp) });
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      problems.push(...error.problems.map((problem) => `${path}:${number}: ${problem}`));
    }
  }
  if (problems.length > 0) {
    throw new SyncError('bad_input', `Cannot read ${path}: some lines are wrong`, {
      details: problems,
      hint: 'correct these lines, or take the file from git again',
    });
  }
  return records as unknown as RecordIn<R>[];
}

/** Replaces a file by these records, one line each, in their order. The stamp is the record's `exported_at`, else now. */
export function writeJsonl<R extends Registry = typeof savecontext>(
  path: string,
  records: readonly RecordIn<R>[],
  registry?: R,
): void {
  atomicWrite(path, records.map((record) => `${lineOf(record, registry)}\n`).join(''));
}

const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

/** Adds one record to the end of a file, on a line of its own. */
export function appendJsonl<R extends Registry = typeof savecontext>(
  path: string,
  record: RecordIn<R>,
  registry?: R,
): void {
  const line = `${lineOf(record, registry)}\n`;
  withIoErrors(path, 'append to', () => {
    const fd = openPlain(path, APPEND);
    try {
      writeAll(fd, Buffer.from(endsInLine(fd) ? `\n${line}` : line));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** Whether the file's last line has no newline yet. */
function endsInLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = new Uint8Array(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}

/** The content hash of a record: SHA-256 of its data object in canonical form, lower-case hex. */
export function contentHash<R extends Registry = typeof savecontext>(record: RecordIn<R>, registry?: R): string {
  return hashOfData(dataOfRecord(record, registry).data);
}

/** Says whether a record differs from the one that had this hash. */
export function hasChanged<R extends Registry = typeof savecontext>(
  record: RecordIn<R>,
  hash: string | null | undefined,
  registry?: R,
): boolean {
  return hashOfData(dataOfRecord(record, registry).data) !== hash;
}

function lineOf(record: RecordObject, registry: Registry | undefined): string {
  const { entity, data } = dataOfRecord(record, registry);
  const { exported_at: exportedAt } = record;
  const stamp =
    typeof exportedAt === 'string' ? parseStamp(exportedAt) : exportedAt === undefined ? Date.now() : undefined;
  if (stamp === undefined)
    throw new SyncError('usage', `exported_at must be an RFC 3339 time, not ${JSON.stringify(exportedAt)}`);
  if (stamp > latestStamp(Date.now()))
    throw new SyncError('usage', `exported_at must be at most 100 years from now, not ${JSON.stringify(exportedAt)}`);
  return `{"type":"${entity.type}",${data},"content_hash":"${hashOfData(data)}","exported_at":"${formatStamp(stamp)}"}`;
}

function dataOfRecord(
  record: RecordObject,
  registry: Registry = savecontext,
): { readonly entity: Entity; readonly data: string } {
  const { type } = record;
  const entity = typeof type === 'string' ? entityOfType(registry, type) : undefined;
  if (entity === undefined) {
    const types = registry.entities.map(({ type }) => type).join(', ');
    throw new SyncError('usage', `The type ${JSON.stringify(type)} is unknown; the types are ${types}`);
  }
  try {
    return { entity, data: dataOf(entity, record) };
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    throw new SyncError('usage', `Cannot write the ${entity.type}: ${error.message}`, { details: error.problems });
  }
}
