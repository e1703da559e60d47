/**
 * Keeps rows of an SQLite database and sorted JSONL files in step.
 *
 * @packageDocumentation
 */
export { SyncError } from './errors.js';
export type { SyncErrorCode, SyncErrorOptions } from './errors.js';

export { Store } from './store/store.js';
export type { StoreOptions } from './store/store.js';
export type { Database, SqlValue, Statement } from './store/database.js';
export { fromBetterSqlite3 } from './store/drivers/better-sqlite3.js';
export type { BetterSqlite3Connection, BetterSqlite3Statement } from './store/drivers/better-sqlite3.js';

export type { Guard, GuardFinding, NewValue } from './export/guard.js';
export { secretGuard } from './secrets/secret-guard.js';
export { Exporter } from './export/exporter.js';
export type { ExporterOptions, ExportOptions } from './export/exporter.js';
export type { ExportCounts, ExportFileInfo, ExportStats, Progress, RefusedRecord } from './export/stats.js';
export { Importer } from './import/importer.js';
export type { ImporterOptions } from './import/importer.js';
export type { History, HistoryLine } from './jsonl/file-history.js';
export { MergeStrategy } from './import/plan.js';
export type { EntityStats, ImportStats, Notable, Notice } from './import/stats.js';
export { diff } from './diff.js';
export type { DiffOptions, SyncDiff } from './diff.js';
export type { ChangeAction, RecordChange } from './record/change.js';
export type { FieldChange } from './record/compare.js';
export { sync } from './sync.js';
export type { SyncOptions, SyncOutcome } from './sync.js';
export { getSyncStatus, printStatus } from './status.js';
export type { EntityStatus, SyncStatus } from './status.js';
export type { ByEntity } from './stats.js';
export { defaultExportDir, projectExportDir } from './directory.js';
export { backup } from './backup.js';
export type { BackupInfo } from './backup.js';
export { restore } from './restore.js';
export type { RestoreInfo } from './restore.js';

export { acceptSettings, listWaitingSettings } from './accepted-settings.js';
export type { WaitingSettings } from './accepted-settings.js';
export { listPrivate, setPrivate } from './private.js';
export type { PrivacyChange } from './private.js';
export { dropConflicts, listConflicts, takeConflict } from './conflicts.js';
export type { JournalEntry } from './store/knowledge/journal.js';
export type { Loss, LossReason } from './merge/loss.js';

export { countLines } from './jsonl/file-bytes.js';
export { atomicWrite, fileSize } from './jsonl/file.js';
export { ensureGitignore, gitignoreContent } from './jsonl/ignore-file.js';
export type { GitignoreOutcome } from './jsonl/ignore-file.js';
export { appendJsonl, contentHash, hasChanged, readJsonl, writeJsonl } from './jsonl/records.js';

export { savecontext } from './registry/savecontext.js';
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
} from './registry/savecontext.js';
export type { DeletionRecord } from './record/version.js';
export { defineEntity } from './registry/define.js';
export { coordinate, count, extension, integer, key, local, real, set, text } from './registry/fields.js';
export type { LineFields, RecordOf } from './registry/record-of.js';
export type {
  Coordinate,
  ElementFields,
  Entity,
  EntityDefinition,
  Field,
  FieldRole,
  ForeignDeletions,
  IntegerField,
  RealField,
  Registry,
  Scope,
  ScopeTable,
  SetField,
  SetTable,
  SyncedField,
  TextField,
} from './registry/entity.js';
export type { RecordKey } from './store/rows.js';
