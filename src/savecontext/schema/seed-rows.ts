/** The versions that the reference implementation records; one that is missing makes it run that migration (again). */
export const MIGRATIONS: readonly string[] = [
  '001_add_session_lifecycle',
  '002_add_multi_path_sessions',
  '003_add_agent_sessions',
  '004_add_memory_and_tasks',
  '005_add_checkpoint_grouping',
  '006_rename_tasks_to_issues',
  '007_embeddings_support',
  '008_dynamic_vec_dimensions',
  '009_rename_task_to_reminder',
  '010_issue_projects',
  '011_blob_embeddings',
  '012_tiered_embeddings',
  '013_plan_session_binding',
  '014_close_reason',
  '015_add_time_entries',
  'v1',
];

/** What a new `embeddings_meta` holds. */
export const EMBEDDING_SETTINGS: Readonly<Record<string, string>> = {
  vec_dimensions: '768',
  migrated_from_sqlite_vec: 'true',
  tier_fast_dimensions: '256',
  tier_fast_provider: 'model2vec',
  tier_fast_model: 'minishlab/potion-base-8M',
  tiered_embeddings_enabled: 'true',
};
