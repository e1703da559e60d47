import { join } from 'node:path';

import type { SyncErrorCode } from '../../errors.js';
import { isConflictMarker } from '../../merge/conflict-marker.js';
import { fileExists, fileIdentity } from '../../files/file.js';
import { digestFile } from '../../files/file-bytes.js';
import { gapsOf } from '../../files/stretches.js';
import type { FileDigest, Gap } from '../../files/stretches.js';
import { compareKeys, fileNames, fileOfType, keyReader } from '../../format/line-key.js';
import type { LineKey } from '../../format/line-key.js';
import { compareBytes } from './compare-bytes.js';
import { LineCursor } from '../../files/line-cursor.js';
import { readLines } from '../../files/line-reader.js';
import type { TextLine } from '../../files/line-reader.js';
import { LineError, parseLine } from '../../format/parse.js';
import { scanFile } from '../../files/scan-file.js';
import { NOT_UTF8 } from '../../record/limits.js';
import { mergeJoin } from '../../record/merge-join.js';
import type { FileVersion } from '../../record/version.js';
import type { Registry } from '../../registry/entity.js';
import { CONFLICTS_FILE } from '../../registry/names.js';
import { BaseCursor, basesOfFile, hasBase } from '../../store/knowledge/base.js';
import { settledFile } from '../../store/knowledge/settled-files.js';
import { inFileOrder } from '../../store/file-order.js';
import type { Sql } from '../../store/sql.js';
import type { Target } from '../../store/knowledge/target.js';

/** What is asked of the first pass over the files. */
export interface CollectOptions {
  readonly dir: string;
  /** The files to read; undefined for all of the registry. */
  readonly only: readonly string[] | undefined;
  /** The latest stamp that counts. */
  readonly latest: number;
  /** Says whether a record is looked at even where its line is the base. */
  readonly isForced: (key: LineKey) => boolean;
  /** True when {@link CollectOptions.isForced} can be, so that unchanged files are read too. */
  readonly forces: boolean;
}

/** A line that cannot be read. */
export interface SkippedLine {
  readonly key: LineKey | undefined;
  readonly code: SyncErrorCode;
  /** `file:line: what, and what was expected`. */
  readonly problem: string;
  /** The file, where it ends in that line without a newline, as one that was not written to its end. */
  readonly cutFile?: string | undefined;
}

/** A file that was read. */
export interface ReadFile {
  /** What its bytes are; null where it is missing. */
  readonly digest: FileDigest | null;
  /** Which file it was, before it was read: git may write it at any time. */
  readonly identity: string;
}

/** What the first pass found. */
export interface CollectedChanges {
  /** The files that were read. */
  readonly files: ReadonlyMap<string, ReadFile>;
  /** Files that cannot be settled: not in canonical form, or with lines that are no record's. */
  readonly unsettled: ReadonlySet<string>;
  readonly skipped: SkippedLine[];
  /** Lines of unknown types, by type. */
  readonly unknown: ReadonlyMap<string, number>;
}

/**
 * The first pass of an import: reads the files that changed since the last agreement, and lays out what is to be decided in
 * the temporary table `scsync_staged`: the lines that are not the base of their record. Where the base itself stands in the files
 * no more, the row says so (`gone`); where no line has taken its place, the row has none.
 */
export function collectChanges(
  sql: Sql,
  registry: Registry,
  target: Target,
  options: CollectOptions,
): CollectedChanges {
  makeTables(sql);
  const collector = new Collector(sql, registry, target, options);
  for (const name of options.only ?? [...fileNames(registry), CONFLICTS_FILE]) collector.read(name);
  return collector.finish();
}

function makeTables(sql: Sql): void {
  sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_staged (
    type TEXT NOT NULL, id TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL, raw TEXT, gone INTEGER NOT NULL)`);
  sql.exec(`CREATE INDEX IF NOT EXISTS temp.scsync_staged_key ON scsync_staged (type, id)`);
  sql.exec(`DELETE FROM temp.scsync_staged`);
}

class Collector {
  readonly #sql: Sql;
  readonly #registry: Registry;
  readonly #target: Target;
  readonly #options: CollectOptions;
  readonly #files = new Map<string, ReadFile>();
  readonly #irregular = new Set<string>();
  readonly #unsettled = new Set<string>();
  readonly #skipped: SkippedLine[] = [];
  readonly #unknown = new Map<string, number>();

  constructor(sql: Sql, registry: Registry, target: Target, options: CollectOptions) {
    this.#sql = sql;
    this.#registry = registry;
    this.#target = target;
    this.#options = options;
  }

  read(name: string): void {
    const path = join(this.#options.dir, name);
    const settled = settledFile(this.#sql, this.#target, name);
    const identity = fileIdentity(path);
    const digest = digestFile(path, settled);
    if (digest === null && !hasBase(this.#sql, this.#registry, this.#target, name)) return;
    const isSettled = digest !== null && digest.hash === settled?.hash;
    if (isSettled && !this.#options.forces) return;
    this.#files.set(name, { digest, identity });
    // It has no records: the journal takes its lines.
    if (name === CONFLICTS_FILE) return;
    if (digest !== null && this.#compareBytes(name, gapsOf(settled, digest))) return;
    const { canonical } = scanFile(this.#registry, path, name);
    if (canonical) {
      this.#compareWithBase(name);
    } else {
      this.#irregular.add(name);
      this.#unsettled.add(name);
      for (const line of this.#lines(name)) this.#stage(name, line);
    }
  }

  finish(): CollectedChanges {
    if (this.#irregular.size > 0) this.#findAbsent();
    return { files: this.#files, unsettled: this.#unsettled, skipped: this.#skipped, unknown: this.#unknown };
  }

  #compareWithBase(name: string): void {
    const keyOf = keyReader(this.#registry, name);
    const lines = function* (this: Collector): Generator<{ key: LineKey; line: TextLine }> {
      for (const line of this.#lines(name)) {
        const key = line.invalidUtf8 === true ? undefined : keyOf(line.text);
        if (key === undefined) this.#stage(name, line);
        else yield { key, line };
      }
    }.call(this);
    const bases = inFileOrder(this.#sql, basesOfFile(this.#sql, this.#registry, this.#target, name), ({ key }) => key);
    for (const [found, base] of mergeJoin(lines, bases, (line, entry) => compareKeys(line.key, entry.key))) {
      const isBase = found !== undefined && found.line.text === base?.raw;
      if (found === undefined) {
        this.#insert(base.key, name, 0, null, true);
      } else if (!isBase || this.#options.isForced(found.key)) {
        this.#stage(name, found.line, found.key, base !== undefined && !isBase);
      }
    }
  }

  /** Says false, and takes all back, where somebody must look at each line. */
  #compareBytes(name: string, gaps: readonly Gap[]): boolean {
    if (this.#options.forces || this.#sql.encoding !== 'UTF-8') return false;
    const bases = new BaseCursor(this.#sql, this.#registry, this.#target, name);
    const cursor = new LineCursor(join(this.#options.dir, name));
    try {
      const isDone = compareBytes(cursor, bases, keyReader(this.#registry, name), gaps, (found) => {
        const { key, line, hadBase } = found;
        this.#insert(key, name, line?.number ?? 0, line?.text ?? null, hadBase);
      });
      if (!isDone) this.#sql.run(`DELETE FROM temp.scsync_staged WHERE file = ?`, name);
      return isDone;
    } finally {
      cursor.close();
    }
  }

  *#lines(name: string): Generator<TextLine> {
    const path = join(this.#options.dir, name);
    if (fileExists(path)) yield* readLines(path);
  }

  /** Lays a line out; one that does not begin as lines of its file do is read first, to know whose it is. */
  #stage(name: string, line: TextLine, known?: LineKey, isGone = false): void {
    if (line.text.trim() === '') return;
    const key = known ?? this.#keyOf(name, line);
    if (key === undefined) {
      this.#unsettled.add(name);
      return;
    }
    this.#insert(key, name, line.number, line.text, isGone);
  }

  #insert({ type, id }: LineKey, name: string, line: number, raw: string | null, isGone: boolean): void {
    const row = [type, id, name, line, raw, isGone ? 1 : 0];
    this.#sql.insertSoon(`temp.scsync_staged (type, id, file, line, raw, gone)`, row);
  }

  #keyOf(name: string, line: TextLine): LineKey | undefined {
    const version = this.#parse(name, line);
    if (version === undefined) return undefined;
    const home = version.kind === 'deleted' ? this.#registry.deletionsFile : fileOfType(this.#registry, version.type);
    if (home !== name) this.#unsettled.add(name);
    return version;
  }

  #parse(name: string, line: TextLine): FileVersion | undefined {
    if (line.invalidUtf8 === true) {
      this.#skip(name, line, [NOT_UTF8], 'bad_input');
      return undefined;
    }
    if (isConflictMarker(line.text)) {
      const problem = `the conflict marker ${JSON.stringify(line.text.slice(0, 40))} stands here`;
      this.#skip(name, line, [problem], 'conflict_markers');
      return undefined;
    }
    try {
      const parsed = parseLine(this.#registry, line.text, this.#options.latest);
      if (parsed.kind !== 'unknown') return parsed;
      this.#unknown.set(parsed.type, (this.#unknown.get(parsed.type) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#skip(name, line, error.problems, error.code);
    }
    return undefined;
  }

  #skip(name: string, line: TextLine, problems: readonly string[], code: SyncErrorCode): void {
    const key = keyReader(this.#registry, name)(line.text);
    const cutFile = line.ending === '' ? name : undefined;
    for (const problem of problems) {
      this.#skipped.push({ key, code, problem: `${name}:${line.number}: ${problem}`, cutFile });
    }
  }

  /** A base that stands in any file that was read is there, wherever it belongs. */
  #findAbsent(): void {
    for (const name of this.#irregular) {
      for (const { key } of basesOfFile(this.#sql, this.#registry, this.#target, name))
        this.#insert(key, name, 0, null, true);
    }
    this.#sql.run(
      `UPDATE temp.scsync_staged SET gone = 0 WHERE gone = 1 AND EXISTS (
         SELECT 1 FROM scsync_records r JOIN scsync_base b ON b.record = r.n AND b.target = ?
         JOIN temp.scsync_staged s ON s.type = r.type AND s.id = r.id AND s.raw = b.line
         WHERE r.type = scsync_staged.type AND r.id = scsync_staged.id)`,
      this.#target.id,
    );
    this.#sql.run(`DELETE FROM temp.scsync_staged WHERE raw IS NULL AND gone = 0`);
  }
}
