/**
 * Keeps rows of an SQLite database and sorted JSONL files in step.
 *
 * @packageDocumentation
 */
export { SyncError } from './errors.js';
export type { SyncErrorCode, SyncErrorOptions } from './errors.js';

export { Store } from './savecontext/store.js';
export type { StoreOptions } from './savecontext/store.js';
export type { SyncStore } from './store/store.js';
export type { Project, ProjectDiff, ProjectImportOptions, ProjectOptions } from './sync/synced-project.js';
export type { ProjectConflicts } from './sync/project-conflicts.js';
export type { ProjectRecords } from './sync/project-records.js';
export type { Database, SqlValue, Statement } from './store/database.js';
export { fromBetterSqlite3 } from './store/drivers/better-sqlite3.js';
export type { BetterSqlite3Connection, BetterSqlite3Statement } from './store/drivers/better-sqlite3.js';

export type { Guard, GuardFinding, NewValue } from './sync/export/guard.js';
export { secretGuard } from './secrets/secret-guard.js';
export { Exporter } from './sync/export/exporter.js';
export type { ExporterOptions, ExportOptions } from './sync/export/exporter.js';
export type { ExportCounts, ExportFileInfo, ExportStats, Progress, RefusedRecord } from './sync/export/stats.js';
export { Importer } from './sync/import/importer.js';
export type { ImporterOptions } from './sync/import/importer.js';
export type { History, HistoryCommit, HistoryLine } from './sync/file-history.js';
export { MergeStrategy } from './sync/import/plan.js';
export type { EntityStats, ImportStats, Notable, Notice } from './sync/import/stats.js';
export type { SyncDiff } from './sync/diff.js';
export type { ChangeAction, RecordChange } from './record/change.js';
export type { FieldChange } from './record/compare.js';
export { sync } from './sync/sync.js';
export type { SyncOptions, SyncOutcome } from './sync/sync.js';
export { getSyncStatus, printStatus } from './sync/status.js';
export type { EntityStatus, SyncStatus } from './sync/status.js';
export type { ByEntity } from './sync/stats.js';
export type { WaitingSettings } from './sync/accepted-settings.js';
export type { PrivacyChange } from './sync/private.js';
export type { JournalEntry } from './store/knowledge/journal.js';
export type { Loss, LossReason } from './merge/loss.js';

export { defaultExportDir, projectExportDir } from './files/directory.js';
export { backup } from './store/backup.js';
export type { BackupInfo } from './store/backup.js';
export { restore } from './store/restore.js';
export type { RestoreInfo } from './store/restore.js';

export { countLines } from './files/file-bytes.js';
export { atomicWrite, fileSize } from './files/file.js';
export { registryIn } from './files/registry-file.js';
export { ensureGitignore, gitignoreContent } from './files/gitignore.js';
export type { GitignoreOutcome } from './files/gitignore.js';
export { appendJsonl, contentHash, hasChanged, readJsonl, writeJsonl } from './savecontext/jsonl.js';

export { savecontext } from './savecontext/registry.js';
export type {
  CheckpointRecord,
  ContextItemRecord,
  EntityType,
  IssueRecord,
  MemoryRecord,
  PlanRecord,
  SessionRecord,
  SyncRecord,
  TimeEntryRecord,
} from './savecontext/records.js';
export type { DeletionRecord } from './record/version.js';
export { defineEntity, defineRegistry } from './registry/define.js';
export type { RegistryDefinition } from './registry/define.js';
export {
  any,
  blob,
  coordinate,
  count,
  extension,
  integer,
  key,
  local,
  number,
  real,
  ref,
  set,
  text,
} from './registry/fields.js';
export type { Blob, FieldsIn, InfiniteReal, LineFields, RecordIn, RecordOf, TypeIn } from './registry/record-of.js';
export type {
  Entity,
  EntityDefinition,
  ForeignDeletions,
  Identity,
  Registry,
  Scope,
  ScopeTable,
  SyncedField,
  TimeDefinition,
  TimeUnit,
} from './registry/entity.js';
export type {
  AnyField,
  BlobField,
  Coordinate,
  ElementFields,
  Field,
  FieldRole,
  IntegerField,
  NumberField,
  RealField,
  RefField,
  ScalarField,
  SetField,
  SetTable,
  TextField,
} from './registry/field.js';
export type { RecordKey } from './record/record-key.js';
