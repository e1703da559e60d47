import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { acceptSettings } from '../../src/sync/accepted-settings.js';
import type { WaitingSettings } from '../../src/sync/accepted-settings.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import type { ExporterOptions, ExportOptions } from '../../src/sync/export/exporter.js';
import type { ExportStats } from '../../src/sync/export/stats.js';
import { Importer } from '../../src/sync/import/importer.js';
import type { ImporterOptions } from '../../src/sync/import/importer.js';
import type { ImportStats, Notable } from '../../src/sync/import/stats.js';
import type { Registry } from '../../src/registry/entity.js';
import { getSyncStatus } from '../../src/sync/status.js';
import type { SyncStatus } from '../../src/sync/status.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import type { SqlRow, SqlValue } from '../../src/store/database.js';
import { Sql } from '../../src/store/sql.js';
import { foldLog } from '../../src/store/knowledge/change-log.js';
import type { savecontext } from '../../src/savecontext/registry.js';
import { Store } from '../../src/savecontext/store.js';
import type { TextEncoding } from '../../src/store/text-encoding.js';
import { copyEmptyDatabase } from '../empty-database.js';
import { temporaryFolder } from '../files/temporary-folder.js';

export { thrownBy } from '../files/thrown.js';
export { temporaryFolder };

/** Where the data of the reference program lies. */
export const FIXTURES = fileURLToPath(new URL('../fixtures/reference/', import.meta.url));
/** The project of that data. */
export const ATLAS = '/projects/atlas';

/** A time long before every clock of a test. */
export const T0 = 1_700_000_000_000;

type SaveContext = typeof savecontext;

/** The files of a directory: names and texts. */
export type Files = Readonly<Record<string, string>>;

interface ReplicaOptions {
  /** A database of the fixtures to begin with. */
  readonly fixture?: string;
  readonly registry?: Registry;
  /** How a new database keeps its text; UTF-8 by default. */
  readonly encoding?: TextEncoding;
  /** The project's path in the database; the replica's folder by default. */
  readonly project?: string;
  /** Keep the trigger of the reference program that sets a session's time to now; without it nothing depends on the time. */
  readonly keepsTrigger?: true;
}

/** One clone: a project folder with its files, and a database, on which a second connection stands for other programs. */
export class Replica {
  readonly folder: string;
  readonly project: string;
  readonly dir: string;
  readonly path: string;
  readonly store: Store;
  /** Another program's connection, with foreign keys as that program would have them. */
  readonly other: Sql;
  clock = 2_000_000_000_000;

  constructor(options: ReplicaOptions = {}) {
    this.folder = temporaryFolder();
    this.project = options.project ?? this.folder;
    this.dir = join(this.folder, '.savecontext');
    this.path = join(this.folder, 'db', 'savecontext.db');
    mkdirSync(this.dir);
    mkdirSync(join(this.folder, 'db'));
    if (options.fixture !== undefined) cpSync(join(FIXTURES, options.fixture), this.path);
    else if (options.encoding !== undefined) makeEmpty(this.path, options.encoding);
    else if (options.registry === undefined) copyEmptyDatabase(this.path);
    const { registry } = options;
    this.store = Store.open(this.path, { create: true, ...(registry && { registry: registry as SaveContext }) });
    this.other = this.connection();
    if (options.fixture === undefined && options.keepsTrigger !== true) {
      this.run('DROP TRIGGER IF EXISTS update_session_timestamp');
    }
    onTestFinished(() => {
      this.store.close();
    });
  }

  /** One more connection to the database. */
  connection(): Sql {
    const sql = new Sql(openDriver(this.path));
    sql.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
    onTestFinished(() => {
      sql.close();
    });
    return sql;
  }

  /** Statements of another program. `:project` stands for the project's path. */
  run(sql: string): void {
    this.other.exec(sql.replaceAll(':project', `'${this.project}'`));
  }

  rows(sql: string, ...parameters: SqlValue[]): SqlRow[] {
    return this.other.all(sql.replaceAll(':project', `'${this.project}'`), ...parameters);
  }

  /** The first column of the first row. */
  value(sql: string, ...parameters: SqlValue[]): SqlValue | undefined {
    return this.rows(sql, ...parameters)[0]?.[0];
  }

  exporter(options: Partial<ExporterOptions> = {}): Exporter<SaveContext> {
    const now = (): number => (this.clock += 1000);
    return new Exporter(this.store, { projectPath: this.project, dir: this.dir, actor: 'tester', now, ...options });
  }

  /** Exports, and expects that nothing is refused. */
  export(options: ExportOptions = {}): ExportStats<SaveContext> {
    const stats = this.exporter().export(options);
    expect(stats.refused).toEqual([]);
    return stats;
  }

  import(options: ImporterOptions = {}): ImportStats<SaveContext> {
    const now = (): number => (this.clock += 1000);
    return new Importer(this.store, { projectPath: this.project, actor: 'tester', now, ...options }).importAll(
      this.dir,
    );
  }

  status(): SyncStatus<SaveContext> {
    return getSyncStatus(this.store, { projectPath: this.project, dir: this.dir });
  }

  /** Works out what was written since the last verb. */
  fold(): void {
    foldLog(this.store.sql, this.store.registry);
  }

  /** The records that an export would look at, by type. */
  pending(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(this.status().entities).flatMap(([type, { pendingExport }]) =>
        type !== 'total' && pendingExport > 0 ? [[type, pendingExport]] : [],
      ),
    );
  }

  files(): Files {
    return filesOf(this.dir);
  }

  lines(name: string): string[] {
    return (this.files()[name] ?? '').split('\n').filter((line) => line !== '');
  }

  /** The record that a line of a file holds. */
  record(name: string, id: string): Readonly<Record<string, unknown>> | undefined {
    return this.lines(name)
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .find((record) => record['id'] === id || record['entity_id'] === id);
  }

  /** Deletions as the file has them, `type/id`. */
  deletions(): string[] {
    return this.lines('deletions.jsonl').map((line) => {
      const record = JSON.parse(line) as Readonly<Record<string, string>>;
      return `${record['entity_type'] ?? ''}/${record['entity_id'] ?? ''}`;
    });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.dir, name), text);
  }

  removeFile(name: string): void {
    rmSync(join(this.dir, name));
  }

  edit(name: string, change: (text: string) => string): void {
    this.write(name, change(readFileSync(join(this.dir, name), 'utf8')));
  }

  /** Makes the files exactly those of another replica, as a pull of a branch without conflict does. */
  pull(from: Replica | Files): void {
    const files = from instanceof Replica ? from.files() : from;
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** Accepts `sync.json` as it is. */
  accept(): WaitingSettings {
    return acceptSettings(this.store, { projectPath: this.project, dir: this.dir });
  }

  setPaths(paths: 'portable' | 'absolute'): void {
    this.write('sync.json', JSON.stringify({ paths }));
  }
}

/** A database without tables that keeps its text in an encoding. */
function makeEmpty(path: string, encoding: TextEncoding): void {
  const sql = new Sql(openDriver(path));
  sql.exec(`PRAGMA encoding = '${encoding}'; CREATE TABLE first (x); DROP TABLE first`);
  sql.close();
}

/** The texts of all JSONL files of a directory. */
export function filesOf(dir: string): Files {
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.jsonl')) : [];
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

/** All files of a directory but the lock: bytes, modification time and inode. */
export function snapshot(dir: string): Readonly<Record<string, string>> {
  const names = readdirSync(dir).filter((name) => !name.startsWith('.sync.lock'));
  return Object.fromEntries(
    names.map((name) => {
      const path = join(dir, name);
      const { mtimeNs, ino } = statSync(path, { bigint: true });
      const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [name, `${hash} ${mtimeNs} ${ino}`];
    }),
  );
}

/** Gives every file some modification time. */
export function touch(dir: string, time: (index: number) => number): void {
  for (const [index, name] of readdirSync(dir).entries()) utimesSync(join(dir, name), time(index), time(index));
}

/** Every row of every table of the database, ours left out. */
export function dump(sql: Sql, pattern = /^(?!scsync_)/): Readonly<Record<string, readonly string[]>> {
  const tables = sql
    .all(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
    .map(([name]) => String(name));
  return Object.fromEntries(
    tables
      .filter((table) => pattern.test(table))
      .map((table) => {
        const columns = sql.all(`SELECT name FROM pragma_table_info('${table}')`).map(([name]) => String(name));
        const exact = columns.map((column) => `typeof("${column}") || ' ' || quote("${column}") || hex("${column}")`);
        return [
          table,
          sql
            .all(`SELECT ${exact.join(', ')} FROM "${table}"`)
            .map((row) => row.join(' | '))
            .sort(),
        ];
      }),
  );
}

/** Lines without their stamps: what stays equal where two exports happened at different times. */
export function withoutStamps(files: Files): Files {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      text
        .replaceAll(/"exported_at":"[^"]*"/g, '"exported_at":""')
        .replaceAll(/"deleted_at":"[^"]*"/g, '"deleted_at":""'),
    ]),
  );
}

/** What an import named, as `what type/id`. */
export function named(stats: ImportStats, what?: Notable): string[] {
  return stats.notices
    .filter((notice) => what === undefined || notice.what === what)
    .map(({ what: kind, type, id }) => `${kind} ${type}/${id}`);
}

/** Brings two replicas together through their files, as two people who pull and push in turn. */
export function exchange(...replicas: readonly Replica[]): void {
  for (let round = 0; round < 2; round++) {
    for (const replica of replicas) {
      const [before] = replicas.filter((other) => other !== replica);
      if (before !== undefined) replica.pull(before);
      replica.import();
      replica.export();
    }
  }
}
