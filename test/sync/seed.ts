import { Replica, T0 } from './helpers.js';

/** One project with records of every type and rows of every child table, as another program writes them. */
export function seed(replica: Replica): void {
  replica.run(SEED);
}

/** Two machines that have all of that in common. */
export function seededPair(): readonly [Replica, Replica] {
  const [a, b] = [new Replica(), new Replica()];
  seed(a);
  a.export();
  b.pull(a);
  b.import();
  return [a, b];
}

const SEED = `
INSERT INTO projects (id, project_path, name, created_at, updated_at) VALUES ('proj_1', :project, 'one', ${T0}, ${T0});
INSERT INTO sessions (id, name, description, branch, project_path, created_at, updated_at) VALUES
  ('s1', 'first', 'about', 'main', :project, ${T0}, ${T0}),
  ('s2', 'second', NULL, NULL, :project, ${T0 + 1}, ${T0 + 1}),
  ('s9', 'elsewhere', NULL, NULL, '/elsewhere', ${T0}, ${T0});
INSERT INTO session_projects (session_id, project_path, added_at) VALUES
  ('s1', :project, 1), ('s1', :project || '/packages/a', 2), ('s1', '/elsewhere', 3);
INSERT INTO plans (id, short_id, project_id, project_path, title, content, session_id, source_path, created_at, updated_at) VALUES
  ('p1', 'P-1', 'proj_1', :project, 'plan', 'text', 's1', :project || '/plan.md', ${T0}, ${T0}),
  ('p2', NULL, 'proj_1', :project, 'bare', NULL, NULL, NULL, ${T0}, ${T0});
INSERT INTO issues (id, short_id, project_path, title, plan_id, created_at, updated_at) VALUES
  ('i1', 'I-1', :project, 'one', 'p1', ${T0}, ${T0}),
  ('i2', 'I-2', :project, 'two', NULL, ${T0}, ${T0}),
  ('i3', NULL, :project, 'three', NULL, ${T0}, ${T0});
INSERT INTO issue_labels (id, issue_id, label) VALUES ('l1', 'i1', 'red'), (NULL, 'i1', 'blue'), ('l3', 'i2', '');
INSERT INTO issue_dependencies (id, issue_id, depends_on_id, created_at) VALUES
  ('d1', 'i1', 'i2', ${T0}), (NULL, 'i2', 'i3', ${T0}), ('d3', 'i3', 'i1', ${T0});
INSERT INTO issue_projects (issue_id, project_path) VALUES ('i1', :project), ('i1', '/elsewhere');
INSERT INTO context_items (id, session_id, key, value, tags, size, created_at, updated_at) VALUES
  ('c1', 's1', 'a', 'alpha', '["x","y"]', 5, ${T0}, ${T0}),
  ('c2', 's1', 'b', 'beta', NULL, 4, ${T0}, ${T0}),
  ('c3', 's2', 'a', 'gamma', 'no json', 9007199254740993, ${T0}, ${T0});
INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES
  ('m1', :project, 'build', 'npm run build', ${T0}, ${T0}),
  ('m2', :project, 'test', 'npm test', ${T0}, ${T0});
INSERT INTO checkpoints (id, session_id, name, item_count, total_size, created_at) VALUES
  ('k1', 's1', 'before', 2, 9, ${T0}), ('k2', 's2', 'empty', 0, 0, ${T0}), ('k3', 's2', 'unknown', 7, 0, ${T0});
INSERT INTO checkpoint_items (id, checkpoint_id, context_item_id, group_name, group_order) VALUES
  ('ki1', 'k1', 'c1', 'g', 1), (NULL, 'k1', 'c2', NULL, 0);
INSERT INTO time_entries (id, short_id, project_path, issue_id, hours, description, work_date, created_at, updated_at) VALUES
  ('t1', 'T-1', :project, 'i1', 1.5, 'work', '2031-01-02', ${T0}, ${T0}),
  ('t2', NULL, :project, NULL, 3, 'more', '2031-01-03', ${T0}, ${T0});
`;
