import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, exchange, named } from './helpers.js';
import type { Files } from './helpers.js';
import { seed } from './seed.js';

const only = (files: Files, ...names: readonly string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));

/** A source, and a replica that has got some of its files. */
function partly(...names: readonly string[]): readonly [Replica, Replica] {
  const [a, b] = [new Replica(), new Replica()];
  seed(a);
  a.export();
  b.pull(only(a.files(), ...names));
  expect(named(b.import())).toEqual([]);
  return [a, b];
}

const arrive = (b: Replica, a: Replica, ...names: readonly string[]): void => {
  b.pull(only(a.files(), ...names));
  expect(named(b.import())).toEqual([]);
  expect(b.pending()).toEqual({});
};

describe('a reference to a record that is not here', () => {
  it('is kept aside as the value of the row, and put in when the record arrives', () => {
    const [a, b] = partly('issues.jsonl', 'time_entries.jsonl');
    expect(b.value(`SELECT plan_id FROM issues WHERE id = 'i1'`)).toBeNull();
    expect(b.pending()).toEqual({});
    expect(b.export({ full: true }).files).toEqual([]);
    expect(b.files()).toEqual(only(a.files(), 'issues.jsonl', 'time_entries.jsonl'));
    // An edit of the row is exported with it.
    b.run(`UPDATE issues SET title = 'edited' WHERE id = 'i1'`);
    b.export();
    expect(b.record('issues.jsonl', 'i1')).toMatchObject({ title: 'edited', plan_id: 'p1' });
    arrive(b, a, 'sessions.jsonl', 'plans.jsonl');
    expect(b.value(`SELECT plan_id FROM issues WHERE id = 'i1'`)).toBe('p1');
    expect(b.value(`SELECT count(*) FROM scsync_unresolved`)).toBe(0n);
    expect(b.export({ full: true }).files).toEqual([]);
  });

  it('counts in a merge as any value: theirs changed it, ours changed another', () => {
    const [a, b] = partly('issues.jsonl');
    a.run(`UPDATE issues SET plan_id = 'p2', updated_at = updated_at + 5 WHERE id = 'i1'`);
    a.export();
    b.run(`UPDATE issues SET title = 'b' WHERE id = 'i1'`);
    b.pull(only(a.files(), 'issues.jsonl'));
    expect(named(b.import())).toEqual([]);
    b.export();
    expect(b.record('issues.jsonl', 'i1')).toMatchObject({ title: 'b', plan_id: 'p2' });
    // A value that the row got here takes the place of the one kept aside.
    b.run(`INSERT INTO projects (id, project_path, name, created_at, updated_at) VALUES ('x', :project, 'x', 1, 1);
      INSERT INTO plans (id, project_id, project_path, title, created_at, updated_at) VALUES ('p9', 'x', :project, '', 1, 1);
      UPDATE issues SET plan_id = 'p9' WHERE id = 'i1'`);
    b.export();
    expect(b.record('issues.jsonl', 'i1')).toMatchObject({ plan_id: 'p9' });
    expect(b.export({ full: true }).files).toEqual([]);
  });

  it('is forgotten when that record turns out to be deleted', () => {
    const [a, b] = partly('issues.jsonl', 'time_entries.jsonl');
    a.run(`DELETE FROM plans WHERE id = 'p1'`);
    a.export();
    b.pull(only(a.files(), 'deletions.jsonl'));
    b.import();
    expect(b.pending()).toEqual({ issue: 1 });
    b.export();
    expect(b.record('issues.jsonl', 'i1')).toMatchObject({ plan_id: null });
    expect(b.export({ full: true }).files).toEqual([]);
    exchange(a, b);
    expect(a.files()).toEqual(b.files());
    expectAgreement(a);
  });
});

describe('an element whose record is not here', () => {
  it('is kept aside: dependencies arrive in any order, and on one another', () => {
    const [a, b] = [new Replica(), new Replica()];
    seed(a);
    a.export();
    const [i1 = '', i2 = '', i3 = ''] = a.lines('issues.jsonl');
    for (const lines of [[i1], [i1, i3], [i1, i2, i3]]) {
      b.write('issues.jsonl', `${lines.join('\n')}\n`);
      expect(named(b.import())).toEqual([]);
      expect(b.pending()).toEqual({});
      expect(b.export({ full: true }).files).toEqual([]);
      expect(b.lines('issues.jsonl')).toEqual(lines);
    }
    expect(b.rows(`SELECT issue_id, depends_on_id FROM issue_dependencies ORDER BY 1, 2`)).toEqual([
      ['i1', 'i2'],
      ['i2', 'i3'],
      ['i3', 'i1'],
    ]);
    expect(b.rows(`SELECT * FROM scsync_unresolved WHERE field = 'dependencies'`)).toEqual([]);
  });

  it('can be removed and joined by others while it waits', () => {
    const [a, b] = [new Replica(), new Replica()];
    seed(a);
    a.export();
    b.write('issues.jsonl', `${a.lines('issues.jsonl')[0] ?? ''}\n`);
    b.import();
    b.run(`INSERT INTO issue_dependencies (id, issue_id, depends_on_id, created_at) VALUES ('x', 'i1', 'i1', 7)`);
    const ids = (): unknown[] =>
      ((b.record('issues.jsonl', 'i1')?.['dependencies'] as { depends_on_id: string }[] | undefined) ?? []).map(
        ({ depends_on_id }) => depends_on_id,
      );
    expect(ids()).toEqual(['i2']);
    a.run(
      `DELETE FROM issue_dependencies WHERE issue_id = 'i1'; UPDATE issues SET updated_at = updated_at + 9 WHERE id = 'i1'`,
    );
    a.clock += 60_000;
    a.export();
    b.pull({ 'issues.jsonl': `${a.lines('issues.jsonl')[0] ?? ''}\n` });
    expect(named(b.import())).toEqual([]);
    b.export();
    expect(ids()).toEqual(['i1']);
  });
});

describe('checkpoint items', () => {
  it('are counted, each item once, with those that are kept aside', () => {
    const [a, b] = partly('sessions.jsonl', 'checkpoints.jsonl');
    expect(b.rows(`SELECT id, item_count FROM checkpoints ORDER BY id`)).toEqual([
      ['k1', 2n],
      ['k2', 0n],
      ['k3', 7n],
    ]);
    expect(b.value(`SELECT count(*) FROM checkpoint_items`)).toBe(0n);
    expect(b.export({ full: true }).files).toEqual([]);
    arrive(b, a, 'context_items.jsonl');
    expect(b.rows(`SELECT context_item_id, group_name, group_order FROM checkpoint_items ORDER BY 1`)).toEqual([
      ['c1', 'g', 1n],
      ['c2', null, 0n],
    ]);
    expect(b.export({ full: true }).files).toEqual([]);
  });

  it('that stand twice are one, that with the smallest order and name', () => {
    const a = new Replica();
    seed(a);
    a.run(`INSERT INTO checkpoint_items (id, checkpoint_id, context_item_id, group_name, group_order) VALUES
      ('x1', 'k2', 'c3', 'b', 1), ('x2', 'k2', 'c3', 'a', 1), ('x3', 'k2', 'c3', 'z', 1), ('x4', 'k2', 'c3', 'a', 2)`);
    a.export();
    expect(a.record('checkpoints.jsonl', 'k2')).toMatchObject({
      item_count: 1,
      items: [{ context_item_id: 'c3', group_name: 'a', group_order: 1 }],
    });
    a.run(`DELETE FROM checkpoint_items WHERE id = 'x2'`);
    a.export();
    expect(a.record('checkpoints.jsonl', 'k2')).toMatchObject({ items: [{ group_name: 'b' }] });
    expectAgreement(a);
  });

  it('that are all gone count as none; where they were never named the number stands for itself', () => {
    const [a, b] = [new Replica(), new Replica()];
    seed(a);
    a.export();
    b.pull(a);
    b.import();
    a.run(`DELETE FROM checkpoint_items WHERE checkpoint_id = 'k1'`);
    a.export();
    expect(a.record('checkpoints.jsonl', 'k1')).toMatchObject({ item_count: 0 });
    expect(a.record('checkpoints.jsonl', 'k3')).toMatchObject({ item_count: 7 });
    b.pull(a);
    b.import();
    expect(b.value(`SELECT item_count FROM checkpoints WHERE id = 'k1'`)).toBe(0n);
    expectAgreement(a);
    expectAgreement(b);
  });

  it('that wait for an item which turns out to be deleted: every replica counts the same', () => {
    const [a, b] = partly('sessions.jsonl', 'checkpoints.jsonl');
    a.run(`DELETE FROM context_items WHERE session_id = 's1'`);
    a.export();
    // One has seen the items waiting, the other reads line and deletion at once.
    const c = new Replica();
    for (const replica of [b, c]) {
      replica.pull({
        ...only(b.files(), 'sessions.jsonl', 'checkpoints.jsonl'),
        ...only(a.files(), 'deletions.jsonl'),
      });
      replica.import();
      replica.clock += 1_000_000;
      replica.export();
      expect(replica.record('checkpoints.jsonl', 'k1')).toMatchObject({ item_count: 0 });
    }
    expect(b.files()).toEqual(c.files());
  });
});
