import { Exporter } from './export/exporter.js';
import type { ExporterOptions } from './export/exporter.js';
import type { ExportStats } from './export/stats.js';
import { makeFolder } from './directory.js';
import { Importer } from './import/importer.js';
import type { ImporterOptions } from './import/importer.js';
import type { ImportStats } from './import/stats.js';
import { getSyncStatus } from './status.js';
import type { SyncStatus } from './status.js';
import type { Store } from './store/store.js';

/** The outcome of a sync. */
export interface SyncOutcome {
  readonly import: ImportStats;
  readonly export: ExportStats;
  /** Where both sides stand afterwards; undefined for a dry run. */
  readonly status: SyncStatus | undefined;
  /** True when the database and the files say the same, and nothing was rolled back, orphaned, skipped or refused. */
  readonly inSync: boolean;
}

/** What {@link sync} is called with. */
export interface SyncOptions extends ExporterOptions, Pick<ImporterOptions, 'history'> {
  readonly dryRun?: boolean;
}

/**
 * Brings both sides to the same: import, then export, then a look whether they agree.
 * A dry run says what the import would do and what the export would write now.
 */
export function sync(store: Store, options: SyncOptions): SyncOutcome {
  const dryRun = options.dryRun === true;
  if (!dryRun) makeFolder(options.dir);
  const imported = new Importer(store, options).importAll(options.dir, { dryRun });
  const exported = new Exporter(store, options).export({ dryRun });
  const status = dryRun ? undefined : getSyncStatus(store, options);
  const { rolledBack, orphaned, skipped } = imported.total;
  const inSync = rolledBack + orphaned + skipped + exported.refused.length === 0 && status?.inSync !== false;
  return { import: imported, export: exported, status, inSync };
}
