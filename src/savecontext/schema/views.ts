/** The views of the schema: the SELECT by name. */
export const VIEWS: Readonly<Record<string, string>> = {
  recent_sessions: `
    SELECT id, name, description, branch, channel, status, project_path, created_at, updated_at,
      (SELECT COUNT(*) FROM context_items WHERE session_id = sessions.id) AS item_count,
      (SELECT COALESCE(SUM(size), 0) FROM context_items WHERE session_id = sessions.id) AS total_size
    FROM sessions
    ORDER BY updated_at DESC`,

  session_summary: `
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
    FROM sessions LEFT JOIN counted ON session_id = id`,

  high_priority_items: `
    SELECT item.*, session.name AS session_name, session.branch AS session_branch
    FROM context_items AS item, sessions AS session
    WHERE session.id = item.session_id AND item.priority = 'high'
    ORDER BY item.created_at DESC`,

  open_issues: `
    SELECT issue.*,
      (SELECT COUNT(*) FROM issue_labels WHERE issue_id = issue.id) AS label_count,
      (SELECT COUNT(*) FROM issue_dependencies WHERE issue_id = issue.id) AS dependency_count
    FROM issues AS issue
    WHERE status <> 'closed' AND status <> 'deferred'
    ORDER BY priority DESC, created_at`,
};
