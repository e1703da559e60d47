import { join } from 'node:path';

import { describeWaiting, listWaitingSettings, settingsInForce } from './accepted-settings.js';
import { exportDirectory, resolvePath } from '../files/directory.js';
import { SyncError } from '../errors.js';
import type { SyncErrorCode } from '../errors.js';
import { isSetOtherwise } from './export/set-otherwise.js';
import type { ExportFileInfo } from './export/stats.js';
import { planImportAll } from './import/importer.js';
import type { Notice } from './import/stats.js';
import { countLines } from '../files/file-bytes.js';
import { fileExists, fileSize } from '../files/file.js';
import { fileNames } from '../format/line-key.js';
import type { Registry } from '../registry/entity.js';
import { project as projectSql } from '../store/knowledge/triggers.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { Rows } from '../store/rows.js';
import { privacyTest } from './privacy.js';
import { conflictsDigest, planConflicts } from './shared-conflicts.js';
import { Tally } from './stats.js';
import type { ByEntity } from './stats.js';
import type { SyncStore } from '../store/store.js';
import { plannedTarget } from '../store/knowledge/target.js';
import type { Target } from '../store/knowledge/target.js';
import { withFoldedLog } from '../store/knowledge/change-log.js';
import { countEntries } from '../store/knowledge/journal.js';
import { countTombstones } from '../store/knowledge/tombstones.js';
import { countChanged } from '../store/knowledge/changes.js';
import { sqlName } from '../store/sql-name.js';
import { rowsOf } from '../store/row-source.js';

/** Where one entity stands. */
export interface EntityStatus extends Readonly<Record<string, number>> {
  readonly rows: number;
  /** Records that changed since the files last had them. */
  readonly pendingExport: number;
  /** Records of which the files have something new. */
  readonly pendingImport: number;
  /** Values in the journal. */
  readonly conflicts: number;
  readonly orphans: number;
}

/** Where a project and its files stand. */
export interface SyncStatus<R extends Registry = Registry> {
  readonly project: string;
  readonly dir: string;
  /** Keyed by type tag, with totals beside. */
  readonly entities: ByEntity<EntityStatus, R>;
  readonly files: readonly ExportFileInfo[];
  /** Deletions that the database remembers for the project. */
  readonly tombstones: number;
  /** Values that lost: how many the next export shares, or says were taken or dropped; how many the files have that are new here. */
  readonly sharedConflicts: { readonly pendingExport: number; readonly pendingImport: number };
  /** True when the project has rows and was never exported or imported here. */
  readonly backfillNeeded: boolean;
  /** What is wrong with the database or the files, in words. */
  readonly problems: readonly string[];
  /** Records that the next import would have something to say of. */
  readonly notices: readonly Notice[];
  /** True when nothing is pending on either side and nothing is wrong. */
  readonly inSync: boolean;
}

/** Says where a project stands, without changing anything. */
export function getSyncStatus<R extends Registry>(
  store: SyncStore<R>,
  options: { readonly projectPath: string; readonly dir: string },
): SyncStatus<R> {
  return withFoldedLog(store.sql, store.registry, () => lookUp(store, options)) as SyncStatus<R>;
}

function lookUp(store: SyncStore, options: { readonly projectPath: string; readonly dir: string }): SyncStatus {
  const dir = exportDirectory(options.dir);
  const project = store.projectAt(resolvePath(options.projectPath));
  store.requireFit();
  const { sql, registry } = store;
  const target = plannedTarget(sql, dir, project);
  const tally = new Tally(registry, { rows: 0, pendingExport: 0, pendingImport: 0, conflicts: 0, orphans: 0 });
  for (const entity of registry.entities) {
    const from = `${rowsOf(registry, entity)} t WHERE ${projectSql(registry, entity, 't')} = ?`;
    tally.add(entity.type, 'rows', Number(sql.get(`SELECT count(*) FROM ${from}`, project)?.[0] ?? 0));
  }
  for (const [type, count] of countChanged(sql, target)) tally.add(type, 'pendingExport', count);
  for (const [type, count] of countEntries(sql, project)) tally.add(type, 'conflicts', count);
  const pending = plannedImport(store, target);
  for (const [type, count] of pending.records) tally.add(type, 'pendingImport', count);
  for (const notice of pending.notices) if (notice.what === 'orphaned') tally.add(notice.type, 'orphans');
  const entities = tally.result();
  const problems = [...store.problems(), ...pending.problems];
  const { rows, pendingExport, pendingImport, orphans } = entities.total;
  const sharedConflicts = { pendingExport: countUnshared(store, target), pendingImport: pending.lostElsewhere };
  return {
    project,
    dir,
    entities,
    files: [...fileNames(registry), CONFLICTS_FILE]
      .filter((name) => fileExists(join(dir, name)))
      .map((name) => ({
        name,
        path: join(dir, name),
        size: fileSize(join(dir, name)),
        lines: countLines(join(dir, name)),
      })),
    tombstones: countDeleted(store, project),
    sharedConflicts,
    backfillNeeded: target.id === -1 && rows > 0,
    problems,
    notices: pending.notices,
    inSync: pendingExport + pendingImport + orphans + problems.length + sharedConflicts.pendingExport === 0,
  };
}

function countUnshared(store: SyncStore, target: Target): number {
  const { sql, registry } = store;
  if (conflictsDigest({ sql, target }).isSettled) return 0;
  const rows = new Rows(sql, registry, target.project);
  const { settings } = settingsInForce(store, { projectPath: target.project, dir: target.dir });
  const isPrivate = privacyTest(store, rows, settings.private);
  const plan = planConflicts({ sql, registry, target, rows, now: Date.now(), isPrivate });
  return plan === undefined ? 0 : plan.added.length + plan.closed;
}

/** Files that would stop an import (markers, a newer format, wrong settings) are a problem to name, not an error of the question. */
function plannedImport(store: SyncStore, target: Target): ReturnType<typeof planImportAll> {
  try {
    const planned = planImportAll(store, target);
    const place = { projectPath: target.project, dir: target.dir };
    const isNew = isSetOtherwise(store.sql, target, settingsInForce(store, place).settings);
    return {
      ...planned,
      problems: [
        ...planned.problems,
        ...(isNew ? ['the settings changed since the last export; sc-sync sync applies them'] : []),
        ...describeWaiting(listWaitingSettings(store, place)),
      ],
    };
  } catch (error) {
    if (!(error instanceof SyncError) || !UNREADABLE.has(error.code)) throw error;
    return {
      records: new Map(),
      notices: [],
      lostElsewhere: 0,
      problems: error.details.length > 0 ? error.details : [error.message],
    };
  }
}

const UNREADABLE: ReadonlySet<SyncErrorCode> = new Set(['bad_input', 'conflict_markers', 'newer_format']);

/** A tombstone of a row that is there only says which stamps are taken. */
function countDeleted({ sql, registry }: SyncStore, project: string): number {
  return registry.entities.reduce((count, entity) => {
    const row = `SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(entity.key)} = x.id AND ${projectSql(registry, entity, 't')} = x.project`;
    return count + countTombstones(sql, project, entity.type, `EXISTS (${row})`);
  }, 0);
}

/** The counts of a status and the heads of their columns. */
const COUNTS = [
  ['rows', 'rows'],
  ['pendingExport', 'to export'],
  ['pendingImport', 'to import'],
  ['conflicts', 'conflicts'],
  ['orphans', 'orphans'],
] as const;

/** Writes a status as a table, without zeros. */
export function printStatus(
  status: SyncStatus,
  write: (text: string) => void = (text) => process.stdout.write(text),
): void {
  const shown = COUNTS.filter(([name]) => status.entities.total[name] > 0);
  const row = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padEnd(14)}${cells.map((cell) => String(cell || '').padStart(11)).join('')}`.trimEnd();
  const table = Object.entries(status.entities)
    .filter(([, entity]) => shown.some(([name]) => entity[name] > 0))
    .map(([type, entity]) =>
      row(
        type,
        shown.map(([name]) => entity[name]),
      ),
    );
  const heads = shown.map(([, head]) => head);
  const files = status.files.map((file) => `${file.name} (${file.lines} lines, ${file.size} bytes)`);
  const lines = [
    `project ${status.project}`,
    `files   ${status.dir}`,
    ...(table.length === 0 ? ['no records yet'] : [row('', heads), ...table]),
    files.length === 0 ? 'no files yet' : files.join(', '),
    ...(status.tombstones === 0 ? [] : [`${status.tombstones} deletions remembered`]),
    ...(status.backfillNeeded ? ['never exported: the first export takes all rows'] : []),
    ...status.problems.map((problem) => `problem: ${problem}`),
    status.inSync ? 'in sync' : 'not in sync',
  ];
  write(`${lines.join('\n')}\n`);
}
