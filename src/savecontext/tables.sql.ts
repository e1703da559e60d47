/** The tables of SaveContext as SQL, parents first, each followed by its indexes. */
export const TABLES = `
-- The tables whose rows are synced.

CREATE TABLE projects (
  id TEXT PRIMARY KEY, project_path TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT,
  issue_prefix TEXT, next_issue_number INTEGER DEFAULT 1, plan_prefix TEXT, next_plan_number INTEGER DEFAULT 1,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
);
CREATE INDEX idx_projects_path ON projects (project_path);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT, branch TEXT, channel TEXT DEFAULT 'general',
  project_path TEXT, status TEXT DEFAULT 'active', ended_at INTEGER,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  user_id TEXT, synced_at INTEGER, is_synced INTEGER DEFAULT 0
);
CREATE INDEX idx_sessions_project_path ON sessions (project_path);
CREATE INDEX idx_sessions_project_status ON sessions (project_path, status);
CREATE INDEX idx_sessions_status ON sessions (status);
CREATE INDEX idx_sessions_synced ON sessions (is_synced, synced_at);
CREATE INDEX idx_sessions_user ON sessions (user_id);

CREATE TABLE session_projects (
  session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  project_path TEXT NOT NULL, added_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, project_path)
);
CREATE INDEX idx_session_projects_path ON session_projects (project_path);
CREATE INDEX idx_session_projects_session ON session_projects (session_id);

CREATE TABLE context_items (
  id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL, category TEXT DEFAULT 'note', priority TEXT DEFAULT 'normal',
  channel TEXT DEFAULT 'general', tags TEXT DEFAULT '[]', size INTEGER DEFAULT 0,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  embedding_status TEXT DEFAULT 'none', embedding_provider TEXT, embedding_model TEXT,
  chunk_count INTEGER DEFAULT 0, embedded_at INTEGER, synced_at INTEGER, is_synced INTEGER DEFAULT 0,
  fast_embedding_status TEXT DEFAULT 'none', fast_embedded_at INTEGER,
  UNIQUE (session_id, key)
);
CREATE INDEX idx_context_items_category ON context_items (category);
CREATE INDEX idx_context_items_channel ON context_items (channel);
CREATE INDEX idx_context_items_created ON context_items (created_at DESC);
CREATE INDEX idx_context_items_embedding_status ON context_items (embedding_status);
CREATE INDEX idx_context_items_priority ON context_items (priority);
CREATE INDEX idx_context_items_session ON context_items (session_id);
CREATE INDEX idx_context_items_session_created ON context_items (session_id, created_at DESC);
CREATE INDEX idx_context_items_synced ON context_items (is_synced, synced_at);

CREATE TABLE checkpoints (
  id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  name TEXT NOT NULL, description TEXT, git_status TEXT, git_branch TEXT,
  item_count INTEGER DEFAULT 0, total_size INTEGER DEFAULT 0,
  created_at INTEGER NOT NULL, synced_at INTEGER, is_synced INTEGER DEFAULT 0
);
CREATE INDEX idx_checkpoints_created ON checkpoints (created_at DESC);
CREATE INDEX idx_checkpoints_session ON checkpoints (session_id);

CREATE TABLE checkpoint_items (
  id TEXT PRIMARY KEY,
  checkpoint_id TEXT NOT NULL REFERENCES checkpoints(id) ON DELETE CASCADE,
  context_item_id TEXT NOT NULL REFERENCES context_items(id) ON DELETE CASCADE,
  group_name TEXT, group_order INTEGER DEFAULT 0
);

CREATE TABLE plans (
  id TEXT PRIMARY KEY, short_id TEXT, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  project_path TEXT NOT NULL, title TEXT NOT NULL, content TEXT, status TEXT DEFAULT 'draft', success_criteria TEXT,
  created_in_session TEXT, completed_in_session TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, completed_at INTEGER,
  session_id TEXT REFERENCES sessions(id) ON DELETE SET NULL, source_path TEXT, source_hash TEXT
);
CREATE INDEX idx_plans_project_id ON plans (project_id);
CREATE INDEX idx_plans_project_path ON plans (project_path);
CREATE INDEX idx_plans_session ON plans (session_id);
CREATE INDEX idx_plans_short_id ON plans (project_id, short_id);
CREATE INDEX idx_plans_source_hash ON plans (source_hash);
CREATE INDEX idx_plans_status ON plans (status);

CREATE TABLE issues (
  id TEXT PRIMARY KEY, short_id TEXT, project_path TEXT NOT NULL, title TEXT NOT NULL, description TEXT, details TEXT,
  status TEXT DEFAULT 'open', priority INTEGER DEFAULT 2, issue_type TEXT DEFAULT 'task',
  plan_id TEXT REFERENCES plans(id) ON DELETE SET NULL, created_by_agent TEXT, closed_by_agent TEXT,
  created_in_session TEXT, closed_in_session TEXT,
  assigned_to_agent TEXT, assigned_at INTEGER, assigned_in_session TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, closed_at INTEGER, deferred_at INTEGER, close_reason TEXT,
  CHECK (priority BETWEEN 0 AND 4)
);
CREATE INDEX idx_issues_assigned ON issues (assigned_to_agent);
CREATE INDEX idx_issues_plan ON issues (plan_id);
CREATE INDEX idx_issues_priority ON issues (priority);
CREATE INDEX idx_issues_project ON issues (project_path);
CREATE INDEX idx_issues_short_id ON issues (project_path, short_id);
CREATE INDEX idx_issues_status ON issues (status);
CREATE INDEX idx_issues_type ON issues (issue_type);

CREATE TABLE issue_projects (
  issue_id TEXT NOT NULL REFERENCES issues(id) ON DELETE CASCADE, project_path TEXT NOT NULL,
  added_at INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000),
  PRIMARY KEY (issue_id, project_path)
);
CREATE INDEX idx_issue_projects_issue ON issue_projects (issue_id);
CREATE INDEX idx_issue_projects_path ON issue_projects (project_path);

CREATE TABLE issue_labels (
  id TEXT PRIMARY KEY, issue_id TEXT NOT NULL REFERENCES issues(id) ON DELETE CASCADE, label TEXT NOT NULL,
  UNIQUE (issue_id, label)
);
CREATE INDEX idx_issue_labels_label ON issue_labels (label);

CREATE TABLE issue_dependencies (
  id TEXT PRIMARY KEY,
  issue_id TEXT NOT NULL REFERENCES issues(id) ON DELETE CASCADE,
  depends_on_id TEXT NOT NULL REFERENCES issues(id) ON DELETE CASCADE,
  dependency_type TEXT DEFAULT 'blocks', created_at INTEGER NOT NULL,
  UNIQUE (issue_id, depends_on_id)
);
CREATE INDEX idx_issue_deps_depends ON issue_dependencies (depends_on_id);

CREATE TABLE project_memory (
  id TEXT PRIMARY KEY, project_path TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  category TEXT DEFAULT 'command', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  UNIQUE (project_path, key)
);
CREATE INDEX idx_memory_category ON project_memory (category);
CREATE INDEX idx_memory_project ON project_memory (project_path);

CREATE TABLE time_entries (
  id TEXT PRIMARY KEY, short_id TEXT, project_path TEXT NOT NULL,
  issue_id TEXT REFERENCES issues(id) ON DELETE SET NULL, period TEXT, hours REAL NOT NULL, description TEXT NOT NULL,
  work_date TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'logged', actor TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  CHECK (hours > 0), CHECK (status IN ('logged', 'reviewed', 'invoiced'))
);
CREATE INDEX idx_time_entries_issue ON time_entries (issue_id);
CREATE INDEX idx_time_entries_period ON time_entries (period);
CREATE INDEX idx_time_entries_project ON time_entries (project_path);
CREATE INDEX idx_time_entries_short_id ON time_entries (project_path, short_id);
CREATE INDEX idx_time_entries_status ON time_entries (status);
CREATE INDEX idx_time_entries_work_date ON time_entries (work_date);

-- The tables that stay on one machine: nothing here syncs them, but the reference implementation needs them.

CREATE TABLE schema_migrations (version TEXT PRIMARY KEY, applied_at INTEGER NOT NULL);

CREATE TABLE agent_sessions (
  agent_id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  project_path TEXT NOT NULL, git_branch TEXT, provider TEXT, last_active_at INTEGER NOT NULL
);
CREATE INDEX idx_agent_sessions_active ON agent_sessions (last_active_at DESC);
CREATE INDEX idx_agent_sessions_project ON agent_sessions (project_path);
CREATE INDEX idx_agent_sessions_project_branch ON agent_sessions (project_path, git_branch);
CREATE INDEX idx_agent_sessions_provider ON agent_sessions (provider);
CREATE INDEX idx_agent_sessions_session ON agent_sessions (session_id);

CREATE TABLE file_cache (
  id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  file_path TEXT NOT NULL, content TEXT, hash TEXT, size INTEGER DEFAULT 0,
  last_read INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  UNIQUE (session_id, file_path)
);
CREATE INDEX idx_file_cache_path ON file_cache (file_path);
CREATE INDEX idx_file_cache_session ON file_cache (session_id);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity_type TEXT NOT NULL, entity_id TEXT NOT NULL, event_type TEXT NOT NULL,
  actor TEXT NOT NULL, old_value TEXT, new_value TEXT, comment TEXT, created_at INTEGER NOT NULL
);
CREATE INDEX idx_events_actor ON events (actor);
CREATE INDEX idx_events_created ON events (created_at DESC);
CREATE INDEX idx_events_entity ON events (entity_type, entity_id);
CREATE INDEX idx_events_type ON events (event_type);

CREATE TABLE embeddings_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL);

CREATE TABLE embedding_chunks (
  id TEXT PRIMARY KEY, item_id TEXT NOT NULL REFERENCES context_items(id) ON DELETE CASCADE,
  chunk_index INTEGER NOT NULL DEFAULT 0, chunk_text TEXT NOT NULL, embedding BLOB NOT NULL,
  dimensions INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, created_at INTEGER NOT NULL,
  UNIQUE (item_id, chunk_index)
);
CREATE INDEX idx_embedding_chunks_item ON embedding_chunks (item_id);
CREATE INDEX idx_embedding_chunks_provider ON embedding_chunks (provider, model);

CREATE TABLE embedding_chunks_fast (
  id TEXT PRIMARY KEY, item_id TEXT NOT NULL REFERENCES context_items(id) ON DELETE CASCADE,
  chunk_index INTEGER NOT NULL DEFAULT 0, chunk_text TEXT NOT NULL, embedding BLOB NOT NULL,
  dimensions INTEGER NOT NULL DEFAULT 256, provider TEXT NOT NULL DEFAULT 'model2vec', model TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (item_id, chunk_index)
);
CREATE INDEX idx_embedding_chunks_fast_item ON embedding_chunks_fast (item_id);
CREATE INDEX idx_embedding_chunks_fast_provider ON embedding_chunks_fast (provider, model);

CREATE TABLE dirty_sessions (session_id TEXT PRIMARY KEY, marked_at INTEGER NOT NULL);
CREATE TABLE dirty_issues (issue_id TEXT PRIMARY KEY, marked_at INTEGER NOT NULL);
CREATE TABLE dirty_context_items (item_id TEXT PRIMARY KEY, marked_at INTEGER NOT NULL);
CREATE TABLE dirty_plans (plan_id TEXT PRIMARY KEY, marked_at INTEGER NOT NULL);
CREATE TABLE dirty_time_entries (time_entry_id TEXT PRIMARY KEY, marked_at INTEGER NOT NULL);

CREATE TABLE export_hashes (
  entity_type TEXT NOT NULL, entity_id TEXT NOT NULL, content_hash TEXT NOT NULL, exported_at INTEGER NOT NULL,
  PRIMARY KEY (entity_type, entity_id)
);

CREATE TABLE sync_deletions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity_type TEXT NOT NULL, entity_id TEXT NOT NULL,
  project_path TEXT NOT NULL, deleted_at INTEGER NOT NULL, deleted_by TEXT NOT NULL, exported INTEGER DEFAULT 0,
  UNIQUE (entity_type, entity_id)
);
CREATE INDEX idx_sync_deletions_exported ON sync_deletions (exported);
CREATE INDEX idx_sync_deletions_project ON sync_deletions (project_path);
`;
