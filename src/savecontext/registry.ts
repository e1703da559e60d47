import { defineRegistry } from '../registry/define.js';
import type { Registry } from '../registry/entity.js';
import { checkpoint, contextItem, issue, memory, plan, session, timeEntry } from './entities.js';

/** The schema of the SaveContext command line: its seven entities, parents first. */
export const savecontext: Registry<
  readonly [
    typeof session,
    typeof plan,
    typeof issue,
    typeof contextItem,
    typeof memory,
    typeof checkpoint,
    typeof timeEntry,
  ]
> = defineRegistry({
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
});
