import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { diff } from '../../src/sync/diff.js';
import type { Notice } from '../../src/sync/import/stats.js';
import type { SyncDiff } from '../../src/sync/diff.js';
import type { RecordChange } from '../../src/record/change.js';
import { sync } from '../../src/sync/sync.js';
import type { SyncOptions } from '../../src/sync/sync.js';
import { Replica, T0, dump, snapshot } from './helpers.js';
import { seed, seededPair } from './seed.js';

const optionsOf = (replica: Replica): SyncOptions => ({
  projectPath: replica.project,
  dir: replica.dir,
  actor: 'tester',
  now: () => replica.clock,
});

/** Everything that a dry run could leave behind. */
function stateOf(replica: Replica): unknown {
  const rows = dump(replica.other, /./);
  const triggers = replica.rows(`SELECT name, sql FROM sqlite_master ORDER BY name`);
  replica.rows('PRAGMA wal_checkpoint(TRUNCATE)');
  const pages = createHash('sha256').update(readFileSync(replica.path)).digest('hex');
  const files = existsSync(replica.dir) ? [readdirSync(replica.dir), snapshot(replica.dir)] : undefined;
  return { rows, triggers, pages, files, others: readdirSync(replica.folder) };
}

/** What a diff tells, each record as `where type/id action` with its fields. It changes nothing. */
function told(replica: Replica): SyncDiff & { readonly changes: readonly RecordChange[] } {
  const before = stateOf(replica);
  const changes: RecordChange[] = [];
  const found = diff(replica.store, { ...optionsOf(replica), onChange: (change) => changes.push(change) });
  expect(stateOf(replica)).toEqual(before);
  return { ...found, changes };
}

const brief = (changes: readonly RecordChange[]): string[] =>
  changes.map(({ where, type, id, action }) => `${where} ${type}/${id} ${action}`);

const fieldsOf = (changes: readonly RecordChange[], where: string, id: string): unknown =>
  changes.find((change) => change.where === where && change.id === id)?.fields;

/** What a sync says of a value that lost, which a dry one says would lose: only then it is in the journal. */
function asDone(notice: Notice): Notice {
  const message = notice.message
    .replace('would lose', 'lost')
    .replace('would go', 'went')
    .replace('would keep', 'kept');
  return { ...notice, message: notice.what === 'conflicts' ? `${message}; sc-sync conflicts has it` : message };
}

/** The sync that comes next does what was told, and tells the same. */
function expectSame(
  replica: Replica,
  { changes, import: imported, export: exported, inSync }: ReturnType<typeof told>,
): void {
  const done: RecordChange[] = [];
  const outcome = sync(replica.store, { ...optionsOf(replica), onChange: (change) => done.push(change) });
  expect(done).toEqual(changes);
  expect(outcome.import).toEqual({ ...imported, notices: imported.notices.map(asDone), dryRun: false });
  expect(outcome.export).toEqual({ ...exported, dryRun: false });
  expect(outcome.inSync).toBe(inSync);
}

describe('a dry sync', () => {
  it('says what the export would write after the import, of records that both sides changed', () => {
    const [a, b] = seededPair();
    a.run(`UPDATE issues SET title = 'by a', priority = 4, updated_at = ${T0 + 5} WHERE id = 'i1';
      INSERT INTO issue_labels (issue_id, label) VALUES ('i1', 'green');
      UPDATE project_memory SET value = 'by a', updated_at = ${T0 + 5} WHERE id = 'm1';
      DELETE FROM project_memory WHERE id = 'm2'`);
    a.export();
    b.run(`UPDATE issues SET title = 'by b', details = 'd', updated_at = ${T0 + 9} WHERE id = 'i1';
      DELETE FROM issue_labels WHERE issue_id = 'i1' AND label = 'red';
      DELETE FROM time_entries WHERE id = 't2'`);
    b.pull(a);
    const found = told(b);
    expect(brief(found.changes)).toEqual([
      'database issue/i1 changed',
      'database memory/m1 changed',
      'database memory/m2 deleted',
      'files issue/i1 changed',
      'files time_entry/t2 deleted',
    ]);
    expect(fieldsOf(found.changes, 'database', 'i1')).toEqual([
      { field: 'priority', from: '2', to: '4' },
      { field: 'labels', added: ['"green"'], removed: [] },
    ]);
    expect(fieldsOf(found.changes, 'files', 'i1')).toEqual([
      { field: 'title', from: '"by a"', to: '"by b"' },
      { field: 'details', from: 'null', to: '"d"' },
      { field: 'updated_at', from: `${T0 + 5}`, to: `${T0 + 9}` },
      { field: 'labels', added: [], removed: ['"red"'] },
    ]);
    expect(found.conflicts).toMatchObject([{ id: 'i1', field: 'title', kept: '"by b"', lost: '"by a"' }]);
    expect(found.export).toMatchObject({ refused: [], total: { written: 1, deleted: 1 } });
    expectSame(b, found);
    b.run(`UPDATE issues SET title = title WHERE id = 'i2'`);
    expect(told(b)).toMatchObject({ changes: [], conflicts: [], inSync: true, export: { total: { unchanged: 1 } } });
  });

  it('makes no folder and no file, and binds no directory', () => {
    const replica = new Replica();
    seed(replica);
    rmSync(replica.dir, { recursive: true });
    const { changes } = told(replica);
    expect(new Set(changes.map(({ where, action }) => `${where} ${action}`))).toEqual(new Set(['files created']));
    expect(existsSync(replica.dir)).toBe(false);
    const [a] = seededPair();
    const fresh = new Replica();
    fresh.pull(a);
    expect(brief(told(fresh).changes)).toHaveLength(a.export({ full: true }).total.unchanged);
    expect(fresh.rows(`SELECT dir FROM scsync_targets`)).toEqual([]);
    expect(readdirSync(fresh.dir).filter((name) => !name.endsWith('.jsonl'))).toEqual([]);
  });

  it('tells the whole of a record once, however often the import writes its row', () => {
    const [a, b] = seededPair();
    // The keys of two records change places, and a plan goes that an issue refers to while that issue changes too.
    a.run(`UPDATE project_memory SET key = 'x', updated_at = ${T0 + 5} WHERE id = 'm1';
      UPDATE project_memory SET key = 'build', updated_at = ${T0 + 5} WHERE id = 'm2';
      UPDATE project_memory SET key = 'test', updated_at = ${T0 + 5} WHERE id = 'm1';
      UPDATE issues SET title = 'changed', updated_at = ${T0 + 5} WHERE id = 'i1';
      DELETE FROM plans WHERE id = 'p1'`);
    a.export();
    b.pull(a);
    const found = told(b);
    expect(fieldsOf(found.changes, 'database', 'm1')).toEqual([
      { field: 'key', from: '"build"', to: '"test"' },
      { field: 'updated_at', from: `${T0}`, to: `${T0 + 5}` },
    ]);
    expect(fieldsOf(found.changes, 'database', 'i1')).toEqual([
      { field: 'title', from: '"one"', to: '"changed"' },
      { field: 'plan_id', from: '"p1"', to: 'null' },
      { field: 'updated_at', from: `${T0}`, to: `${T0 + 5}` },
    ]);
    expect(brief(found.changes)).toEqual([
      'database plan/p1 deleted',
      'database issue/i1 changed',
      'database memory/m1 changed',
      'database memory/m2 changed',
    ]);
    expectSame(b, found);
  });

  it('tells of rows that change because others do: children of a deleted one, the other holder of a key', () => {
    const [a, b] = seededPair();
    a.run(`DELETE FROM sessions WHERE id = 's2';
      DELETE FROM plans WHERE id = 'p2';
      INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m0', :project, 'new', 'v', 1, 1)`);
    a.export();
    b.run(`INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c9', 's2', 'k', 'v', 2, 2);
      INSERT INTO issues (id, project_path, title, plan_id, created_at, updated_at) VALUES ('i9', :project, 't', 'p2', 2, 2);
      INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m9', :project, 'new', 'v', 2, 2)`);
    b.pull(a);
    const found = told(b);
    expect(brief(found.changes)).toEqual([
      'database session/s2 deleted',
      'database plan/p2 deleted',
      'database issue/i9 changed',
      'database context_item/c3 deleted',
      'database context_item/c9 deleted',
      'database memory/m0 created',
      'database memory/m9 changed',
      'database checkpoint/k2 deleted',
      'database checkpoint/k3 deleted',
      'files issue/i9 created',
      'files context_item/c9 deleted',
      'files memory/m9 created',
    ]);
    expect(fieldsOf(found.changes, 'database', 'i9')).toEqual([{ field: 'plan_id', from: '"p2"', to: 'null' }]);
    expect(fieldsOf(found.changes, 'database', 'm9')).toMatchObject([{ field: 'key', from: '"new"' }]);
    expect(found.conflicts).toMatchObject([{ id: 'c9', field: null, why: 'parent deleted' }]);
    expectSame(b, found);
  });

  it('names what is rolled back, restored and orphaned, and says what goes into the files for it', () => {
    const [a, b] = seededPair();
    const old = b.files();
    b.run(`UPDATE issues SET title = 'later', updated_at = ${T0 + 5} WHERE id = 'i2'`);
    b.export();
    b.pull(old);
    b.edit('memories.jsonl', (text) => text.replace(/^.*"m2".*\n/m, ''));
    const orphan = a.lines('context_items.jsonl')[0]?.replace('"c1"', '"c0"').replace('"s1"', '"s0"') ?? '';
    b.edit('context_items.jsonl', (text) => `${orphan}\n${text}`);
    const found = told(b);
    expect(brief(found.changes)).toEqual(['files issue/i2 changed', 'files memory/m2 restored']);
    expect(found.import.notices.map(({ what, id }) => `${what} ${id}`)).toEqual([
      'rolledBack i2',
      'orphaned c0',
      'restored m2',
    ]);
    expect(found.inSync).toBe(false);
    expectSame(b, found);
  });

  it('tells of a line that is only written anew, and of nothing where a file is only put in order', () => {
    const [, b] = seededPair();
    b.edit('issues.jsonl', (text) => text.replace(/("id":"i2".*"content_hash":")[0-9a-f]{4}/, '$10000'));
    const found = told(b);
    expect(found.changes).toMatchObject([{ where: 'files', id: 'i2', action: 'changed', fields: [] }]);
    expectSame(b, found);
    b.edit('memories.jsonl', (text) => text.replaceAll('\n', '\r\n'));
    expect(told(b)).toMatchObject({ changes: [], export: { files: [{ name: 'memories.jsonl' }] } });
  });

  it('keeps integers of 64 bits, and says nothing of private records', () => {
    const [, b] = seededPair();
    b.run(`UPDATE context_items SET size = 9223372036854775807, updated_at = ${T0 + 5} WHERE id = 'c3';
      INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m8', :project, 'secret', 'hidden', 1, 1)`);
    writeFileSync(
      join(b.dir, 'sync.json'),
      JSON.stringify({ private: [{ type: 'memory', where: { key: 'secret' } }] }),
    );
    const { changes } = told(b);
    expect(fieldsOf(changes, 'files', 'c3')).toMatchObject([
      { field: 'size', from: '9007199254740993', to: '9223372036854775807' },
      { field: 'updated_at' },
    ]);
    expect(changes[0]?.record).toContain('"size":9223372036854775807,');
    expect(JSON.stringify(changes)).not.toMatch(/secret|hidden|m8/);
  });

  it('is refused where the sync would be: a record that is private now', () => {
    const [, b] = seededPair();
    b.run(`UPDATE project_memory SET value = 'hidden' WHERE id = 'm1'`);
    writeFileSync(join(b.dir, 'sync.json'), JSON.stringify({ private: [{ type: 'memory', where: { key: 'build' } }] }));
    const found = told(b);
    expect(found).toMatchObject({ inSync: false, export: { refused: [{ id: 'm1', why: 'private' }] }, changes: [] });
    expectSame(b, found);
  });
});
