import { describe, expect, it } from 'vitest';
import { Replica, exchange, named } from '../sync/helpers.js';
import { seed } from '../sync/seed.js';
import { expectAgreement } from './agreement.js';

const PLAIN = 'PRAGMA foreign_keys = ON';
const BARE = 'PRAGMA foreign_keys = OFF';
const RECURSIVE = 'PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON';

const IN_S1 = ['checkpoint/k1', 'context_item/c1', 'context_item/c2'];
const TIMES = 'created_at, updated_at';

/** What is done, with which pragmas, and which deletions the project's file must have then. */
const CASES: readonly (readonly [what: string, pragmas: string, sql: string, deletions: readonly string[]])[] = [
  ['a row', PLAIN, `DELETE FROM time_entries WHERE id = 't1'`, ['time_entry/t1']],
  ['a row that others refer to', PLAIN, `DELETE FROM issues WHERE id = 'i1'`, ['issue/i1']],
  ['a plan that issues name', PLAIN, `DELETE FROM plans WHERE id = 'p1'`, ['plan/p1']],
  ['a session by cascade', PLAIN, `DELETE FROM sessions WHERE id = 's1'`, [...IN_S1, 'session/s1']],
  ['a session, recursive triggers', RECURSIVE, `DELETE FROM sessions WHERE id = 's1'`, [...IN_S1, 'session/s1']],
  ['a session without foreign keys', BARE, `DELETE FROM sessions WHERE id = 's1'`, [...IN_S1, 'session/s1']],
  ['a project row by cascade', PLAIN, `DELETE FROM projects WHERE id = 'proj_1'`, ['plan/p1', 'plan/p2']],
  ['all of a table', PLAIN, `DELETE FROM project_memory`, ['memory/m1', 'memory/m2']],
  ['a changed key', PLAIN, `UPDATE time_entries SET id = 't9' WHERE id = 't1'`, ['time_entry/t1']],
  ['a changed key of a parent', BARE, `UPDATE sessions SET id = 's8' WHERE id = 's1'`, [...IN_S1, 'session/s1']],
  [
    'a row replaced under another id with its natural key',
    PLAIN,
    `REPLACE INTO project_memory (id, project_path, key, value, ${TIMES}) VALUES ('m9', :project, 'build', 'x', 1, 1)`,
    ['memory/m1'],
  ],
  [
    'a row replaced by an update of the natural key',
    PLAIN,
    `UPDATE OR REPLACE context_items SET key = 'b' WHERE id = 'c1'`,
    ['context_item/c2'],
  ],
  [
    'a row replaced under another id, recursive triggers',
    RECURSIVE,
    `REPLACE INTO context_items (id, session_id, key, value, ${TIMES}) VALUES ('c9', 's1', 'a', 'x', 1, 1)`,
    ['context_item/c1'],
  ],
  [
    'a key taken over by UPDATE OR REPLACE',
    BARE,
    `UPDATE OR REPLACE issues SET id = 'i3' WHERE id = 'i2'`,
    ['issue/i2'],
  ],
  [
    'a session replaced: its children go by cascade',
    PLAIN,
    `REPLACE INTO sessions (id, name, project_path, ${TIMES}) VALUES ('s1', 'new', :project, 1, 1)`,
    IN_S1,
  ],
  [
    'a session replaced without foreign keys: its children stay',
    BARE,
    `REPLACE INTO sessions (id, name, project_path, ${TIMES}) VALUES ('s1', 'new', :project, 1, 1)`,
    [],
  ],
  ['a row ignored', PLAIN, `INSERT OR IGNORE INTO issues SELECT * FROM issues WHERE id = 'i1'`, []],
  [
    'a row ignored for its natural key',
    PLAIN,
    `INSERT OR IGNORE INTO project_memory (id, project_path, key, value, ${TIMES}) VALUES ('m9', :project, 'build', 'x', 1, 1)`,
    [],
  ],
  [
    'an upsert on the natural key',
    PLAIN,
    `INSERT INTO project_memory (id, project_path, key, value, ${TIMES}) VALUES ('m9', :project, 'build', 'x', 1, 1)
     ON CONFLICT (project_path, key) DO UPDATE SET value = excluded.value`,
    [],
  ],
  ['a row moved to another project', PLAIN, `UPDATE issues SET project_path = '/other' WHERE id = 'i1'`, ['issue/i1']],
  [
    'a session moved, its children with it',
    PLAIN,
    `UPDATE sessions SET project_path = '/other' WHERE id = 's1'`,
    [...IN_S1, 'session/s1'],
  ],
  [
    'a session moved to no project',
    PLAIN,
    `UPDATE sessions SET project_path = NULL WHERE id = 's1'`,
    [...IN_S1, 'session/s1'],
  ],
  [
    'a child moved to a session elsewhere',
    PLAIN,
    `UPDATE context_items SET session_id = 's9' WHERE id = 'c1'`,
    ['context_item/c1'],
  ],
  ['a child moved within the project', PLAIN, `UPDATE checkpoints SET session_id = 's2' WHERE id = 'k1'`, []],
  [
    'a row replaced by itself in another project',
    PLAIN,
    `REPLACE INTO issues (id, project_path, title, ${TIMES}) VALUES ('i2', '/other', 'x', 1, 1)`,
    ['issue/i2'],
  ],
  [
    'a session replaced by itself in another project, its children with it',
    BARE,
    `REPLACE INTO sessions (id, name, project_path, ${TIMES}) VALUES ('s1', 'new', '/other', 1, 1)`,
    [...IN_S1, 'session/s1'],
  ],
  [
    'a session replaced by itself in no project',
    BARE,
    `REPLACE INTO sessions (id, name, ${TIMES}) VALUES ('s1', 'new', 1, 1)`,
    [...IN_S1, 'session/s1'],
  ],
  [
    'a child replaced by itself in a session elsewhere',
    PLAIN,
    `REPLACE INTO context_items (id, session_id, key, value, ${TIMES}) VALUES ('c1', 's9', 'a', 'x', 1, 1)`,
    ['context_item/c1'],
  ],
  [
    'a row that came and went',
    PLAIN,
    `INSERT INTO issues (id, project_path, title, ${TIMES}) VALUES ('i9', :project, '', 1, 1); DELETE FROM issues WHERE id = 'i9'`,
    ['issue/i9'],
  ],
  [
    'a row that went and came back',
    PLAIN,
    `CREATE TEMP TABLE x AS SELECT * FROM time_entries; DELETE FROM time_entries; INSERT INTO time_entries SELECT * FROM x; DROP TABLE x`,
    [],
  ],
  ['a delete taken back', PLAIN, `BEGIN; DELETE FROM issues; ROLLBACK`, []],
];

describe('P2 deletions in the file', () => {
  it.each(CASES)('%s (%s)', (_, pragmas, sql, deletions) => {
    const replica = new Replica();
    seed(replica);
    replica.export();
    replica.connection().exec(`${pragmas}; ${sql.replaceAll(':project', `'${replica.project}'`)}`);
    replica.export();
    expect(replica.deletions()).toEqual([...deletions].sort());
    expectAgreement(replica);
    expect(replica.pending()).toEqual({});
    // What the file says is what another database does: nothing comes back, and nothing more goes.
    const other = new Replica();
    other.pull(replica);
    expect(named(other.import())).toEqual([]);
    exchange(other, replica);
    expect(other.deletions()).toEqual([...deletions].sort());
    expect(other.files()).toEqual(replica.files());
    expectAgreement(other);
  });

  it('are the same where the tables were changed before the first export', () => {
    for (const [what, pragmas, sql, deletions] of CASES) {
      const replica = new Replica();
      seed(replica);
      replica.connection().exec(`${pragmas}; ${sql.replaceAll(':project', `'${replica.project}'`)}`);
      replica.export();
      expect(replica.deletions(), what).toEqual([...deletions].sort());
      expectAgreement(replica);
    }
  });
});

describe('a row that changed its project', () => {
  it('is in the new project, deleted in the old one, whatever is imported later', () => {
    const replica = new Replica();
    seed(replica);
    replica.export();
    const before = replica.files();
    replica.run(`UPDATE sessions SET project_path = '/other' WHERE id = 's1'`);
    replica.export();
    const after = replica.files();
    // An import of the old project never takes the row back, and never deletes it in the new one.
    for (const files of [before, after, before]) {
      replica.pull(files);
      replica.edit('deletions.jsonl', (text) => text.replaceAll('\n', '\r\n'));
      replica.import();
      expect(replica.value(`SELECT project_path FROM sessions WHERE id = 's1'`)).toBe('/other');
      expect(replica.value(`SELECT count(*) FROM context_items WHERE session_id = 's1'`)).toBe(2n);
    }
    const stats = replica.import();
    expect(named(stats, 'skipped')).toEqual([]);
    replica.export();
    expect(replica.deletions()).toEqual([...IN_S1, 'session/s1'].sort());
    const elsewhere = new Replica({ project: '/other' });
    elsewhere.pull(replica);
    elsewhere.import();
    expect(elsewhere.value(`SELECT count(*) FROM sessions WHERE id = 's1'`)).toBe(0n);
  });
});
