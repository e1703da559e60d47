import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SyncError } from '../../src/errors.js';
import { connect } from '../../src/store/connect.js';
import { upgradeSchema } from '../../src/savecontext/upgrade.js';
import { Sql } from '../../src/store/sql.js';
import { copyOfFixture, temporaryFolder, thrownBy } from '../store/helpers.js';
import { schemaShape } from './schema-shape.js';

const NOW = 1_700_000_000_123;

function open(path = join(temporaryFolder(), 'test.db')): Sql {
  const sql = new Sql(connect(path, { create: true }));
  onTestFinished(() => {
    sql.close();
  });
  return sql;
}

function withSchema(): Sql {
  const sql = open();
  upgradeSchema(sql, NOW);
  return sql;
}

const reference = (): Sql => open(copyOfFixture('empty/before.db'));

/** Everything that a database holds, to see that nothing changed. */
function contents(sql: Sql): unknown {
  const objects = sql.all('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name');
  const tables = objects.flatMap(([type, name]) => (type === 'table' ? [String(name)] : []));
  return [objects, tables.map((name) => sql.all(`SELECT rowid, * FROM "${name}"`))];
}

describe('upgradeSchema of an empty database', () => {
  it('makes the schema of the reference', () => {
    expect(schemaShape(withSchema())).toEqual(schemaShape(reference()));
  });

  it('records every version with the time it was given', () => {
    expect(withSchema().all('SELECT DISTINCT applied_at, count(*) FROM schema_migrations')).toEqual([
      [BigInt(NOW), 16n],
    ]);
  });

  it('leaves no table empty that the reference fills', () => {
    const sql = withSchema();
    const filled = (database: Sql): unknown =>
      ['embeddings_meta', 'schema_migrations'].map((table) => database.get(`SELECT count(*) FROM ${table}`));
    expect(filled(sql)).toEqual(filled(reference()));
  });
});

describe.each([
  ['our schema', withSchema],
  ['the schema of the reference', reference],
])('%s', (_, make) => {
  const withRows = (): Sql => {
    const sql = make();
    sql.exec(`
      INSERT OR IGNORE INTO projects (id, project_path, name, created_at, updated_at) VALUES ('p', '/p', 'P', 1, 1);
      INSERT INTO sessions (id, name, created_at, updated_at) VALUES ('s', 'S', 1, 1);
      INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('i', '/p', 'I', 1, 1);
      INSERT INTO plans (id, project_id, project_path, title, session_id, created_at, updated_at) VALUES ('l', 'p', '/p', 'L', 's', 1, 1);
      INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c', 's', 'k', 'v', 1, 1);
      INSERT INTO checkpoints (id, session_id, name, created_at) VALUES ('h', 's', 'H', 1);
      INSERT INTO checkpoint_items (id, checkpoint_id, context_item_id) VALUES ('hc', 'h', 'c');
      INSERT INTO time_entries (id, project_path, issue_id, hours, description, work_date, created_at, updated_at)
        VALUES ('t', '/p', 'i', 0.5, 'T', '2025-01-01', 1, 1);
      INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m', '/p', 'k', 'v', 1, 1)`);
    return sql;
  };

  it.each([
    [
      'issues',
      "'x', '/p', 'X', 1, 1, %",
      'id, project_path, title, created_at, updated_at, priority',
      [0, 4, null],
      [-1, 5],
    ],
    [
      'time_entries',
      "'x', '/p', 'X', '2025-01-01', 1, 1, %",
      'id, project_path, description, work_date, created_at, updated_at, hours',
      [1e-300, 24],
      [0, -1, null],
    ],
    [
      'time_entries',
      "'x', '/p', 'X', '2025-01-01', 1, 1, 1, %",
      'id, project_path, description, work_date, created_at, updated_at, hours, status',
      ['logged', 'reviewed', 'invoiced'],
      ['other', null],
    ],
    [
      'plans',
      "'x', 'p', '/p', 'X', 1, 1, %",
      'id, project_id, project_path, title, created_at, updated_at, status',
      ['other'],
      [],
    ],
  ] as const)('checks %s', (table, values, columns, allowed, refused) => {
    const sql = withRows();
    const insert = (value: string | number | null): unknown =>
      sql.run(`INSERT INTO ${table} (${columns}) VALUES (${values.replace('%', '?')})`, value);
    for (const value of allowed) {
      insert(value);
      sql.run(`DELETE FROM ${table} WHERE id = 'x'`);
    }
    for (const value of refused) expect(String(thrownBy(() => insert(value)))).toMatch(/constraint failed/);
  });

  it('marks a changed row dirty, at a whole second', () => {
    const sql = withRows();
    const changes = {
      sessions: ['s', 'session_id', 'name'],
      issues: ['i', 'issue_id', 'title'],
      context_items: ['c', 'item_id', 'value'],
      plans: ['l', 'plan_id', 'title'],
      time_entries: ['t', 'time_entry_id', 'description'],
    } as const;
    for (const [table, [id, key, column]] of Object.entries(changes)) {
      const marks = (): unknown =>
        sql.all(`SELECT ${key}, marked_at > 1700000000000, marked_at % 1000 FROM dirty_${table}`);
      expect(marks()).toEqual([[id, 1n, 0n]]);
      sql.run(`UPDATE dirty_${table} SET marked_at = 1`);
      sql.run(`INSERT OR IGNORE INTO ${table} SELECT * FROM ${table}`);
      sql.run(`UPDATE ${table} SET ${column} = 'new'`);
      expect(marks()).toEqual([[id, 1n, 0n]]);
      sql.run(`DELETE FROM dirty_${table}`);
    }
  });

  it('sets the time of a session when an item is added, and only then', () => {
    const sql = withRows();
    const touched = (): unknown =>
      sql.get("SELECT updated_at > 1700000000000 AND updated_at % 1000 = 0 FROM sessions WHERE id = 's'");
    expect(touched()).toEqual([1n]);
    sql.run('UPDATE sessions SET updated_at = 1');
    sql.run("UPDATE context_items SET value = 'new'");
    sql.run('DELETE FROM context_items');
    expect(touched()).toEqual([0n]);
  });

  it('removes what belongs to a removed row, and marks nothing as deleted', () => {
    const sql = withRows();
    sql.run("DELETE FROM sessions WHERE id = 's'");
    sql.run("DELETE FROM issues WHERE id = 'i'");
    const left = ['context_items', 'checkpoints', 'checkpoint_items', 'sync_deletions'].map(
      (table) => sql.get(`SELECT count(*) FROM ${table}`)?.[0],
    );
    expect(left).toEqual([0n, 0n, 0n, 0n]);
    expect(sql.get("SELECT session_id FROM plans WHERE id = 'l'")).toEqual([null]);
    expect(sql.get("SELECT issue_id FROM time_entries WHERE id = 't'")).toEqual([null]);
  });
});

describe('the views', () => {
  it('show what those of the reference show', () => {
    const sql = open(copyOfFixture('full/before.db'));
    const selects = [
      'SELECT * FROM high_priority_items ORDER BY id',
      'SELECT * FROM open_issues ORDER BY id',
      'SELECT * FROM recent_sessions ORDER BY id',
      // The total size there counts once for each checkpoint, so it is compared where there is no second one.
      `SELECT id, name, channel, status, total_items, reminders, decisions, progress_items, high_priority, checkpoint_count,
        iif(checkpoint_count > 1, NULL, total_size) FROM session_summary ORDER BY id`,
      'SELECT created_at FROM high_priority_items',
      'SELECT priority, created_at FROM open_issues',
      'SELECT updated_at FROM recent_sessions',
    ];
    const shown = (): unknown => selects.map((select) => sql.all(select));
    const before = shown();
    sql.exec(
      'DROP VIEW high_priority_items; DROP VIEW open_issues; DROP VIEW recent_sessions; DROP VIEW session_summary',
    );
    expect(upgradeSchema(sql, NOW)).toEqual([
      'view recent_sessions',
      'view session_summary',
      'view high_priority_items',
      'view open_issues',
    ]);
    expect(shown()).toEqual(before);
  });
});

describe('upgradeSchema', () => {
  it('completes an old database of the reference and says what it added', () => {
    const sql = open(copyOfFixture('old-schema/before.db'));
    const rows = (): unknown =>
      [
        'SELECT id, title, content, updated_at FROM plans ORDER BY id',
        'SELECT id, title, status, updated_at FROM issues ORDER BY id',
        'SELECT * FROM sessions ORDER BY id',
        'SELECT * FROM context_items ORDER BY id',
        'SELECT * FROM dirty_issues ORDER BY 1',
        "SELECT * FROM schema_migrations WHERE version < '013' OR version = 'v1' ORDER BY 1",
      ].map((select) => sql.all(select));
    const before = rows();
    expect(upgradeSchema(sql, NOW)).toEqual([
      'table time_entries',
      'table dirty_plans',
      'table dirty_time_entries',
      'column plans.session_id',
      'column plans.source_path',
      'column plans.source_hash',
      'column issues.close_reason',
      'index idx_plans_session',
      'index idx_plans_source_hash',
      'trigger mark_plan_dirty_insert',
      'trigger mark_plan_dirty_update',
      'version 013_plan_session_binding',
      'version 014_close_reason',
      'version 015_add_time_entries',
    ]);
    expect(schemaShape(sql)).toEqual(schemaShape(reference()));
    expect(rows()).toEqual(before);
  });

  it.each(['empty/before.db', 'full/before.db', 'full/imported.db'])('adds nothing to %s', (name) => {
    const sql = open(copyOfFixture(name));
    const before = contents(sql);
    expect(upgradeSchema(sql, NOW)).toEqual([]);
    expect(contents(sql)).toEqual(before);
  });

  it.each(['none', 'old-schema/before.db'])('does nothing the second time (%s)', (name) => {
    const sql = open(name === 'none' ? undefined : copyOfFixture(name));
    expect(upgradeSchema(sql, NOW)).not.toEqual([]);
    const before = contents(sql);
    sql.exec('PRAGMA query_only = ON');
    expect(upgradeSchema(sql, NOW + 1)).toEqual([]);
    expect(contents(sql)).toEqual(before);
  });

  it('names each table of a new database, and nothing that belongs to it', () => {
    const added = upgradeSchema(open(), NOW);
    expect(added).toHaveLength(27 + 4);
    expect(added.every((words) => /^(table|view) \w+$/.test(words))).toBe(true);
  });

  it('completes a database with only some of the tables', () => {
    const sql = withSchema();
    sql.exec(`DROP VIEW session_summary; DROP TRIGGER mark_issue_dirty_update; DROP INDEX idx_issues_type;
      ALTER TABLE projects DROP COLUMN plan_prefix; ALTER TABLE checkpoints DROP COLUMN is_synced;
      ALTER TABLE issues DROP COLUMN close_reason;
      DROP TABLE events; DROP TABLE time_entries; DROP TABLE schema_migrations; DROP TABLE dirty_issues`);
    expect(upgradeSchema(sql, NOW)).toEqual([
      'table time_entries',
      'table schema_migrations',
      'table events',
      'table dirty_issues',
      'column projects.plan_prefix',
      'column checkpoints.is_synced',
      'column issues.close_reason',
      'index idx_issues_type',
      'view session_summary',
      'trigger mark_issue_dirty_update',
    ]);
    expect(upgradeSchema(sql, NOW)).toEqual([]);
  });

  it('adds a column as it is in a new table, with its foreign key', () => {
    const sql = withSchema();
    const columns = (): unknown => [
      sql.all('SELECT name, type, "notnull", dflt_value FROM pragma_table_xinfo(\'time_entries\') ORDER BY name'),
      sql.all('SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(\'time_entries\')'),
    ];
    const before = columns();
    sql.exec('DROP INDEX idx_time_entries_issue; ALTER TABLE time_entries DROP COLUMN issue_id');
    expect(upgradeSchema(sql, NOW)).toEqual(['column time_entries.issue_id', 'index idx_time_entries_issue']);
    expect(columns()).toEqual(before);
  });

  it('keeps tables that are not part of the schema', () => {
    const sql = withSchema();
    sql.exec(
      "CREATE TABLE scsync_base (x); CREATE TABLE notes (x); INSERT INTO notes VALUES ('kept'); DROP TABLE events",
    );
    expect(upgradeSchema(sql, NOW)).toEqual(['table events']);
    expect(sql.all('SELECT x FROM notes')).toEqual([['kept']]);
  });

  it('starts anew where only the bookkeeping of this package is', () => {
    const sql = open();
    sql.exec('CREATE TABLE scsync_base (x)');
    expect(upgradeSchema(sql, NOW)).toHaveLength(31);
  });

  it.each([
    ['tables of its own', 'CREATE TABLE customers (id); CREATE TABLE orders (id)', 'customers, orders'],
    ['only a view', 'CREATE VIEW v AS SELECT 1', 'v'],
    ['a table with the name of one of ours', 'CREATE TABLE sessions (sid PRIMARY KEY, data, expires)', 'sessions'],
    [
      'migrations of its own',
      "CREATE TABLE schema_migrations (version TEXT PRIMARY KEY, applied_at INTEGER NOT NULL); INSERT INTO schema_migrations VALUES ('1', 1)",
      'schema_migrations',
    ],
    [
      'many tables',
      Array.from({ length: 12 }, (_, n) => `CREATE TABLE t${n} (x)`).join(';'),
      't0, t1, t2, t3, t4, t5, t6, t7 and 4 more',
    ],
  ])('refuses the database of another program: %s', (_, statements, found) => {
    const sql = open();
    sql.exec(statements);
    const before = contents(sql);
    const error = thrownBy(() => upgradeSchema(sql, NOW)) as SyncError;
    expect(error).toMatchObject({ name: 'SyncError', code: 'schema' });
    expect(error.message).toContain(`holds ${found},`);
    expect(contents(sql)).toEqual(before);
  });

  it('refuses a table that cannot be completed, before it writes anything', () => {
    const sql = withSchema();
    sql.exec('DROP TABLE events; DROP TABLE time_entries; CREATE TABLE time_entries (id TEXT PRIMARY KEY, hours REAL)');
    const before = contents(sql);
    expect(thrownBy(() => upgradeSchema(sql, NOW))).toMatchObject({
      code: 'schema',
      details: [
        'table time_entries lacks the column project_path',
        'table time_entries lacks the column description',
        'table time_entries lacks the column work_date',
        'table time_entries lacks the column created_at',
        'table time_entries lacks the column updated_at',
      ],
    });
    expect(contents(sql)).toEqual(before);
  });

  it('refuses a database in which issues are still tasks', () => {
    const sql = open(copyOfFixture('old-schema/before.db'));
    sql.exec(
      "DROP VIEW open_issues; ALTER TABLE issues RENAME TO tasks; DELETE FROM schema_migrations WHERE version >= '006'",
    );
    expect(thrownBy(() => upgradeSchema(sql, NOW))).toMatchObject({ code: 'schema' });
  });

  it('undoes all of it when a step fails', () => {
    const sql = withSchema();
    sql.exec('DROP TABLE events; DROP VIEW open_issues; CREATE TABLE open_issues (x)');
    const before = contents(sql);
    expect(thrownBy(() => upgradeSchema(sql, NOW))).toMatchObject({ name: 'SyncError' });
    expect(contents(sql)).toEqual(before);
  });
});
