import { rememberSettings, requireAcceptedForm, settingsInForce } from '../accepted-settings.js';
import type { SettingsInForce } from '../accepted-settings.js';
import { bringLostValues } from '../bring-lost-values.js';
import { withLock } from '../../store/lock.js';
import { ensureGitignore } from '../../files/gitignore.js';
import { removeStaleTemporaryFiles } from '../../files/file-set.js';
import { exportDirectory, makeFolder, resolvePath } from '../../files/directory.js';
import { fileExists } from '../../files/file.js';
import type { RecordChange } from '../../record/change.js';
import type { Registry } from '../../registry/entity.js';
import { plannedTarget } from '../../store/knowledge/target.js';
import type { SyncStore } from '../../store/store.js';
import type { Guard } from './guard.js';
import { runExport } from './run.js';
import type { ExportStats, Progress } from './stats.js';

/** Where an {@link Exporter} writes, and for whom. */
export interface ExporterOptions {
  /** The project whose records are exported: the path that its rows have. */
  readonly projectPath: string;
  /** The export directory; it is made when it is missing. */
  readonly dir: string;
  /** Who deleted what has no author yet; `unknown` by default. */
  readonly actor?: string;
  /** The time of new versions in Unix milliseconds; the system's clock by default. */
  readonly now?: () => number;
  /** How long to wait for another process that uses the directory, in milliseconds; 5000 by default. */
  readonly lockTimeoutMs?: number;
  /** Told now and then how far a long export is. */
  readonly onProgress?: (progress: Progress) => void;
  /** Looks at values before they get into a file; what it finds stops the export. `secretGuard()` is that of the command line; without one nothing is looked at. */
  readonly guard?: Guard | undefined;
  /**
   * Told of each record that an export writes, or a dry run would write, before anything is written; where `stats.refused` then has
   * records, nothing is. Told again from the start when somebody wrote the files meanwhile.
   */
  readonly onChange?: (change: RecordChange) => void;
}

/** How one export is done. */
export interface ExportOptions {
  /** Derive every line again from the database, not only those of changed records. */
  readonly full?: boolean;
  /** Overwrite versions that the database has never seen; the old files are copied to `.history` first. */
  readonly force?: boolean;
  /** Write deletions of records that are private now and were exported before; the database keeps them. */
  readonly unpublish?: boolean;
  /** Say what would be written, and write nothing. */
  readonly dryRun?: boolean;
}

/**
 * Writes changed records of one project to its files.
 *
 * ```ts
 * const exporter = new Exporter(store, { projectPath, dir: projectExportDir(projectPath) });
 * const stats = exporter.export({ full: false });
 * console.log(stats.total.written, 'lines written');
 * ```
 */
export class Exporter<R extends Registry = Registry> {
  readonly #store: SyncStore<R>;
  readonly #options: ExporterOptions;

  constructor(store: SyncStore<R>, options: ExporterOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Brings the files up to date with the database. Nothing unseen is overwritten: when a version that would be
   * replaced was never imported, nothing at all is written, and `stats.refused` names the records.
   *
   * @throws SyncError `bad_row` when a row holds what its columns do not allow, `io` when the files cannot be
   * written, `busy` when another process uses the directory or the database. Nothing was changed then.
   */
  export(options: ExportOptions = {}): ExportStats<R> {
    this.#store.requireFit();
    const dryRun = options.dryRun === true;
    const { actor = 'unknown', now = Date.now, lockTimeoutMs = 5000, onProgress, guard, onChange } = this.#options;
    const { projectPath } = this.#options;
    const run = (dir: string, inForce: SettingsInForce): ExportStats<R> => {
      requireAcceptedForm(inForce);
      return runExport(
        this.#store,
        plannedTarget(this.#store.sql, dir, this.#store.projectAt(resolvePath(projectPath))),
        {
          dir,
          settings: inForce.settings,
          actor,
          now: now(),
          full: options.full === true,
          force: options.force === true,
          unpublish: options.unpublish === true,
          dryRun,
          onProgress,
          guard,
          onChange,
        },
      ) as ExportStats<R>;
    };
    const dir = exportDirectory(this.#options.dir);
    if (dryRun) return run(dir, settingsInForce(this.#store, { projectPath, dir }));
    makeFolder(dir);
    return withLock(dir, { timeoutMs: lockTimeoutMs }, () => {
      removeStaleTemporaryFiles(dir);
      if (!fileExists(`${dir}/.gitignore`)) ensureGitignore(dir);
      this.#store.heal();
      bringLostValues(this.#store.sql, { dir, project: this.#store.projectAt(resolvePath(projectPath)) });
      const inForce = settingsInForce(this.#store, { projectPath, dir });
      const stats = run(dir, inForce);
      rememberSettings(this.#store, { projectPath }, inForce.settings);
      return stats;
    });
  }
}
