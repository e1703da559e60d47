import { belongsTo, type TableDefinition } from './table-definition.js';

/**
 * The tables whose changed rows the reference implementation marks in a `dirty_<table>`, each with the word for one of its rows.
 */
export const MARKED_TABLES: Readonly<Record<string, string>> = {
  sessions: 'session',
  issues: 'issue',
  context_items: 'item',
  plans: 'plan',
  time_entries: 'time_entry',
};

/** The record of the schema's versions. Its name and form are common, so it alone tells nothing about whose database it is. */
export const MIGRATIONS_TABLE: TableDefinition = {
  name: 'schema_migrations',
  columns: ['version TEXT PRIMARY KEY', 'applied_at INTEGER NOT NULL'],
};

/** The tables that stay on one machine: nothing here reads or writes them, but the reference implementation needs them. */
export const LOCAL_TABLES: readonly TableDefinition[] = [
  MIGRATIONS_TABLE,
  {
    name: 'agent_sessions',
    columns: [
      'agent_id TEXT PRIMARY KEY',
      'session_id TEXT NOT NULL',
      'project_path TEXT NOT NULL',
      'git_branch TEXT',
      'provider TEXT',
      'last_active_at INTEGER NOT NULL',
    ],
    constraints: [belongsTo('session_id', 'sessions')],
    indexes: {
      idx_agent_sessions_active: 'last_active_at DESC',
      idx_agent_sessions_project: 'project_path',
      idx_agent_sessions_project_branch: 'project_path, git_branch',
      idx_agent_sessions_provider: 'provider',
      idx_agent_sessions_session: 'session_id',
    },
  },
  {
    name: 'file_cache',
    columns: [
      'id TEXT PRIMARY KEY',
      'session_id TEXT NOT NULL',
      'file_path TEXT NOT NULL',
      'content TEXT',
      'hash TEXT',
      'size INTEGER DEFAULT 0',
      'last_read INTEGER NOT NULL',
      'updated_at INTEGER NOT NULL',
    ],
    constraints: [belongsTo('session_id', 'sessions'), 'UNIQUE (session_id, file_path)'],
    indexes: { idx_file_cache_path: 'file_path', idx_file_cache_session: 'session_id' },
  },
  {
    name: 'events',
    columns: [
      'id INTEGER PRIMARY KEY AUTOINCREMENT',
      'entity_type TEXT NOT NULL',
      'entity_id TEXT NOT NULL',
      'event_type TEXT NOT NULL',
      'actor TEXT NOT NULL',
      'old_value TEXT',
      'new_value TEXT',
      'comment TEXT',
      'created_at INTEGER NOT NULL',
    ],
    indexes: {
      idx_events_actor: 'actor',
      idx_events_created: 'created_at DESC',
      idx_events_entity: 'entity_type, entity_id',
      idx_events_type: 'event_type',
    },
  },
  {
    name: 'embeddings_meta',
    columns: ['key TEXT PRIMARY KEY', 'value TEXT NOT NULL', 'updated_at INTEGER NOT NULL'],
  },
  {
    name: 'embedding_chunks',
    columns: [
      'id TEXT PRIMARY KEY',
      'item_id TEXT NOT NULL',
      'chunk_index INTEGER NOT NULL DEFAULT 0',
      'chunk_text TEXT NOT NULL',
      'embedding BLOB NOT NULL',
      'dimensions INTEGER NOT NULL',
      'provider TEXT NOT NULL',
      'model TEXT NOT NULL',
      'created_at INTEGER NOT NULL',
    ],
    constraints: [belongsTo('item_id', 'context_items'), 'UNIQUE (item_id, chunk_index)'],
    indexes: { idx_embedding_chunks_item: 'item_id', idx_embedding_chunks_provider: 'provider, model' },
  },
  {
    name: 'embedding_chunks_fast',
    columns: [
      'id TEXT PRIMARY KEY',
      'item_id TEXT NOT NULL',
      'chunk_index INTEGER NOT NULL DEFAULT 0',
      'chunk_text TEXT NOT NULL',
      'embedding BLOB NOT NULL',
      'dimensions INTEGER NOT NULL DEFAULT 256',
      "provider TEXT NOT NULL DEFAULT 'model2vec'",
      'model TEXT NOT NULL',
      'created_at INTEGER NOT NULL',
    ],
    constraints: [belongsTo('item_id', 'context_items'), 'UNIQUE (item_id, chunk_index)'],
    indexes: { idx_embedding_chunks_fast_item: 'item_id', idx_embedding_chunks_fast_provider: 'provider, model' },
  },
  ...Object.entries(MARKED_TABLES).map(([table, word]) => ({
    name: `dirty_${table}`,
    columns: [`${word}_id TEXT PRIMARY KEY`, 'marked_at INTEGER NOT NULL'],
  })),
  {
    name: 'export_hashes',
    columns: [
      'entity_type TEXT NOT NULL',
      'entity_id TEXT NOT NULL',
      'content_hash TEXT NOT NULL',
      'exported_at INTEGER NOT NULL',
    ],
    constraints: ['PRIMARY KEY (entity_type, entity_id)'],
  },
  {
    name: 'sync_deletions',
    columns: [
      'id INTEGER PRIMARY KEY AUTOINCREMENT',
      'entity_type TEXT NOT NULL',
      'entity_id TEXT NOT NULL',
      'project_path TEXT NOT NULL',
      'deleted_at INTEGER NOT NULL',
      'deleted_by TEXT NOT NULL',
      'exported INTEGER DEFAULT 0',
    ],
    constraints: ['UNIQUE (entity_type, entity_id)'],
    indexes: { idx_sync_deletions_exported: 'exported', idx_sync_deletions_project: 'project_path' },
  },
];
