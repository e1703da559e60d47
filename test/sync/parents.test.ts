import { describe, expect, it } from 'vitest';
import { listConflicts } from '../../src/sync/conflicts.js';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, exchange, named } from './helpers.js';
import type { Files } from './helpers.js';
import { seed, seededPair } from './seed.js';

const settle = (a: Replica, b: Replica): void => {
  exchange(a, b);
  expect(a.files()).toEqual(b.files());
  expectAgreement(a);
  expectAgreement(b);
  expect([a.status().inSync, b.status().inSync]).toEqual([true, true]);
};

const only = (files: Files, ...names: readonly string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));

describe('a line whose parent is not here', () => {
  it('waits in its file through every export, and is taken when the parent arrives', () => {
    const a = new Replica();
    seed(a);
    a.export();
    const b = new Replica();
    b.pull(only(a.files(), 'context_items.jsonl', 'checkpoints.jsonl', 'memories.jsonl'));
    const waiting = ['orphaned context_item/c1', 'orphaned context_item/c2', 'orphaned context_item/c3'];
    const checkpoints = ['orphaned checkpoint/k1', 'orphaned checkpoint/k2', 'orphaned checkpoint/k3'];
    expect(named(b.import())).toEqual([...waiting, ...checkpoints]);
    expect(b.status().entities.total.orphans).toBe(6);
    b.run(`INSERT INTO sessions (id, name, project_path, created_at, updated_at) VALUES ('s3', '', :project, 1, 1);
      INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c0', 's3', '', '', 1, 1)`);
    for (const full of [false, true]) {
      b.export({ full });
      expect(b.lines('context_items.jsonl')).toEqual([
        expect.stringContaining('"c0"'),
        ...a.lines('context_items.jsonl'),
      ]);
      expect(b.lines('checkpoints.jsonl')).toEqual(a.lines('checkpoints.jsonl'));
      expect(named(b.import())).toEqual([...waiting, ...checkpoints]);
    }
    // One session comes: the files of its children have not changed since.
    const [s1 = ''] = a.lines('sessions.jsonl');
    b.edit('sessions.jsonl', (text) => `${s1}\n${text}`);
    expect(named(b.import())).toEqual([waiting[2], ...checkpoints.slice(1)]);
    expect(b.value(`SELECT count(*) FROM checkpoint_items`)).toBe(2n);
    b.pull(only(a.files(), 'plans.jsonl', 'issues.jsonl', 'time_entries.jsonl'));
    b.edit('sessions.jsonl', (text) => `${text}${a.lines('sessions.jsonl')[1] ?? ''}\n`);
    expect(named(b.import())).toEqual([]);
    b.export();
    expectAgreement(b);
    expect(b.status().inSync).toBe(true);
    settle(a, b);
  });

  it('never blocks others, and a line of another project waits likewise', () => {
    const [a, b] = seededPair();
    b.run(`UPDATE sessions SET project_path = '/moved' WHERE id = 's2'`);
    b.export();
    // b moved the session away; what a adds to it waits there, since its parent is deleted in this project.
    a.run(
      `INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c9', 's2', 'late', 'v', 1, 1)`,
    );
    a.export();
    b.pull(only(a.files(), 'context_items.jsonl'));
    b.import();
    expect(b.value(`SELECT session_id FROM context_items WHERE id = 'c9'`)).toBeUndefined();
    expect(b.value(`SELECT project_path FROM sessions WHERE id = 's2'`)).toBe('/moved');
    expect(b.value(`SELECT count(*) FROM context_items WHERE session_id = 's2'`)).toBe(1n);
  });
});

describe('a deleted parent', () => {
  it('takes its children with it through an import, whole into the journal', () => {
    const [a, b] = seededPair();
    a.run(`DELETE FROM sessions WHERE id = 's1'`);
    a.export();
    b.run(`INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c9', 's1', 'mine', 'kept safe', 1, 1);
      INSERT INTO checkpoints (id, session_id, name, created_at) VALUES ('k9', 's1', 'mine', 1)`);
    b.export();
    const lost = b.lines('context_items.jsonl').find((line) => line.includes('"c9"')) ?? '';
    // As git merges: the lines that b added stand beside the tombstones of a.
    const both = [...a.lines('context_items.jsonl'), lost, ''].join('\n');
    b.pull({ ...a.files(), 'context_items.jsonl': both, 'checkpoints.jsonl': b.files()['checkpoints.jsonl'] ?? '' });
    expect(named(b.import())).toEqual(expect.arrayContaining(['conflicts context_item/c9', 'conflicts checkpoint/k9']));
    expect(b.value(`SELECT count(*) FROM context_items WHERE session_id = 's1'`)).toBe(0n);
    const entry = listConflicts(b.store, b.project).find(({ id }) => id === 'c9');
    expect(entry).toMatchObject({ field: null, why: 'parent deleted' });
    expect(entry?.lost).toContain('kept safe');
    b.export();
    const parent = b.record('deletions.jsonl', 's1');
    expect(b.record('deletions.jsonl', 'c9')?.['deleted_by']).toBe(parent?.['deleted_by']);
    settle(a, b);
    // A third clone that has only the files derives the very same.
    const c = new Replica();
    c.pull(a);
    const lostThere = listConflicts(a.store, a.project).map(({ type, id }) => `conflicts ${type}/${id}`);
    expect(named(c.import()).sort()).toEqual(lostThere.sort());
    expect(c.export({ full: true }).files).toEqual([]);
  });

  it('every replica derives the same tombstone for the same line', () => {
    const [a, b] = seededPair();
    a.run(
      `INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('c9', 's2', 'x', '', 1, 1)`,
    );
    a.export();
    b.run(`DELETE FROM sessions WHERE id = 's2'`);
    b.export();
    const merged = {
      ...a.files(),
      'deletions.jsonl': b.files()['deletions.jsonl'] ?? '',
      'sessions.jsonl': b.files()['sessions.jsonl'] ?? '',
      'checkpoints.jsonl': b.files()['checkpoints.jsonl'] ?? '',
      'context_items.jsonl': a.files()['context_items.jsonl'] ?? '',
    };
    const results = [a, b, new Replica()].map((replica) => {
      replica.pull(merged);
      replica.import();
      replica.clock += 5_000_000;
      replica.export();
      return replica.files();
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]?.['deletions.jsonl']).toContain('"c9"');
  });

  it('does not bring its children back when it returns', () => {
    const [a, b] = seededPair();
    a.run(`DELETE FROM sessions WHERE id = 's2'`);
    a.export();
    b.pull(a);
    b.import();
    a.run(
      `INSERT INTO sessions (id, name, project_path, created_at, updated_at) VALUES ('s2', 'back', :project, 1, 1)`,
    );
    a.export();
    b.pull(a);
    b.import();
    expect(b.value(`SELECT name FROM sessions WHERE id = 's2'`)).toBe('back');
    expect(b.value(`SELECT count(*) FROM context_items WHERE session_id = 's2'`)).toBe(0n);
    settle(a, b);
  });
});

describe('an optional reference to a deleted record', () => {
  it('is cleared, as the same version by every replica', () => {
    const [a, b] = seededPair();
    a.run(`DELETE FROM plans WHERE id = 'p1'`);
    a.export();
    // b never touched the issue: it only gets the tombstone.
    b.pull(only(a.files(), 'deletions.jsonl', 'plans.jsonl'));
    b.import();
    expect(b.value(`SELECT plan_id FROM issues WHERE id = 'i1'`)).toBeNull();
    const c = new Replica();
    c.pull(b);
    c.import();
    expect(c.value(`SELECT plan_id FROM issues WHERE id = 'i1'`)).toBeNull();
    b.clock += 1_000_000;
    b.export();
    c.export();
    expect(b.files()).toEqual(c.files());
    settle(a, b);
  });

  /** The stamp of a record's line, as a number. */
  const stampOf = (line: string | undefined): number =>
    Date.parse(/"exported_at":"([^"]*)"/.exec(line ?? '')?.[1] ?? '');
  const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

  it('is cleared together with all others of its record, whichever deletions are known when', () => {
    const a = new Replica();
    a.run(`INSERT INTO projects (id, project_path, name, created_at, updated_at) VALUES ('pr', :project, 'x', 1, 1);
      INSERT INTO plans (id, project_path, project_id, title, created_at, updated_at) VALUES ('p1', :project, 'pr', 't', 1, 1);
      INSERT INTO issues (id, project_path, title, plan_id, created_at, updated_at)
        VALUES ('i1', :project, 't', NULL, 1, 1), ('i2', :project, 't', 'p1', 1, 1), ('i3', :project, 't', NULL, 1, 1);
      INSERT INTO issue_dependencies (id, issue_id, depends_on_id, created_at) VALUES ('d1', 'i2', 'i1', 1), ('d3', 'i2', 'i3', 1)`);
    a.export();
    const before = a.files();
    const line = a.lines('issues.jsonl')[1] ?? '';
    a.run(`DELETE FROM issues; DELETE FROM plans`);
    a.export();
    const deletions = (...ids: readonly string[]): string =>
      joined(a.lines('deletions.jsonl').filter((each) => ids.some((id) => each.includes(`"${id}"`))));
    const all = { 'deletions.jsonl': deletions('i1', 'i3', 'p1') };
    const fully = (b: Replica, last: Files): string => {
      b.pull(last);
      b.import();
      expect(b.rows(`SELECT id, plan_id FROM issues`)).toEqual([['i2', null]]);
      expect(b.value(`SELECT count(*) FROM issue_dependencies`)).toBe(0n);
      b.clock += 1_000_000;
      b.export();
      return b.lines('issues.jsonl')[0] ?? '';
    };
    const lineIn = { 'issues.jsonl': joined([line]) };
    const known = ['i1', 'p1'].map((id) => ({ 'deletions.jsonl': deletions(id) }));
    for (const first of [{}, all, before, ...known]) {
      const b = new Replica();
      b.pull(first);
      b.import();
      expect(stampOf(fully(b, { ...lineIn, ...all }))).toBe(stampOf(line) + 1);
    }
    // What is published without some of them is a version: the others are cleared from that one.
    for (const some of known) {
      const b = new Replica();
      b.pull({ ...lineIn, ...some });
      b.import();
      b.export();
      const published = { 'issues.jsonl': b.files()['issues.jsonl'] ?? '' };
      expect(stampOf(published['issues.jsonl'])).toBe(stampOf(line) + 1);
      const others = [{}, before, all].map((first) => {
        const c = new Replica();
        c.pull(first);
        c.import();
        return fully(c, { ...published, ...all });
      });
      const own = fully(b, { ...published, ...all });
      expect([own, ...others].map(stampOf)).toEqual([own, ...others].map(() => stampOf(line) + 2));
      expect(new Set([own, ...others]).size).toBe(1);
    }
  });
});
