import { defineEntity } from '../registry/define.js';
import type { Registry } from '../registry/entity.js';
import { coordinate, count, extension, integer, key, local, real, set, text } from '../registry/fields.js';
import type { RecordOf } from '../registry/record-of.js';

const nullable = { nullable: true } as const;

/** Every path that the record is filed under, its own left out. */
const projects = (table: string, owner: string) =>
  extension(
    set({
      table,
      owner,
      element: { project_path: coordinate('path') },
      withoutOwnScope: true,
      timestamps: ['added_at'],
    }),
  );

export const session = defineEntity({
  type: 'session',
  table: 'sessions',
  file: 'sessions.jsonl',
  idPrefix: 'sess_',
  scope: { column: 'project_path' },
  fields: {
    id: key(),
    name: text(),
    description: text(nullable),
    branch: text(nullable),
    channel: text(nullable),
    project_path: coordinate('scope', nullable),
    status: text(nullable),
    ended_at: integer(nullable),
    created_at: integer(),
    updated_at: integer(),
    projects: projects('session_projects', 'session_id'),
    user_id: local(),
    synced_at: local(),
    is_synced: local(),
  },
  together: [['status', 'ended_at']],
  created: 'created_at',
  updated: 'updated_at',
});

export const plan = defineEntity({
  type: 'plan',
  table: 'plans',
  file: 'plans.jsonl',
  idPrefix: 'plan_',
  scope: { column: 'project_path' },
  fields: {
    id: key(),
    short_id: text(nullable),
    project_id: coordinate('scope-id'),
    project_path: coordinate('scope'),
    title: text(),
    content: text(nullable),
    status: text(nullable),
    success_criteria: text(nullable),
    session_id: text(nullable),
    created_in_session: text(nullable),
    completed_in_session: text(nullable),
    source_path: coordinate('path', nullable),
    source_hash: text(nullable),
    created_at: integer(),
    updated_at: integer(),
    completed_at: integer(nullable),
  },
  together: [
    ['status', 'completed_at', 'completed_in_session'],
    ['content', 'source_path', 'source_hash'],
  ],
  references: { session_id: 'session' },
  created: 'created_at',
  updated: 'updated_at',
});

export const issue = defineEntity({
  type: 'issue',
  table: 'issues',
  file: 'issues.jsonl',
  idPrefix: 'issue_',
  scope: { column: 'project_path' },
  fields: {
    id: key(),
    short_id: text(nullable),
    project_path: coordinate('scope'),
    title: text(),
    description: text(nullable),
    details: text(nullable),
    status: text(nullable),
    priority: integer({ nullable: true, min: 0, max: 4 }),
    issue_type: text(nullable),
    plan_id: text(nullable),
    created_by_agent: text(nullable),
    assigned_to_agent: text(nullable),
    created_at: integer(),
    updated_at: integer(),
    closed_at: integer(nullable),
    closed_by_agent: extension(text(nullable)),
    created_in_session: extension(text(nullable)),
    closed_in_session: extension(text(nullable)),
    assigned_at: extension(integer(nullable)),
    assigned_in_session: extension(text(nullable)),
    deferred_at: extension(integer(nullable)),
    close_reason: extension(text(nullable)),
    labels: extension(
      set({
        table: 'issue_labels',
        owner: 'issue_id',
        element: { label: text() },
        id: { column: 'id', prefix: 'label_' },
      }),
    ),
    dependencies: extension(
      set({
        table: 'issue_dependencies',
        owner: 'issue_id',
        element: { depends_on_id: text(), dependency_type: text(nullable), created_at: integer() },
        id: { column: 'id', prefix: 'dep_' },
        references: 'issue',
      }),
    ),
    projects: projects('issue_projects', 'issue_id'),
  },
  together: [
    ['status', 'closed_at', 'close_reason', 'closed_by_agent', 'closed_in_session'],
    ['assigned_to_agent', 'assigned_at', 'assigned_in_session'],
  ],
  references: { plan_id: 'plan' },
  created: 'created_at',
  updated: 'updated_at',
});

export const contextItem = defineEntity({
  type: 'context_item',
  table: 'context_items',
  file: 'context_items.jsonl',
  idPrefix: 'item_',
  scope: { through: 'session_id' },
  fields: {
    id: key(),
    session_id: text(),
    key: text(),
    value: text(),
    category: text(nullable),
    priority: text(nullable),
    channel: text(nullable),
    tags: text({ nullable: true, stringArray: true }),
    size: integer(nullable),
    created_at: integer(),
    updated_at: integer(),
    embedding_status: local(),
    embedding_provider: local(),
    embedding_model: local(),
    chunk_count: local(),
    embedded_at: local(),
    synced_at: local(),
    is_synced: local(),
    fast_embedding_status: local(),
    fast_embedded_at: local(),
  },
  together: [['value', 'size']],
  parents: { session_id: 'session' },
  naturalKey: ['session_id', 'key'],
  created: 'created_at',
  updated: 'updated_at',
});

export const memory = defineEntity({
  type: 'memory',
  table: 'project_memory',
  file: 'memories.jsonl',
  idPrefix: 'mem_',
  scope: { column: 'project_path' },
  fields: {
    id: key(),
    project_path: coordinate('scope'),
    key: text(),
    value: text(),
    category: text(nullable),
    created_at: integer(),
    updated_at: integer(),
  },
  naturalKey: ['project_path', 'key'],
  created: 'created_at',
  updated: 'updated_at',
});

export const checkpoint = defineEntity({
  type: 'checkpoint',
  table: 'checkpoints',
  file: 'checkpoints.jsonl',
  idPrefix: 'ckpt_',
  scope: { through: 'session_id' },
  fields: {
    id: key(),
    session_id: text(),
    name: text(),
    description: text(nullable),
    git_status: text(nullable),
    git_branch: text(nullable),
    created_at: integer(),
    item_count: count('items'),
    total_size: extension(integer({ nullable: true, fallback: 0 })),
    items: extension(
      set({
        table: 'checkpoint_items',
        owner: 'checkpoint_id',
        element: { context_item_id: text(), group_name: text(nullable), group_order: integer(nullable) },
        id: { column: 'id', prefix: 'cpitem_' },
        references: 'context_item',
        pick: ['group_order', 'group_name'],
      }),
    ),
    synced_at: local(),
    is_synced: local(),
  },
  parents: { session_id: 'session' },
  created: 'created_at',
  updated: 'created_at',
});

export const timeEntry = defineEntity({
  type: 'time_entry',
  table: 'time_entries',
  file: 'time_entries.jsonl',
  idPrefix: 'time_',
  scope: { column: 'project_path' },
  fields: {
    id: key(),
    short_id: text(nullable),
    project_path: coordinate('scope'),
    issue_id: text(nullable),
    period: text(nullable),
    hours: real({ above: 0 }),
    description: text(),
    work_date: text(),
    status: text({ oneOf: ['logged', 'reviewed', 'invoiced'] }),
    actor: text(nullable),
    created_at: integer(),
    updated_at: integer(),
  },
  references: { issue_id: 'issue' },
  created: 'created_at',
  updated: 'updated_at',
});

/** The schema of the SaveContext command line: its seven entities, parents first. */
export const savecontext: Registry = {
  entities: [session, plan, issue, contextItem, memory, checkpoint, timeEntry],
  deletionsFile: 'deletions.jsonl',
  scopeTable: {
    table: 'projects',
    id: 'id',
    idPrefix: 'proj_',
    path: 'project_path',
    name: 'name',
    timestamps: ['created_at', 'updated_at'],
  },
  foreignDeletions: {
    table: 'sync_deletions',
    type: 'entity_type',
    id: 'entity_id',
    project: 'project_path',
    at: 'deleted_at',
    by: 'deleted_by',
  },
  localTables: [
    'agent_sessions',
    'file_cache',
    'events',
    'embeddings_meta',
    'embedding_chunks',
    'embedding_chunks_fast',
    'dirty_sessions',
    'dirty_issues',
    'dirty_context_items',
    'dirty_plans',
    'dirty_time_entries',
    'sync_deletions',
    'export_hashes',
    'schema_migrations',
  ],
};

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
