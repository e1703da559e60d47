import { describe, expect, it } from 'vitest';
import { Records } from '../../src/sync/records.js';
import { Replica, exchange, named, thrownBy } from './helpers.js';
import { seed } from './seed.js';

describe('P16 records made offline', () => {
  it('never get the same id, and equal content stays distinct', () => {
    const [a, b] = [new Replica(), new Replica()];
    const made = [a, b].flatMap((replica) => {
      const records = new Records(replica.store, replica.project);
      // The same content at the same time, in the same and in another database.
      return Array.from(
        { length: 200 },
        () => records.put('issue', undefined, { title: 'same' }, 1_700_000_000_000).id,
      );
    });
    expect(new Set(made).size).toBe(400);
    for (const id of made) expect(id).toMatch(/^issue_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    a.export();
    b.export();
    a.pull({ 'issues.jsonl': `${a.files()['issues.jsonl'] ?? ''}${b.files()['issues.jsonl'] ?? ''}` });
    expect(a.import().issue).toMatchObject({ created: 200, updated: 0, conflicts: 0 });
    a.export();
    expect(new Set(a.lines('issues.jsonl').map((line) => /"id":"([^"]*)"/.exec(line)?.[1]))).toEqual(new Set(made));
    b.pull(a);
    b.import();
    expect(b.export().files).toEqual([]);
    expect(b.files()).toEqual(a.files());
  });

  it('have the defaults of their table and the prefix of their type', () => {
    const replica = new Replica();
    seed(replica);
    const records = new Records(replica.store, replica.project);
    const item = records.put('context_item', undefined, { session_id: 's1', key: 'new', value: 'v' }, 5);
    expect(item.id).toMatch(/^item_/);
    const columns = `category, priority, channel, tags, size, created_at, updated_at`;
    expect(replica.rows(`SELECT ${columns} FROM context_items WHERE id = ?`, item.id)).toEqual([
      ['note', 'normal', 'general', '[]', 0n, 5n, 5n],
    ]);
    expect(records.put('plan', undefined, { title: 't' }).id).toMatch(/^plan_/);
    expect(replica.value(`SELECT count(*) FROM plans WHERE project_id = 'proj_1'`)).toBe(3n);
    expect(replica.pending()).toMatchObject({ context_item: 4, plan: 3 });
  });

  it('need their parents, a free natural key and fields that fit', () => {
    const replica = new Replica();
    seed(replica);
    const records = new Records(replica.store, replica.project);
    const code = (type: string, id: string | undefined, fields: Readonly<Record<string, unknown>>): string =>
      thrownBy(() => records.put(type, id, fields)).code;
    expect(code('context_item', undefined, { session_id: 'none', key: 'k', value: 'v' })).toBe('not_found');
    expect(code('context_item', undefined, { session_id: 's9', key: 'k', value: 'v' })).toBe('not_found');
    expect(code('issue', undefined, { title: 't', plan_id: 'none' })).toBe('not_found');
    expect(code('memory', undefined, { key: 'build', value: 'v' })).toBe('refused');
    expect(code('session', 's9', { name: 'not mine' })).toBe('refused');
    expect(code('issue', undefined, {})).toBe('bad_input');
    expect(code('issue', undefined, { title: 't', priority: 7, nothing: 1 })).toBe('bad_input');
    expect(code('dream', undefined, {})).toBe('usage');
    replica.export();
    expect(replica.lines('issues.jsonl')).toHaveLength(3);
  });

  it('go with what cannot be without them', () => {
    const [a, b] = [new Replica(), new Replica()];
    seed(a);
    a.export();
    b.pull(a);
    b.import();
    const records = new Records(b.store, b.project);
    const gone = records.remove('session', 's1').map(({ type, id }) => `${type}/${id}`);
    expect(gone).toEqual(['session/s1', 'context_item/c1', 'context_item/c2', 'checkpoint/k1']);
    b.export();
    expect(b.deletions()).toEqual(['checkpoint/k1', 'context_item/c1', 'context_item/c2', 'session/s1']);
    a.pull(b);
    expect(named(a.import())).toEqual([]);
    exchange(a, b);
    expect(a.files()).toEqual(b.files());
    expect(a.value(`SELECT count(*) FROM context_items`)).toBe(1n);
    // The row of the plan that named the session stays, without it.
    expect(a.rows(`SELECT id, session_id FROM plans ORDER BY id`)).toEqual([
      ['p1', null],
      ['p2', null],
    ]);
  });
});
