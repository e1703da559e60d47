import { describe, expect, it } from 'vitest';

import { MergeStrategy } from '../../src/sync/import/plan.js';
import { listPrivate, setPrivate } from '../../src/sync/private.js';
import { Records } from '../../src/sync/records.js';
import { Replica, exchange } from './helpers.js';

/** Two replicas with the same records, of which the first has a rule. */
function withRule(rule: object, setUp: (replica: Replica) => void): { ann: Replica; bob: Replica } {
  const [ann, bob] = [new Replica(), new Replica()];
  ann.write('sync.json', JSON.stringify({ private: [rule] }));
  setUp(ann);
  ann.export();
  exchange(bob, ann);
  return { ann, bob };
}

/** Makes or changes a record, later than everything before. */
function put(replica: Replica, type: string, id: string, fields: Readonly<Record<string, string | string[]>>): void {
  new Records(replica.store, replica.project).put(type, id, fields, (replica.clock += 1000));
}

const SECRET = { type: 'memory', where: { category: 'secret' } };

/** One memory, which the first replica then makes private by its category, with a value that is nobody's business. */
function withMemory(rule: object = SECRET): { ann: Replica; bob: Replica } {
  const both = withRule(rule, (replica) => put(replica, 'memory', 'm1', { key: 'k', value: 'v', category: 'note' }));
  put(both.ann, 'memory', 'm1', { category: 'secret', value: 'my diagnosis' });
  return both;
}

/** Lets the second replica export, and the first one import that, and expects that nothing private goes out of it until somebody says so. */
function expectKept(
  ann: Replica,
  bob: Replica,
  key: { readonly type: string; readonly id: string },
  text: string,
): void {
  bob.clock = ann.clock + 10_000;
  bob.export();
  ann.pull(bob);
  ann.import();
  for (const full of [false, true]) {
    ann.exporter().export({ full });
    expect(Object.values(ann.files()).join('')).not.toContain(text);
  }
  ann.export({ unpublish: true });
  expect(Object.values(ann.files()).join('')).not.toContain(text);
  expect(ann.status().inSync).toBe(true);
  expect(listPrivate(ann.store, ann.project)).toEqual([key]);
  setPrivate(ann.store, ann.project, key, false);
  ann.export();
  expect(Object.values(ann.files()).join('')).toContain(text);
}

describe('a record that is private by a rule', () => {
  it('stays private when a merge changes the field that the rule goes by', () => {
    const { ann, bob } = withMemory();
    bob.clock = ann.clock;
    put(bob, 'memory', 'm1', { category: 'decision' });
    expectKept(ann, bob, { type: 'memory', id: 'm1' }, 'my diagnosis');
    expect(ann.value(`SELECT category FROM project_memory`)).toBe('decision');
  });

  it('stays private when a merge adds a label to those that the rule names', () => {
    const { ann, bob } = withRule({ type: 'issue', where: { labels: ['hush'] } }, (replica) =>
      put(replica, 'issue', 'i1', { title: 't' }),
    );
    put(ann, 'issue', 'i1', { labels: ['hush'], details: 'my diagnosis' });
    bob.clock = ann.clock;
    put(bob, 'issue', 'i1', { labels: ['bug'] });
    expectKept(ann, bob, { type: 'issue', id: 'i1' }, 'my diagnosis');
  });

  it('stays private when what the rule names is deleted by others', () => {
    const { ann, bob } = withRule({ type: 'issue', where: { plan_id: 'p1' } }, (replica) =>
      put(replica, 'plan', 'p1', { title: 'p' }),
    );
    put(ann, 'issue', 'i1', { title: 'my diagnosis', plan_id: 'p1' });
    ann.export();
    bob.clock = ann.clock;
    bob.run(`DELETE FROM plans`);
    expectKept(ann, bob, { type: 'issue', id: 'i1' }, 'my diagnosis');
    expect(ann.value(`SELECT plan_id FROM issues`)).toBeNull();
  });

  it.each([MergeStrategy.PreferExternal, MergeStrategy.PreferNewer])(
    'stays private whatever the strategy: %s',
    (strategy) => {
      const { ann, bob } = withMemory();
      bob.clock = ann.clock;
      put(bob, 'memory', 'm1', { category: 'decision' });
      bob.export();
      ann.pull(bob);
      ann.import({ strategy });
      expect(ann.value(`SELECT category FROM project_memory`)).toBe('decision');
      expect(ann.exporter().export().refused).toEqual([{ type: 'memory', id: 'm1', why: 'private' }]);
    },
  );

  it('stays private when it trades its natural key with another', () => {
    const { ann, bob } = withRule({ type: 'memory', where: { key: 'hidden' } }, (replica) => {
      put(replica, 'memory', 'm1', { key: 'a', value: 'one' });
      put(replica, 'memory', 'm2', { key: 'b', value: 'two' });
    });
    put(ann, 'memory', 'm1', { key: 'hidden', value: 'my diagnosis' });
    bob.clock = ann.clock;
    put(bob, 'memory', 'm1', { key: 'c' });
    put(bob, 'memory', 'm2', { key: 'a' });
    expectKept(ann, bob, { type: 'memory', id: 'm1' }, 'my diagnosis');
  });

  it('on the other side alone is not written anew before somebody here says so', () => {
    const { ann, bob } = withRule(SECRET, (replica) =>
      put(replica, 'memory', 'm1', { key: 'k', value: 'v', category: 'note' }),
    );
    bob.clock = ann.clock;
    put(bob, 'memory', 'm1', { category: 'secret', value: 'by bob' });
    bob.export();
    ann.clock = bob.clock;
    put(ann, 'memory', 'm1', { category: 'decision' });
    ann.pull(bob);
    ann.import();
    expect(ann.exporter().export().refused).toEqual([{ type: 'memory', id: 'm1', why: 'private' }]);
  });

  it('is not marked by a dry run, nor by an old version in the files', () => {
    const { ann, bob } = withMemory();
    bob.clock = ann.clock;
    put(bob, 'memory', 'm1', { category: 'decision' });
    bob.export();
    ann.pull(bob);
    ann.status();
    expect(ann.value(`SELECT count(*) FROM scsync_records WHERE private = 1`)).toBe(0n);
    put(bob, 'memory', 'm1', { category: 'secret' });
    bob.export();
    const old = bob.files();
    put(bob, 'memory', 'm1', { category: 'note' });
    bob.write('sync.json', JSON.stringify({ private: [SECRET] }));
    bob.export();
    bob.pull(old);
    expect(bob.import().total.rolledBack).toBe(1);
    bob.export();
    expect(bob.value(`SELECT count(*) FROM scsync_records WHERE private = 1`)).toBe(0n);
  });
});

describe('a record that is private by its parent', () => {
  const rule = { type: 'session', where: { channel: 'secret' } };
  const sessions = (replica: Replica): void => {
    for (const id of ['s1', 's2']) put(replica, 'session', id, { name: id });
    put(replica, 'context_item', 'c1', { session_id: 's1', key: 'k', value: 'v' });
  };

  it('stays private when a merge lets the parent out', () => {
    const { ann, bob } = withRule(rule, sessions);
    put(ann, 'session', 's1', { channel: 'secret' });
    put(ann, 'context_item', 'c1', { value: 'my diagnosis' });
    bob.clock = ann.clock;
    put(bob, 'session', 's1', { channel: 'open' });
    expectKept(ann, bob, { type: 'session', id: 's1' }, 'my diagnosis');
  });

  it('stays private when a merge moves it to another parent', () => {
    const { ann, bob } = withRule(rule, sessions);
    put(ann, 'session', 's1', { channel: 'secret' });
    put(ann, 'context_item', 'c1', { value: 'my diagnosis' });
    bob.clock = ann.clock;
    put(bob, 'context_item', 'c1', { session_id: 's2' });
    expectKept(ann, bob, { type: 'context_item', id: 'c1' }, 'my diagnosis');
    expect(ann.value(`SELECT session_id FROM context_items`)).toBe('s2');
  });
});
