import { SyncError } from '../errors.js';
import { exportDirectory, projectExportDir, resolvePath } from '../files/directory.js';
import type { RecordChange } from '../record/change.js';
import type { Registry } from '../registry/entity.js';
import type { SyncStore } from '../store/store.js';
import { acceptSettings, listWaitingSettings } from './accepted-settings.js';
import type { WaitingSettings } from './accepted-settings.js';
import { diff } from './diff.js';
import type { SyncDiff } from './diff.js';
import { Exporter } from './export/exporter.js';
import type { ExportOptions, ExporterOptions } from './export/exporter.js';
import type { ExportStats } from './export/stats.js';
import { Importer } from './import/importer.js';
import type { ImporterOptions } from './import/importer.js';
import type { ImportStats } from './import/stats.js';
import { ProjectConflicts } from './project-conflicts.js';
import { ProjectRecords } from './project-records.js';
import { getSyncStatus } from './status.js';
import type { SyncStatus } from './status.js';
import { sync } from './sync.js';
import type { SyncOptions, SyncOutcome } from './sync.js';

/** What holds for all work in a project. */
export interface ProjectOptions extends Omit<SyncOptions, 'projectPath' | 'dir' | 'dryRun' | 'onChange'> {
  /** The folder of its files; `.savecontext` in the project's folder by default. */
  readonly dir?: string;
}

/** How one import of a {@link Project} is done. */
export interface ProjectImportOptions extends Pick<
  ImporterOptions,
  'strategy' | 'skipInvalid' | 'forceIds' | 'onChange'
> {
  /** Say what would be imported, and change nothing. */
  readonly dryRun?: boolean;
}

/** A project of a database, and the folder of its files. `Store.project` makes it. */
export class Project<R extends Registry = Registry> {
  /** The path that the project's rows have, symbolic links resolved. */
  readonly path: string;
  /** The folder of its files. */
  readonly dir: string;
  /** Its records in the database. */
  readonly records: ProjectRecords<R>;
  /** Values that lost a merge. */
  readonly conflicts: ProjectConflicts;

  readonly #store: SyncStore<R>;
  readonly #options: SyncOptions;

  /** @internal */
  constructor(store: SyncStore<R>, path: string, options: ProjectOptions) {
    if (path === '') throw new SyncError('usage', 'The path of the project is empty', { hint: 'name its folder' });
    this.path = resolvePath(path);
    this.dir = exportDirectory(options.dir ?? projectExportDir(this.path));
    this.#store = store;
    this.#options = { ...options, projectPath: this.path, dir: this.dir };
    const { now = Date.now } = options;
    this.records = new ProjectRecords(store, this.path, now);
    this.conflicts = new ProjectConflicts(store, this.path, now);
  }

  /** Writes changed records to the files. See {@link Exporter.export}. */
  export(options: ExportOptions & Pick<ExporterOptions, 'onChange'> = {}): ExportStats<R> {
    return new Exporter(this.#store, this.#with(options)).export(options);
  }

  /** Takes what the files say into the database: all or nothing. See {@link Importer.importAll}. */
  import(options: ProjectImportOptions = {}): ImportStats<R> {
    const { dryRun = false, ...others } = options;
    return new Importer(this.#store, { ...this.#options, ...others }).importAll(this.dir, { dryRun });
  }

  /** Brings both sides to the same: an import, an export, then a look whether they agree. */
  sync(options: Pick<SyncOptions, 'dryRun' | 'onChange'> = {}): SyncOutcome<R> {
    const { dryRun = false } = options;
    return sync(this.#store, { ...this.#with(options), dryRun });
  }

  /** Says where both sides stand, and changes nothing. */
  status(): SyncStatus<R> {
    return getSyncStatus(this.#store, this.#options);
  }

  /**
   * Says what a sync would change, record by record, and changes nothing. For very many changes, `sync` with `dryRun` and `onChange` tells
   * them one by one.
   */
  diff(): ProjectDiff<R> {
    const changes: RecordChange[] = [];
    const outcome = diff(this.#store, { ...this.#options, onChange: (change) => changes.push(change) });
    return { ...outcome, changes };
  }

  /** Says what changed in `sync.json` and waits to be accepted, and which records stay in the database for it. */
  waitingSettings(): WaitingSettings {
    return listWaitingSettings(this.#store, this.#options);
  }

  /** Accepts `sync.json` as it is now, and says what waited for it: the records go out with the next export. */
  acceptSettings(): WaitingSettings {
    return acceptSettings(this.#store, this.#options);
  }

  #with({ onChange }: Pick<SyncOptions, 'onChange'>): SyncOptions {
    return { ...this.#options, ...(onChange && { onChange }) };
  }
}

/** What a sync would do. */
export interface ProjectDiff<R extends Registry = Registry> extends SyncDiff<R> {
  /** What would change, first in the database, then in the files. */
  readonly changes: readonly RecordChange[];
}
