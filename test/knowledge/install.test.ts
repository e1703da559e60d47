import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPrivate } from '../../src/sync/private.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Store } from '../../src/savecontext/store.js';
import { FIXTURES, Replica, dump, named, temporaryFolder, thrownBy } from '../sync/helpers.js';
import { seed } from '../sync/seed.js';
import { expectAgreement } from './agreement.js';

function seeded(): Replica {
  const replica = new Replica({ keepsTrigger: true });
  seed(replica);
  replica.export();
  return replica;
}

/** Makes a table again as a migration does: new table, rows copied, old one dropped. Its triggers are gone then. */
const recreate = (table: string): string => `
  CREATE TABLE copy AS SELECT * FROM ${table};
  DROP TABLE ${table};
  CREATE TABLE ${table} (id TEXT PRIMARY KEY, project_path TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    category TEXT DEFAULT 'command', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (project_path, key));
  INSERT INTO ${table} SELECT * FROM copy; DROP TABLE copy;`;

describe('tracking', () => {
  it('is set up once: a second init does nothing and changes nothing', () => {
    const replica = seeded();
    const before = dump(replica.other, /./);
    expect(replica.store.init()).toEqual([]);
    expect(replica.store.problems()).toEqual([]);
    expect(dump(replica.other, /./)).toEqual(before);
  });

  it('of a form from before the first release is told so, and made anew by init, with what the user said or lost', () => {
    const replica = seeded();
    replica.export();
    replica.run(
      `INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('mine', :project, 't', 1, 1)`,
    );
    replica.store.sql.exec(`
      CREATE TABLE scsync_private (type TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID;
      INSERT INTO scsync_private VALUES ('issue', 'mine');
      INSERT INTO scsync_tombstones (project, type, id, deleted_at) VALUES ('${replica.project}', 'memory', 'm9', 7);
      INSERT INTO scsync_journal (project, type, id, lost, why, at) VALUES ('${replica.project}', 'issue', 'i1', '"x"', 'merge', 1);
      DROP TABLE scsync_records; CREATE TABLE scsync_marks (seq INTEGER PRIMARY KEY);
      UPDATE scsync_meta SET value = '2' WHERE name = 'version'`);
    expect(thrownBy(() => Store.open(replica.path))).toMatchObject({
      code: 'schema',
      hint: expect.stringContaining('sc-sync init') as string,
    });
    const store = Store.open(replica.path, { create: true });
    expect(store.problems()).toEqual([]);
    const one = (sql: string): unknown => store.sql.get(sql)?.[0];
    expect(listPrivate(store, replica.project)).toEqual([{ type: 'issue', id: 'mine' }]);
    expect(one(`SELECT deleted_at FROM scsync_tombstones WHERE id = 'm9'`)).toBe(7n);
    expect(one(`SELECT count(*) FROM scsync_journal`)).toBe(1n);
    expect(one(`SELECT count(*) FROM sqlite_master WHERE name IN ('scsync_private', 'scsync_marks')`)).toBe(0n);
    new Exporter(store, { projectPath: replica.project, dir: replica.dir }).export();
    expect(replica.record('deletions.jsonl', 'm9')).toMatchObject({ deleted_at: '1970-01-01T00:00:00.007Z' });
    expect(replica.record('issues.jsonl', 'mine')).toBeUndefined();
    store.close();
  });

  it('of the form before this one keeps all but the notes of files, also what no verb has seen yet', () => {
    const replica = seeded();
    replica.export();
    const bases = replica.rows(`SELECT record, line FROM scsync_base`);
    replica.run(`DELETE FROM project_memory WHERE id = 'm1'`);
    const log = replica.rows(`SELECT tbl, key FROM scsync_log`);
    expect(log).toHaveLength(1);
    replica.run(`DROP TABLE scsync_files; UPDATE scsync_meta SET value = '5' WHERE name = 'version';
      CREATE TABLE scsync_files (target INTEGER, name TEXT, sha256 TEXT, PRIMARY KEY (target, name)) WITHOUT ROWID`);
    expect(thrownBy(() => Store.open(replica.path)).code).toBe('schema');
    const store = Store.open(replica.path, { create: true });
    expect(store.problems()).toEqual([]);
    store.close();
    expect(replica.rows(`SELECT record, line FROM scsync_base`)).toEqual(bases);
    expect(named(replica.import())).toEqual([]);
    replica.export();
    expect(replica.deletions()).toContain('memory/m1');
    expect(replica.value(`SELECT count(*) FROM scsync_files`)).toBeGreaterThan(0n);
  });

  it('of forms between keeps private marks', () => {
    const replica = seeded();
    replica.run(`UPDATE scsync_records SET private = 1 WHERE type = 'memory' AND id = 'm1';
      UPDATE scsync_meta SET value = '4' WHERE name = 'version'`);
    const store = Store.open(replica.path, { create: true });
    expect(listPrivate(store, replica.project)).toEqual([{ type: 'memory', id: 'm1' }]);
    store.close();
  });

  it('of a newer package is left alone', () => {
    const replica = seeded();
    replica.run(`UPDATE scsync_meta SET value = '99' WHERE name = 'version'`);
    for (const create of [false, true]) {
      expect(thrownBy(() => Store.open(replica.path, { create })).code).toBe('newer_format');
    }
  });

  it('is asked for, never assumed', () => {
    const path = join(temporaryFolder(), 'x.db');
    cpSync(join(FIXTURES, 'full/before.db'), path);
    const error = thrownBy(() => Store.open(path));
    expect(error.code).toBe('schema');
    expect(error.hint).toContain('init');
  });

  it('reads the deletions of the reference program once, those of rows that are absent', () => {
    const replica = new Replica({ fixture: 'full/before.db', project: '/projects/atlas' });
    const own = replica.rows(`SELECT * FROM sync_deletions`);
    const present = replica.value(`SELECT id FROM issues WHERE project_path = :project LIMIT 1`);
    replica.export();
    expect(replica.deletions()).toHaveLength(own.length);
    expect(replica.record('deletions.jsonl', 'sess_dfef03a8-f8f')).toMatchObject({
      deleted_at: '2023-11-14T22:13:20.123Z',
      deleted_by: 'Ship it 🚀👩🏽‍💻 done',
    });
    replica.run(`INSERT INTO sync_deletions (entity_type, entity_id, project_path, deleted_at, deleted_by)
      VALUES ('issue', '${String(present)}', :project, 1, 'x'), ('issue', 'never', :project, 1, 'x')`);
    replica.store.init();
    replica.export();
    expect(replica.deletions()).toHaveLength(own.length);
    expect(replica.rows(`SELECT * FROM sync_deletions`)).toHaveLength(own.length + 2);
  });

  it('does not take a deletion record for a row that is there', () => {
    const replica = new Replica({ keepsTrigger: true });
    replica.run(`DROP TABLE scsync_meta`);
    replica.run(`INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('there', :project, '', 1, 1);
      INSERT INTO sync_deletions (entity_type, entity_id, project_path, deleted_at, deleted_by)
      VALUES ('issue', 'there', :project, 9, 'x'), ('issue', 'gone', :project, 9, 'x'), ('other', 'o', :project, 9, 'x')`);
    expect(replica.store.init()).toEqual(['tracking set up', '1 deletions of the reference program read']);
    replica.export();
    expect(replica.deletions()).toEqual(['issue/gone']);
    expectAgreement(replica);
  });

  it('misses a trigger: it is named, init puts it back, and what happened meanwhile is exported', () => {
    const replica = seeded();
    replica.run(`DROP TRIGGER scsync_issues_update; DROP TRIGGER scsync_issue_labels_insert`);
    expect(replica.store.problems()).toHaveLength(2);
    expect(replica.store.problems().join()).toContain('scsync_issues_update is missing');
    expect(replica.status().inSync).toBe(false);
    replica.run(`UPDATE issues SET title = 'unnoticed' WHERE id = 'i1'`);
    expect(replica.pending()).toEqual({});
    expect(replica.store.init()).toEqual(['2 triggers put back for issue']);
    expect(replica.store.problems()).toEqual([]);
    replica.export();
    expect(replica.record('issues.jsonl', 'i1')).toMatchObject({ title: 'unnoticed' });
    expectAgreement(replica);
    expect(replica.pending()).toEqual({});
  });

  it('notices a trigger that says something else', () => {
    const replica = seeded();
    replica.run(`DROP TRIGGER scsync_issues_update;
      CREATE TRIGGER scsync_issues_update AFTER UPDATE ON issues BEGIN SELECT 1; END`);
    expect(replica.store.problems()).toHaveLength(1);
    replica.store.init();
    expect(replica.store.problems()).toEqual([]);
  });

  it('comes back after a table was made again', () => {
    const replica = seeded();
    replica.run(recreate('project_memory'));
    replica.run(`UPDATE project_memory SET value = 'later' WHERE id = 'm2'`);
    expect(replica.store.problems().length).toBeGreaterThan(3);
    replica.store.init();
    replica.export();
    expect(replica.record('memories.jsonl', 'm2')).toMatchObject({ value: 'later' });
    replica.run(`UPDATE project_memory SET value = 'again' WHERE id = 'm1'`);
    expect(replica.pending()).toEqual({ memory: 1 });
    replica.export();
    expectAgreement(replica);
  });
});

describe('rows that vanished while nothing watched', () => {
  const vanish = (replica: Replica, sql: string): void => {
    replica.run(`DROP TRIGGER scsync_project_memory_delete; DROP TRIGGER scsync_project_memory_replace`);
    replica.run(sql);
    replica.store.init();
  };
  const take = `REPLACE INTO project_memory (id, project_path, key, value, created_at, updated_at)
    VALUES ('m9', :project, 'build', 'new', 1, 1)`;

  it('are deleted where another row has their natural key now', () => {
    const replica = seeded();
    vanish(replica, take);
    replica.export();
    expect(replica.deletions()).toEqual(['memory/m1']);
    expectAgreement(replica);
    expect(replica.pending()).toEqual({});
  });

  it('P3 are restored from the file by the next import otherwise, and status says so', () => {
    const replica = seeded();
    const before = replica.files();
    vanish(replica, `DELETE FROM project_memory WHERE id = 'm1'`);
    expect(replica.status().entities.memory.pendingImport).toBe(1);
    expect(replica.status().inSync).toBe(false);
    replica.export();
    expect(replica.deletions()).toEqual([]);
    expect(replica.record('memories.jsonl', 'm1')).toBeDefined();
    expect(replica.import().memory.created).toBe(1);
    replica.export();
    expect(replica.files()).toEqual(before);
    expectAgreement(replica);
    expect(replica.pending()).toEqual({});
  });

  it('are forgotten where no file ever had them', () => {
    const replica = seeded();
    replica.run(
      `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m8', :project, 'k', '', 1, 1)`,
    );
    expect(replica.pending()).toEqual({ memory: 1 });
    vanish(replica, `DELETE FROM project_memory WHERE id = 'm8'`);
    replica.export();
    expect(replica.pending()).toEqual({});
    expect(replica.status().inSync).toBe(true);
    expect(named(replica.import())).toEqual([]);
    expectAgreement(replica);
  });
});

describe('triggers of other programs', () => {
  const EVIL = `
    CREATE TRIGGER evil_touch AFTER UPDATE ON issues WHEN NEW.updated_at < 1999999999999 BEGIN
      -- a comment, and odd   spacing
      UPDATE issues SET updated_at = 1999999999999 WHERE id = NEW.id; END;
    CREATE TRIGGER "evil ""quoted" AFTER INSERT ON [project_memory] BEGIN
      insert or replace into project_memory SELECT id, project_path, key, value || '!', category, created_at, updated_at
      FROM project_memory WHERE id = NEW.id AND value NOT LIKE '%!'; END;
    CREATE TABLE log (n INTEGER PRIMARY KEY, id TEXT);
    CREATE TRIGGER harmless AFTER INSERT ON issues BEGIN INSERT INTO log (id) VALUES (NEW.id); END;`;
  const triggers = (replica: Replica): unknown =>
    replica.rows(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name`);

  it('never change what an import writes, and are there afterwards, byte for byte', () => {
    const a = new Replica({ fixture: 'full/before.db', project: '/projects/atlas' });
    a.export();
    const b = new Replica({ keepsTrigger: true });
    b.run(EVIL);
    const before = triggers(b);
    expect(before).toContainEqual(['update_session_timestamp', expect.stringContaining('UPDATE sessions')]);
    b.pull(a);
    b.import();
    expect(triggers(b)).toEqual(before);
    const times = `SELECT id, updated_at FROM sessions WHERE project_path = :project ORDER BY id`;
    expect(b.rows(times)).toEqual(a.rows(times));
    expect(b.value(`SELECT count(*) FROM project_memory WHERE value LIKE '%!'`)).toBe(0n);
    // A trigger that writes nothing synced goes on doing its work.
    expect(b.value(`SELECT count(*) FROM log`)).toBe(BigInt(b.lines('issues.jsonl').length));
    expect(b.pending()).toEqual({});
    // They are at work again for everybody else.
    b.run(`INSERT INTO context_items (id, session_id, key, value, created_at, updated_at)
      SELECT 'fresh', id, 'fresh', '', 1, 1 FROM sessions WHERE project_path = :project LIMIT 1`);
    expect(b.pending()).toEqual({ context_item: 1, session: 1 });
    a.run(`UPDATE issues SET title = title || '?' WHERE project_path = :project`);
    a.export();
    b.pull(a);
    b.import();
    expect(b.value(`SELECT count(*) FROM issues WHERE updated_at = 1999999999999`)).toBe(0n);
    expect(triggers(b)).toEqual(before);
  });

  it('are there after an import that failed', () => {
    const a = new Replica();
    seed(a);
    a.export();
    const b = new Replica({ keepsTrigger: true });
    b.run(EVIL);
    const before = triggers(b);
    b.pull(a);
    b.run(`CREATE TRIGGER refuses BEFORE INSERT ON time_entries BEGIN SELECT raise(ABORT, 'no'); END`);
    expect(() => b.import()).toThrow('no');
    b.run(`DROP TRIGGER refuses`);
    expect(triggers(b)).toEqual(before);
    expect(b.value(`SELECT count(*) FROM issues`)).toBe(0n);
  });
});
