import { TABLES } from './tables.sql.js';

/**
 * The schema of SaveContext as SQL: its objects in an order in which they can be made, and the rows that a new database holds. The
 * time 0 of a row stands for the time at which it is added.
 */
export const SCHEMA = `
${TABLES}
CREATE VIEW recent_sessions AS
  SELECT id, name, description, branch, channel, status, project_path, created_at, updated_at,
    (SELECT COUNT(*) FROM context_items WHERE session_id = sessions.id) AS item_count,
    (SELECT COALESCE(SUM(size), 0) FROM context_items WHERE session_id = sessions.id) AS total_size
  FROM sessions
  ORDER BY updated_at DESC;

CREATE VIEW session_summary AS
  WITH counted AS (
    SELECT session_id,
      COUNT(*) AS items,
      SUM(category = 'reminder') AS reminders,
      SUM(category = 'decision') AS decisions,
      SUM(category = 'progress') AS progress_items,
      SUM(priority = 'high') AS high_priority,
      SUM(size) AS size
    FROM context_items
    GROUP BY session_id
  )
  SELECT id, name, channel, status,
    COALESCE(items, 0) AS total_items,
    COALESCE(reminders, 0) AS reminders,
    COALESCE(decisions, 0) AS decisions,
    COALESCE(progress_items, 0) AS progress_items,
    COALESCE(high_priority, 0) AS high_priority,
    (SELECT COUNT(*) FROM checkpoints WHERE session_id = sessions.id) AS checkpoint_count,
    COALESCE(size, 0) AS total_size
  FROM sessions LEFT JOIN counted ON session_id = id;

CREATE VIEW high_priority_items AS
  SELECT item.*, session.name AS session_name, session.branch AS session_branch
  FROM context_items AS item, sessions AS session
  WHERE session.id = item.session_id AND item.priority = 'high'
  ORDER BY item.created_at DESC;

CREATE VIEW open_issues AS
  SELECT issue.*,
    (SELECT COUNT(*) FROM issue_labels WHERE issue_id = issue.id) AS label_count,
    (SELECT COUNT(*) FROM issue_dependencies WHERE issue_id = issue.id) AS dependency_count
  FROM issues AS issue
  WHERE status <> 'closed' AND status <> 'deferred'
  ORDER BY priority DESC, created_at;

-- By these triggers the reference implementation keeps its dirty tables, and a session's time of change. Its times are whole
-- seconds. None says INSERT OR REPLACE: inside a trigger the conflict clause of the outer statement overrides that.

CREATE TRIGGER mark_session_dirty_insert AFTER INSERT ON sessions BEGIN
  INSERT INTO dirty_sessions (session_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (session_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_session_dirty_update AFTER UPDATE ON sessions BEGIN
  INSERT INTO dirty_sessions (session_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (session_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_issue_dirty_insert AFTER INSERT ON issues BEGIN
  INSERT INTO dirty_issues (issue_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (issue_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_issue_dirty_update AFTER UPDATE ON issues BEGIN
  INSERT INTO dirty_issues (issue_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (issue_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_item_dirty_insert AFTER INSERT ON context_items BEGIN
  INSERT INTO dirty_context_items (item_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (item_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_item_dirty_update AFTER UPDATE ON context_items BEGIN
  INSERT INTO dirty_context_items (item_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (item_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_plan_dirty_insert AFTER INSERT ON plans BEGIN
  INSERT INTO dirty_plans (plan_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (plan_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_plan_dirty_update AFTER UPDATE ON plans BEGIN
  INSERT INTO dirty_plans (plan_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (plan_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_time_entry_dirty_insert AFTER INSERT ON time_entries BEGIN
  INSERT INTO dirty_time_entries (time_entry_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (time_entry_id) DO UPDATE SET marked_at = excluded.marked_at;
END;
CREATE TRIGGER mark_time_entry_dirty_update AFTER UPDATE ON time_entries BEGIN
  INSERT INTO dirty_time_entries (time_entry_id, marked_at) VALUES (NEW.id, strftime('%s', 'now') * 1000)
    ON CONFLICT (time_entry_id) DO UPDATE SET marked_at = excluded.marked_at;
END;

CREATE TRIGGER update_session_timestamp AFTER INSERT ON context_items BEGIN
  UPDATE sessions SET updated_at = strftime('%s', 'now') * 1000 WHERE id = NEW.session_id;
END;

-- The versions that the reference implementation records. One that is missing makes it run that migration (again).

INSERT INTO schema_migrations (version, applied_at) VALUES
  ('001_add_session_lifecycle', 0), ('002_add_multi_path_sessions', 0), ('003_add_agent_sessions', 0),
  ('004_add_memory_and_tasks', 0), ('005_add_checkpoint_grouping', 0), ('006_rename_tasks_to_issues', 0),
  ('007_embeddings_support', 0), ('008_dynamic_vec_dimensions', 0), ('009_rename_task_to_reminder', 0),
  ('010_issue_projects', 0), ('011_blob_embeddings', 0), ('012_tiered_embeddings', 0),
  ('013_plan_session_binding', 0), ('014_close_reason', 0), ('015_add_time_entries', 0), ('v1', 0);

INSERT INTO embeddings_meta (key, value, updated_at) VALUES
  ('vec_dimensions', '768', 0),
  ('migrated_from_sqlite_vec', 'true', 0),
  ('tier_fast_dimensions', '256', 0),
  ('tier_fast_provider', 'model2vec', 0),
  ('tier_fast_model', 'minishlab/potion-base-8M', 0),
  ('tiered_embeddings_enabled', 'true', 0);
`;
