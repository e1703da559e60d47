import { describe, expect, it } from 'vitest';
import type { Sql } from '../../src/store/sql.js';
import { ATLAS, Replica, dump, snapshot } from './helpers.js';

/** A cell: type and bytes, so that NUL, 64 bits and reals count. */
const cell = (column: string): string =>
  `typeof(${column}) || ':' || CASE typeof(${column}) WHEN 'real' THEN printf('%!.17g', ${column}) ` +
  `ELSE coalesce(hex(CAST(${column} AS BLOB)), '') END`;
/** A path: the project's own root is the same everywhere. */
const path = (column: string): string =>
  `CASE WHEN ${column} IS NULL THEN 'null' WHEN ${column} = :p THEN '.' ` +
  `WHEN substr(${column}, 1, length(:p) + 1) = :p || '/' THEN 'in ' || substr(${column}, length(:p) + 2) ` +
  `ELSE 'out ' || ${column} END`;
const cells = (columns: string): string[] => columns.split(' ').map(cell);

const SESSIONS = `SELECT id FROM sessions WHERE project_path = :p`;
const ISSUES = `SELECT id FROM issues WHERE project_path = :p`;
const ITEMS = `SELECT id FROM context_items WHERE session_id IN (${SESSIONS})`;
const CHECKPOINTS = `SELECT id FROM checkpoints WHERE session_id IN (${SESSIONS})`;
/** Pairs of a checkpoint and an item, each once: the one with the smallest order, then name. */
const PAIRS = `SELECT *, row_number() OVER (PARTITION BY checkpoint_id, context_item_id ORDER BY group_order, group_name) AS n
  FROM checkpoint_items WHERE checkpoint_id IN (${CHECKPOINTS}) AND context_item_id IN (${ITEMS})`;

/** Every synced column of every table, by hand. */
const QUERIES: Readonly<Record<string, string>> = {
  sessions: select(
    [...cells('id name description branch channel status ended_at created_at updated_at'), path('project_path')],
    `sessions WHERE project_path = :p`,
  ),
  session_projects: select(
    [cell('session_id'), path('project_path')],
    `session_projects WHERE session_id IN (${SESSIONS}) AND project_path <> :p`,
  ),
  plans: select(
    [
      ...cells(
        'id short_id title content status success_criteria session_id created_in_session completed_in_session source_hash',
      ),
      ...cells('created_at updated_at completed_at'),
      path('project_path'),
      path('source_path'),
      `(SELECT ${path('j.project_path')} FROM projects j WHERE j.id = project_id)`,
    ],
    `plans WHERE project_path = :p`,
  ),
  issues: select(
    [
      ...cells('id short_id title description details status priority issue_type plan_id created_by_agent'),
      ...cells(
        'closed_by_agent created_in_session closed_in_session assigned_to_agent assigned_at assigned_in_session',
      ),
      ...cells('created_at updated_at closed_at deferred_at close_reason'),
      path('project_path'),
    ],
    `issues WHERE project_path = :p`,
  ),
  issue_labels: select(cells('issue_id label'), `issue_labels WHERE issue_id IN (${ISSUES})`),
  issue_dependencies: select(
    cells('issue_id depends_on_id dependency_type created_at'),
    `issue_dependencies WHERE issue_id IN (${ISSUES})`,
  ),
  issue_projects: select(
    [cell('issue_id'), path('project_path')],
    `issue_projects WHERE issue_id IN (${ISSUES}) AND project_path <> :p`,
  ),
  context_items: select(
    cells('id session_id key value category priority channel tags size created_at updated_at'),
    `context_items WHERE session_id IN (${SESSIONS})`,
  ),
  checkpoints: select(
    [
      ...cells('id session_id name description git_status git_branch total_size created_at'),
      `coalesce((SELECT nullif(count(*), 0) FROM (${PAIRS}) i WHERE i.checkpoint_id = checkpoints.id AND n = 1), item_count)`,
    ],
    `checkpoints WHERE session_id IN (${SESSIONS})`,
  ),
  checkpoint_items: select(cells('checkpoint_id context_item_id group_name group_order'), `(${PAIRS}) WHERE n = 1`),
  project_memory: select(
    [...cells('id key value category created_at updated_at'), path('project_path')],
    `project_memory WHERE project_path = :p`,
  ),
  time_entries: select(
    [
      ...cells('id short_id issue_id period hours description work_date status actor created_at updated_at'),
      path('project_path'),
    ],
    `time_entries WHERE project_path = :p`,
  ),
};

function select(columns: readonly string[], from: string): string {
  return `SELECT ${columns.join(`, `)} FROM ${from}`;
}

/** All that a database has of a project, without what is local to it. */
function synced(sql: Sql, project: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(QUERIES).map(([table, query]) => [
      table,
      sql
        .all(query.replaceAll(':p', `'${project}'`))
        .map((row) => row.map(String).join(' | '))
        .sort(),
    ]),
  );
}

const CASES = ['full', 'second', 'old-schema', 'empty'] as const;

describe.each(CASES)('the database %s of the reference program', (name) => {
  it('P7 comes back column by column in another folder', () => {
    const a = new Replica({ fixture: `${name}/before.db`, project: ATLAS });
    const before = dump(a.other);
    a.export();
    const b = new Replica();
    b.pull(a);
    const stats = b.import();
    expect(stats.notices).toEqual([]);
    const filled = Object.values(synced(a.other, ATLAS)).filter((rows) => rows.length > 0);
    expect(filled).toHaveLength({ full: 12, second: 12, 'old-schema': 6, empty: 0 }[name]);
    expect(synced(b.other, b.project)).toEqual(synced(a.other, ATLAS));
    expect(dump(a.other)).toEqual(before);
    expect(
      b.value(`SELECT count(*) FROM checkpoints c WHERE item_count <> (SELECT count(*) FROM checkpoint_items i
      WHERE i.checkpoint_id = c.id) AND EXISTS (SELECT 1 FROM checkpoint_items i WHERE i.checkpoint_id = c.id)`),
    ).toBe(0n);
    expect(b.export({ full: true }).files).toEqual([]);
    expect(b.files()).toEqual(a.files());
  });

  it('P12 is written once: a second export changes no byte, a second import no row', () => {
    const a = new Replica({ fixture: `${name}/before.db`, project: ATLAS });
    a.export();
    const files = snapshot(a.dir);
    expect(a.export().files).toEqual([]);
    expect(a.export({ full: true }).files).toEqual([]);
    expect(snapshot(a.dir)).toEqual(files);
    const rows = dump(a.other, /./);
    expect(a.import().total).toEqual(zero);
    expect(dump(a.other, /./)).toEqual(rows);
    expect(a.status().inSync).toBe(true);
  });

  it('P7 survives the form of the reference program, which leaves extension fields behind', () => {
    const a = new Replica({ fixture: `${name}/before.db`, project: ATLAS });
    a.setPaths('absolute');
    a.export();
    expect(Object.values(a.files()).join('')).not.toMatch(/"v":1|"labels"|"project_path":"\."/);
    const before = synced(a.other, ATLAS);
    const files = snapshot(a.dir);
    expect(a.export({ full: true }).files).toEqual([]);
    expect(a.import().total).toEqual(zero);
    expect(snapshot(a.dir)).toEqual(files);
    expect(synced(a.other, ATLAS)).toEqual(before);
    // Another database gets all but what such lines do not say.
    const b = new Replica();
    b.setPaths('absolute');
    b.pull(a);
    expect(b.import().notices).toEqual([]);
    const all = synced(b.other, b.project);
    for (const table of ['sessions', 'plans', 'context_items', 'project_memory', 'time_entries']) {
      expect(all[table], table).toEqual(before[table]);
    }
    // Going over to the portable form loses nothing here either.
    a.setPaths('portable');
    a.import();
    a.export();
    expect(synced(a.other, ATLAS)).toEqual(before);
    const c = new Replica();
    c.pull(a);
    c.import();
    expect(synced(c.other, c.project)).toEqual(before);
  });
});

const zero = {
  created: 0,
  updated: 0,
  deleted: 0,
  skipped: 0,
  conflicts: 0,
  restored: 0,
  orphaned: 0,
  rolledBack: 0,
  renamed: 0,
  renumbered: 0,
};
