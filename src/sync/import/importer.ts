import { accessSync, constants } from 'node:fs';
import { basename, dirname } from 'node:path';

import { rememberSettings, settingsInForce } from '../accepted-settings.js';
import { SyncError } from '../../errors.js';
import { exportDirectory, resolvePath } from '../../files/directory.js';
import { fileExists } from '../../files/file.js';
import { bringLostValues } from '../bring-lost-values.js';
import type { History } from '../file-history.js';
import { hasLock, withLock } from '../../store/lock.js';
import { findProject } from '../project.js';
import type { RecordChange } from '../../record/change.js';
import type { Registry } from '../../registry/entity.js';
import { newestChange } from '../../store/knowledge/changes.js';
import type { Settings } from '../../files/settings.js';
import type { SyncStore } from '../../store/store.js';
import { plannedTarget } from '../../store/knowledge/target.js';
import type { Target } from '../../store/knowledge/target.js';
import type { Progress } from '../export/stats.js';
import { countPending } from './count-pending.js';
import { MergeStrategy } from './plan.js';
import { dryRunImport, runImport } from './run.js';
import type { ImportRun } from './run.js';
import type { ImportStats, Notice } from './stats.js';

/** How an {@link Importer} works. */
export interface ImporterOptions {
  /** Who wins between two versions that differ; `three-way` by default. */
  readonly strategy?: MergeStrategy;
  /** The project in this database that the files belong to; found out by itself where it is not given. */
  readonly projectPath?: string;
  /** Import what can be read, and leave lines that cannot in their files. */
  readonly skipInvalid?: boolean;
  /** Ids of records of which the file's version is taken whatever the strategy. */
  readonly forceIds?: readonly string[];
  /** Who deleted what has no author yet; `unknown` by default. */
  readonly actor?: string;
  /** Now in Unix milliseconds; the system's clock by default. */
  readonly now?: () => number;
  /** How long to wait for another process that uses the directory, in milliseconds; 5000 by default. */
  readonly lockTimeoutMs?: number;
  /** Told now and then how far a long import is. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each record that an import changes, before it is committed, and of each that a dry run would change. */
  readonly onChange?: (change: RecordChange) => void;
  /** The history of the files, so that a line that was exported, never committed and thrown away is not lost to a later one. */
  readonly history?: History | undefined;
}

/**
 * Takes what the files say into the database. All or nothing: a line that cannot be read stops the import before
 * anything is written.
 *
 * ```ts
 * const importer = new Importer(store, { strategy: MergeStrategy.ThreeWay });
 * const stats = importer.importAll(projectExportDir(projectPath));
 * console.log(stats.total.created, 'created', stats.total.updated, 'updated');
 * ```
 */
export class Importer<R extends Registry = Registry> {
  readonly #store: SyncStore<R>;
  readonly #options: ImporterOptions;

  constructor(store: SyncStore<R>, options: ImporterOptions = {}) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Imports all files of an export directory.
   *
   * @throws SyncError `bad_input` with every problem as `file:line: what`, `conflict_markers`, `newer_format`, `io`,
   * `busy`. Nothing was changed then.
   */
  importAll(dir: string, options: { readonly dryRun?: boolean } = {}): ImportStats<R> {
    return this.#import(dir, undefined, options.dryRun === true);
  }

  /**
   * Imports all files of an export directory, gives what `look` finds while everything is as it would be then, and takes it all
   * back. Changes nothing, and makes no file. @internal
   */
  dryRun<T>(dir: string, look: (stats: ImportStats<R>) => T): T {
    return this.#dryRun(dir, undefined, look);
  }

  /** Imports one file of an export directory, records and all. */
  importFile(path: string, options: { readonly dryRun?: boolean } = {}): ImportStats<R> {
    if (!fileExists(path)) throw new SyncError('io', `There is no file ${path}`, { hint: 'check the path' });
    return this.#import(dirname(path), [basename(path)], options.dryRun === true);
  }

  /** Imports the file of deletions of an export directory. */
  importDeletions(path: string, options: { readonly dryRun?: boolean } = {}): ImportStats<R> {
    return this.importFile(path, options);
  }

  #import(path: string, only: readonly string[] | undefined, dryRun: boolean): ImportStats<R> {
    if (dryRun) return this.#dryRun(path, only, (stats) => stats);
    if (!fileExists(path)) {
      throw new SyncError('io', `There is no export directory ${path}`, {
        hint: 'run sc-sync export first, or check the path',
      });
    }
    const dir = exportDirectory(path);
    return locked(dir, this.#lockTimeoutMs, () => {
      const target = this.#target(dir);
      bringLostValues(this.#store.sql, target);
      const place = { projectPath: target.project, dir };
      const { settings } = settingsInForce(this.#store, place);
      this.#store.heal();
      const stats = runImport(this.#store, target, this.#run(target, only)) as ImportStats<R>;
      rememberSettings(this.#store, place, settings);
      return stats;
    });
  }

  #dryRun<T>(path: string, only: readonly string[] | undefined, look: (stats: ImportStats<R>) => T): T {
    const dir = exportDirectory(path);
    const dryRun = (): T => {
      const target = this.#target(dir);
      return dryRunImport(this.#store, target, this.#run(target, only), (stats) => look(stats as ImportStats<R>));
    };
    // The lock is a file, and nothing is to be made: where there is none, nobody has ever worked.
    return hasLock(dir) ? locked(dir, this.#lockTimeoutMs, dryRun) : dryRun();
  }

  get #lockTimeoutMs(): number {
    return this.#options.lockTimeoutMs ?? 5000;
  }

  #target(dir: string): Target {
    this.#store.requireFit();
    const { projectPath } = this.#options;
    const project = projectPath === undefined ? findProject(this.#store, dir).project : resolvePath(projectPath);
    return plannedTarget(this.#store.sql, dir, this.#store.projectAt(project));
  }

  #run(target: Target, only: readonly string[] | undefined): ImportRun {
    const { strategy = MergeStrategy.ThreeWay, forceIds = [], skipInvalid, actor = 'unknown' } = this.#options;
    const { now = Date.now, onProgress, onChange, history } = this.#options;
    return {
      dir: target.dir,
      settings: settingsOfImport(this.#store, target),
      strategy,
      forced: new Set(forceIds),
      skipInvalid: skipInvalid === true,
      only,
      actor,
      now: now(),
      onProgress,
      onChange,
      history,
    };
  }
}

/** Lines are read in the form that the files are meant to have, so that every replica reads them alike. */
function settingsOfImport(store: SyncStore, { project: projectPath, dir }: Target): Settings {
  const { settings, found } = settingsInForce(store, { projectPath, dir });
  return { ...settings, paths: found.paths };
}

/** What an import of all files would find, by the number of records of each type; nothing is changed. */
export function planImportAll(
  store: SyncStore,
  target: Target,
): {
  readonly records: ReadonlyMap<string, number>;
  readonly notices: readonly Notice[];
  readonly lostElsewhere: number;
  readonly problems: readonly string[];
} {
  const touched = new Set<string>();
  const run: ImportRun = {
    dir: target.dir,
    settings: settingsOfImport(store, target),
    strategy: MergeStrategy.ThreeWay,
    forced: new Set(),
    skipInvalid: true,
    only: undefined,
    actor: '',
    now: Date.now(),
    onProgress: undefined,
    onChange: undefined,
    history: undefined,
    touched,
  };
  const newest = newestChange(store.sql);
  return dryRunImport(store, target, run, (stats) => ({
    records: countPending(store.sql, touched, newest),
    notices: stats.notices,
    lostElsewhere: stats.lostElsewhere,
    problems: stats.problems,
  }));
}

/** Where nobody can write, nobody exports: a directory that cannot be locked is read without a lock. */
function locked<T>(dir: string, timeoutMs: number, body: () => T): T {
  return isWritable(dir) ? withLock(dir, { timeoutMs }, body) : body();
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
