import { exportDirectory, makeFolder } from '../files/directory.js';
import { Exporter } from './export/exporter.js';
import type { ExporterOptions } from './export/exporter.js';
import type { ExportStats } from './export/stats.js';
import { Importer } from './import/importer.js';
import type { ImporterOptions } from './import/importer.js';
import type { ImportStats } from './import/stats.js';
import type { Registry } from '../registry/entity.js';
import { getSyncStatus } from './status.js';
import type { SyncStatus } from './status.js';
import type { SyncStore } from '../store/store.js';

/** The outcome of a sync. */
export interface SyncOutcome<R extends Registry = Registry> {
  readonly import: ImportStats<R>;
  readonly export: ExportStats<R>;
  /** Where both sides stand afterwards; undefined for a dry run. */
  readonly status: SyncStatus<R> | undefined;
  /**
   * True when the database and the files say the same in the end, and nothing was refused; for a dry run: when they would. What was rolled
   * back on the way there stands in `import`.
   */
  readonly inSync: boolean;
}

/** What {@link sync} is called with. */
export interface SyncOptions extends ExporterOptions, Pick<ImporterOptions, 'history'> {
  readonly dryRun?: boolean;
}

/**
 * Brings both sides to the same: import, then export, then a look whether they agree.
 * A dry run says what both would do, the export after the import, and changes nothing.
 */
export function sync<R extends Registry>(store: SyncStore<R>, options: SyncOptions): SyncOutcome<R> {
  if (options.dryRun === true) return dryRunSync(store, options, (outcome) => outcome);
  makeFolder(exportDirectory(options.dir));
  const imported = new Importer(store, options).importAll(options.dir);
  const exported = new Exporter(store, options).export();
  const status = getSyncStatus(store, options);
  const inSync = status.inSync && exported.refused.length === 0;
  return { import: imported, export: exported, status, inSync };
}

/** A dry sync; `look` sees the database as the import would leave it. */
export function dryRunSync<R extends Registry, T>(
  store: SyncStore<R>,
  options: SyncOptions,
  look: (outcome: SyncOutcome<R>) => T,
): T {
  return new Importer(store, options).dryRun(options.dir, (imported) => {
    const exported = new Exporter(store, options).export({ dryRun: true });
    // Only what waits in the files would keep both sides from agreeing: what is rolled back the export writes anew.
    const { orphaned, skipped } = imported.total;
    const inSync = orphaned + skipped + exported.refused.length + store.problems().length === 0;
    return look({ import: imported, export: exported, status: undefined, inSync });
  });
}
