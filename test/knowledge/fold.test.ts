import { describe, expect, it } from 'vitest';

import { Replica } from '../sync/helpers.js';
import { seed } from '../sync/seed.js';
import { expectAgreement } from './agreement.js';

function seeded(): Replica {
  const replica = new Replica();
  seed(replica);
  replica.export();
  return replica;
}

describe('the triggers', () => {
  it('read nothing but their own table, and write nothing but the log', () => {
    const replica = seeded();
    const triggers = replica.rows(
      `SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'scsync_%' ORDER BY name`,
    );
    expect(triggers.length).toBeGreaterThan(40);
    for (const [table, ddl] of triggers) {
      const body = String(ddl).slice(String(ddl).indexOf(' ON '));
      const named = [...body.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE) (\w+)/g)].map(([, name]) => name);
      expect(new Set(named)).toEqual(new Set(['scsync_log', ...named.filter((name) => name === table)]));
    }
  });

  it('take the time for nothing but what goes away', () => {
    const replica = seeded();
    const timed = replica.rows(
      `SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'scsync_%' AND sql LIKE '%strftime%' ORDER BY name`,
    );
    expect(timed.filter(([name]) => /(?<!_replace)_(insert|update)$/.test(String(name)))).toEqual([]);
  });
});

describe("another program's migration of a tracked table", () => {
  it('works with tracking in place, and the next sync is right', () => {
    const replica = seeded();
    const tables = replica
      .rows(`SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'scsync_%' ORDER BY 1`)
      .map(([name]) => String(name));
    expect(tables).toHaveLength(12);
    const before = replica.files();
    const views = replica.rows(`SELECT name, sql FROM sqlite_master WHERE type = 'view'`);
    for (const [name] of views) replica.run(`DROP VIEW "${String(name)}"`);
    for (const table of tables) {
      const ddl = String(replica.value(`SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`, table));
      const others = replica
        .rows(
          `SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('trigger', 'index') AND sql IS NOT NULL`,
          table,
        )
        .map(([sql]) => String(sql))
        .filter((sql) => !sql.includes('scsync_'));
      const made = ddl.replace(new RegExp(`^(CREATE TABLE (?:IF NOT EXISTS )?)"?${table}"?`), `$1"${table}_new"`);
      replica.run(`PRAGMA foreign_keys = OFF; BEGIN;
        ${made}; INSERT INTO ${table}_new SELECT * FROM ${table}; DROP TABLE ${table};
        ALTER TABLE ${table}_new RENAME TO ${table}; ${others.join(';\n')}; COMMIT; PRAGMA foreign_keys = ON`);
    }
    for (const [, sql] of views) replica.run(String(sql));
    expect(replica.status().problems.filter((problem) => problem.includes('trigger'))).not.toEqual([]);
    replica.run(`UPDATE issues SET title = 'changed meanwhile' WHERE id = 'i1'`);
    replica.run(`DELETE FROM time_entries WHERE id = 't1'`);
    replica.store.init();
    expect(replica.status().problems).toEqual([]);
    replica.import();
    replica.export();
    expect(replica.record('issues.jsonl', 'i1')?.['title']).toBe('changed meanwhile');
    expect(Object.keys(replica.files())).toEqual(Object.keys(before));
    replica.run(`UPDATE issues SET title = 'and again' WHERE id = 'i1'`);
    expect(replica.pending()).toEqual({ issue: 1 });
    replica.export();
    expectAgreement(replica);
  });
});

describe('the fold', () => {
  it('empties the log, and a verb that only looks leaves it', () => {
    const replica = seeded();
    const length = (): unknown => replica.value(`SELECT count(*) FROM scsync_log`);
    expect(length()).toBe(0n);
    replica.run(`UPDATE issues SET title = 'x' WHERE id = 'i1'; UPDATE issues SET title = 'y' WHERE id = 'i1'`);
    expect(length()).toBe(2n);
    expect(replica.pending()).toEqual({ issue: 1 });
    replica.exporter().export({ dryRun: true });
    expect(length()).toBe(2n);
    replica.export();
    expect(length()).toBe(0n);
    replica.import();
    expect(length()).toBe(0n);
  });

  it('makes no tombstone of a row that came back in between', () => {
    const replica = seeded();
    replica.run(`CREATE TEMP TABLE kept AS SELECT * FROM time_entries WHERE id = 't1';
      DELETE FROM time_entries WHERE id = 't1'; INSERT INTO time_entries SELECT * FROM kept`);
    expect(replica.pending()).toEqual({ time_entry: 1 });
    const before = replica.files();
    replica.export();
    expect(replica.files()).toEqual(before);
    expect(replica.status().tombstones).toBe(0);
  });

  it('leaves a tombstone in each project that a row was in', () => {
    const replica = seeded();
    replica.run(`UPDATE issues SET project_path = '/between' WHERE id = 'i1'; DELETE FROM issues WHERE id = 'i1'`);
    replica.export();
    expect(replica.deletions()).toEqual(['issue/i1']);
    expect(replica.rows(`SELECT project FROM scsync_tombstones WHERE id = 'i1' ORDER BY project`)).toEqual(
      [['/between'], [replica.project]].sort(),
    );
  });

  it('is not part of what an import says of itself: other targets have to export it, its own has not', () => {
    const [a, b] = [seeded(), new Replica()];
    b.pull(a);
    b.import();
    expect(b.pending()).toEqual({});
    a.run(`DELETE FROM sessions WHERE id = 's1'`);
    a.export();
    b.pull(a);
    b.import();
    expect(b.pending()).toEqual({});
    b.export();
    expect(b.files()).toEqual(a.files());
  });
});
