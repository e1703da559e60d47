import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { Exporter } from '../../src/sync/export/exporter.js';
import type { ExporterOptions, ExportOptions } from '../../src/sync/export/exporter.js';
import type { ExportStats } from '../../src/sync/export/stats.js';
import { Importer } from '../../src/sync/import/importer.js';
import type { ImporterOptions } from '../../src/sync/import/importer.js';
import type { ImportStats } from '../../src/sync/import/stats.js';
import type { SqlValue } from '../../src/store/database.js';
import { withFoldedLog } from '../../src/store/knowledge/change-log.js';
import type { savecontext } from '../../src/savecontext/registry.js';
import { Store } from '../../src/savecontext/store.js';
import { sync } from '../../src/sync/sync.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { copyEmptyDatabase } from '../empty-database.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** A database with one project and its export directory, all in a folder of their own. */
export interface World {
  readonly folder: string;
  readonly database: string;
  readonly project: string;
  readonly dir: string;
  readonly store: Store;
  readonly insert: (table: string, values: Readonly<Record<string, SqlValue>>) => void;
  readonly export: (options?: ExportOptions, others?: Partial<ExporterOptions>) => ExportStats<typeof savecontext>;
  readonly import: (options?: Partial<ImporterOptions>) => ImportStats<typeof savecontext>;
  readonly sync: (options?: Partial<ExporterOptions>) => SyncOutcome<typeof savecontext>;
  /** Writes a file of the export directory. */
  readonly write: (name: string, content: string | Uint8Array) => void;
  readonly read: (name: string) => string;
  /** Closes the database, at the end of the test if not before. */
  readonly close: () => void;
}

export function makeWorld(folder: string = temporaryFolder()): World {
  const database = join(folder, 'data.db');
  const project = join(folder, 'project');
  const dir = join(project, '.savecontext');
  mkdirSync(project, { recursive: true });
  if (!existsSync(database)) copyEmptyDatabase(database);
  const store = Store.open(database, { create: true });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) store.close();
    isOpen = false;
  };
  onTestFinished(close);
  return {
    close,
    folder,
    database,
    project,
    dir,
    store,
    insert: (table, values) => {
      const names = Object.keys(values);
      const places = names.map(() => '?').join(', ');
      store.sql.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`, ...Object.values(values));
    },
    export: (options, others) => new Exporter(store, { projectPath: project, dir, ...others }).export(options),
    import: (options) => new Importer(store, { projectPath: project, ...options }).importAll(dir),
    sync: (options) => sync(store, { projectPath: project, dir, ...options }),
    write: (name, content) => {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, name), content);
    },
    read: (name) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8') : ''),
  };
}

const TIMES = { created_at: 1000, updated_at: 1000 };

/** Adds rows with the least that their tables need. */
export const add = {
  session: ({ insert, project }: World, id: string, values: Readonly<Record<string, SqlValue>> = {}): void => {
    insert('sessions', { id, name: `session ${id}`, project_path: project, ...TIMES, ...values });
  },
  issue: ({ insert, project }: World, id: string, values: Readonly<Record<string, SqlValue>> = {}): void => {
    insert('issues', { id, title: `issue ${id}`, project_path: project, ...TIMES, ...values });
  },
  item: ({ insert }: World, id: string, values: Readonly<Record<string, SqlValue>> = {}): void => {
    insert('context_items', { id, session_id: 's1', key: `key ${id}`, value: `value ${id}`, ...TIMES, ...values });
  },
  memory: ({ insert, project }: World, id: string, values: Readonly<Record<string, SqlValue>> = {}): void => {
    insert('project_memory', { id, project_path: project, key: `key ${id}`, value: 'v', ...TIMES, ...values });
  },
  time: ({ insert, project }: World, id: string, values: Readonly<Record<string, SqlValue>> = {}): void => {
    const own = { hours: 1.5, description: 'work', work_date: '2026-01-01' };
    insert('time_entries', { id, project_path: project, ...own, ...TIMES, ...values });
  },
};

/** Everything in a database, table by table, as one text; those that SQLite keeps for itself too. A log says the same folded or not. */
export function dump({ sql, registry }: Store): string {
  return withFoldedLog(sql, registry, () => {
    const schema = sql.all(`SELECT type, name, sql FROM sqlite_master ORDER BY type, name`);
    const tables = schema.filter(([type]) => type === 'table').map(([, name]) => String(name));
    const content = tables.map((table) => {
      const columns = sql
        .all(`SELECT name FROM pragma_table_info(?)`, table)
        .map(([name]) => `quote("${String(name)}")`);
      return [table, ...sql.all(`SELECT ${columns.join(" || ',' || ")} FROM "${table}" ORDER BY 1`).map(String)];
    });
    return [...schema.map(String), ...content.flat()].join('\n');
  });
}

/** The bytes of every file in a folder and below, by path; locks have none. */
export function filesIn(dir: string): Readonly<Record<string, string>> {
  if (!existsSync(dir) || !statSync(dir).isDirectory()) return {};
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(dir.length + 1), readFileSync(path).toString('latin1')]),
  );
}

/** The synced files of a directory. */
export function synced(dir: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(filesIn(dir)).filter(([name]) => /^[a-z_]+\.jsonl$/.test(name)));
}

/** Names of temporary files in a directory. */
export function temporaryFiles(dir: string): readonly string[] {
  return Object.keys(filesIn(dir)).filter((name) => name.endsWith('.tmp'));
}

const CORE: Readonly<Record<string, object>> = {
  session: { name: 'n', description: null, branch: null, channel: 'general', project_path: '.', status: 'active' },
  issue: { short_id: null, project_path: '.', title: 't', description: null, details: null, status: 'open' },
  context_item: { session_id: 's1', key: 'k', value: 'v', category: 'note', priority: 'normal', channel: 'general' },
  memory: { project_path: '.', key: 'k', value: 'v', category: 'command' },
  checkpoint: { session_id: 's1', name: 'n', description: null, git_status: null, git_branch: null },
  plan: { short_id: null, project_id: '.', project_path: '.', title: 't', content: null, status: 'draft' },
  time_entry: { short_id: null, project_path: '.', issue_id: null, period: null, hours: 1.5, description: 'd' },
};
const REST: Readonly<Record<string, object>> = {
  session: { ended_at: null, ...TIMES },
  issue: {
    ...{ priority: 2, issue_type: 'task', plan_id: null, created_by_agent: null, assigned_to_agent: null },
    ...{ ...TIMES, closed_at: null },
  },
  context_item: { tags: '[]', size: 1, ...TIMES },
  memory: TIMES,
  checkpoint: { created_at: 1000, item_count: 0 },
  plan: {
    ...{ success_criteria: null, session_id: null, created_in_session: null, completed_in_session: null },
    ...{ source_path: null, source_hash: null, ...TIMES, completed_at: null },
  },
  time_entry: { work_date: '2026-01-01', status: 'logged', actor: null, ...TIMES },
};

export const STAMP = '2026-01-01T00:00:00.000Z';

/** A line as the package writes it; fields that are no core fields stand after `v`. */
export function line(type: string, id: string, fields: object = {}, stamp: string = STAMP): string {
  const core = { id, ...CORE[type], ...REST[type] };
  const data = { ...core, ...Object.fromEntries(Object.entries(fields).filter(([name]) => name in core)), v: 1 };
  const json = JSON.stringify({ ...data, ...fields });
  const hash = createHash('sha256').update(json).digest('hex');
  return `{"type":"${type}",${json.slice(1, -1)},"content_hash":"${hash}","exported_at":"${stamp}"}`;
}

/** A line of the file of deletions. */
export function deletion(type: string, id: string, at: string = STAMP): string {
  return JSON.stringify({ entity_type: type, entity_id: id, project_path: '.', deleted_at: at, deleted_by: 'ann' });
}

/** The content of a file with these lines. */
export function file(...lines: readonly string[]): string {
  return lines.map((one) => `${one}\n`).join('');
}
