import type { RecordOf } from '../registry/record-of.js';
import type { checkpoint, contextItem, issue, memory, plan, session, timeEntry } from './entities.js';

export type SessionRecord = RecordOf<typeof session>;
export type PlanRecord = RecordOf<typeof plan>;
export type IssueRecord = RecordOf<typeof issue>;
export type ContextItemRecord = RecordOf<typeof contextItem>;
export type MemoryRecord = RecordOf<typeof memory>;
export type CheckpointRecord = RecordOf<typeof checkpoint>;
export type TimeEntryRecord = RecordOf<typeof timeEntry>;

/** Any record of the SaveContext schema. */
export type SyncRecord =
  SessionRecord | PlanRecord | IssueRecord | ContextItemRecord | MemoryRecord | CheckpointRecord | TimeEntryRecord;

/** The type tag of a record. */
export type EntityType = SyncRecord['type'];
