import { join } from 'node:path';

import { fileExists, fileIdentity } from '../../files/file.js';
import { fileNames, fileOfType, keyReader } from '../../format/line-key.js';
import type { LineKey } from '../../format/line-key.js';
import { digestFile } from '../../files/file-bytes.js';
import { readStretches } from '../../files/read-stretches.js';
import type { FileDigest } from '../../files/stretches.js';
import { LineCursor } from '../../files/line-cursor.js';
import { readLines } from '../../files/line-reader.js';
import type { TextLine } from '../../files/line-reader.js';
import { keyOfLine, scanFile } from '../../files/scan-file.js';
import type { FileScan } from '../../files/scan-file.js';
import { latestStamp } from '../../record/stamp.js';
import type { FileVersion } from '../../record/version.js';
import type { Registry } from '../../registry/entity.js';
import { inFileOrder } from '../../store/file-order.js';
import { settledFile } from '../../store/knowledge/settled-files.js';
import type { Target } from '../../store/knowledge/target.js';
import type { Sql } from '../../store/sql.js';
import { replaceableVersion } from '../../store/versions.js';
import type { TailLine } from './line-file.js';
import { walkLines, walkStretches } from './old-walk.js';
import type { OldLines, OldWalk } from './old-walk.js';

/**
 * The files of a directory as the next export finds them, in the order of their keys.
 *
 * Files in canonical form are streamed. Where one is not (unsorted, CRLF, duplicates, a record in another
 * type's file), all are laid out in a temporary table first, so that memory does not grow with them.
 */
export class OldFiles {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #target: Target;
  readonly #read: (raw: string) => FileVersion | undefined;
  readonly #scans = new Map<string, FileScan>();
  readonly #states = new Map<string, string>();
  /** Files of records that are as they were agreed on: they are in canonical form, and every line is a record's. */
  readonly #settled = new Map<string, FileDigest>();
  /** True when the lines of a file may lie anywhere, so that every file is rewritten whole. */
  readonly laidOut: boolean;

  /** `wanted` are the files that the export may change, `now` its clock. */
  constructor(sql: Sql, registry: Registry, target: Target, wanted: readonly string[], now: number) {
    this.#sql = sql;
    this.#registry = registry;
    this.#target = target;
    this.#read = (raw) => replaceableVersion(sql, registry, raw, latestStamp(now));
    this.#scan(wanted);
    this.laidOut = wanted.some((name) => this.#scans.get(name)?.canonical === false);
    if (!this.laidOut) return;
    this.#scan(fileNames(registry).filter((name) => !wanted.includes(name)));
    this.#layOut();
  }

  /** The files that were looked for. */
  names(): Iterable<string> {
    return this.#scans.keys();
  }

  /** The hash of a file's bytes as it was found; undefined for a file that is not there, or was not asked for. */
  hashOf(name: string): string | undefined {
    return this.#scans.get(name)?.digest?.hash;
  }

  /** False once somebody wrote one of the files that were read, git for example, which knows no lock of ours. */
  areUnchanged(): boolean {
    return [...this.#states].every(([name, state]) => fileIdentity(join(this.#target.dir, name)) === state);
  }

  /** A walk through the records' lines of a file. */
  walk(name: string): OldWalk {
    const settled = this.#settled.get(name);
    if (this.laidOut || settled === undefined) return walkLines(this.lines(name));
    return walkStretches(readStretches(join(this.#target.dir, name), settled), keyReader(this.#registry, name));
  }

  /** The records' lines of a file in the order of their keys. */
  *lines(name: string): Generator<OldLines> {
    if (this.laidOut) {
      yield* inFileOrder(this.#sql, this.#laidOutLines(name), ({ key }) => key);
      return;
    }
    const keyOf = keyReader(this.#registry, name);
    for (const { text } of this.#linesOf(name)) {
      const key = keyOf(text);
      if (key === undefined) return;
      yield { key, raws: [text] };
    }
  }

  /** The other lines of a file in their old order. */
  *tail(name: string): Generator<TailLine> {
    if (!this.laidOut && this.#scans.get(name)?.hasTail === false) return;
    const keyOf = this.#keyReader(name);
    for (const line of this.#linesOf(name)) {
      if (line.text.trim() === '' || keyOfLine(this.#read, keyOf, line) !== undefined) continue;
      yield line.bytes ?? line.text;
    }
  }

  #scan(names: readonly string[]): void {
    for (const name of names) {
      const path = join(this.#target.dir, name);
      this.#states.set(name, fileIdentity(path));
      const digest = this.#settledDigest(name, path);
      if (digest !== undefined) this.#settled.set(name, digest);
      this.#scans.set(
        name,
        digest === undefined ? scanFile(this.#registry, path, name) : { canonical: true, hasTail: false, digest },
      );
    }
  }

  /** What a file of records is that is as it was agreed on. A line of it begins as all do; another registry may begin them otherwise. */
  #settledDigest(name: string, path: string): FileDigest | undefined {
    const settled = settledFile(this.#sql, this.#target, name);
    if (settled === undefined || name === this.#registry.deletionsFile) return undefined;
    if (digestFile(path, settled)?.hash !== settled.hash) return undefined;
    const first = firstLine(path);
    return first !== undefined && keyReader(this.#registry, name)(first) !== undefined ? settled : undefined;
  }

  *#linesOf(name: string): Generator<TextLine> {
    const path = join(this.#target.dir, name);
    if (fileExists(path)) yield* readLines(path);
  }

  /** A line that only begins like a record's is none: where lines are laid out anyway, each is read to its end. */
  #keyReader(name: string): (raw: string) => LineKey | undefined {
    return this.laidOut ? () => undefined : keyReader(this.#registry, name);
  }

  #layOut(): void {
    this.#sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_old (file TEXT, type TEXT, id TEXT, raw TEXT)`);
    this.#sql.exec(`CREATE INDEX IF NOT EXISTS temp.scsync_old_key ON scsync_old (file, type, id)`);
    this.#sql.run(`DELETE FROM temp.scsync_old`);
    for (const name of fileNames(this.#registry)) {
      const keyOf = this.#keyReader(name);
      for (const line of this.#linesOf(name)) {
        const key = keyOfLine(this.#read, keyOf, line);
        if (key === undefined) continue;
        const file = key.deleted ? this.#registry.deletionsFile : fileOfType(this.#registry, key.type);
        this.#sql.run(`INSERT INTO temp.scsync_old VALUES (?, ?, ?, ?)`, file, key.type, key.id, line.text);
      }
    }
  }

  *#laidOutLines(name: string): Generator<OldLines> {
    let after: LineKey = { type: '', id: '' };
    for (;;) {
      const keys = this.#sql.all(
        `SELECT DISTINCT type, id FROM temp.scsync_old WHERE file = ? AND (type, id) > (?, ?) ORDER BY type, id LIMIT 500`,
        name,
        after.type,
        after.id,
      );
      for (const [type, id] of keys) {
        after = { type: String(type), id: String(id) };
        const rows = this.#sql.all(
          `SELECT raw FROM temp.scsync_old WHERE file = ? AND type = ? AND id = ? ORDER BY rowid`,
          name,
          after.type,
          after.id,
        );
        yield { key: after, raws: rows.map(([raw]) => String(raw)) };
      }
      if (keys.length === 0) return;
    }
  }
}

function firstLine(path: string): string | undefined {
  const cursor = new LineCursor(path);
  try {
    const line = cursor.peek();
    return line === 'irregular' ? undefined : line?.text;
  } finally {
    cursor.close();
  }
}
