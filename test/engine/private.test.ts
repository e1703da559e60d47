import { describe, expect, it } from 'vitest';

import { listPrivate, setPrivate } from '../../src/private.js';
import { Replica, exchange, thrownBy } from './helpers.js';

function withSession(): Replica {
  const replica = new Replica();
  for (const id of ['s1', 's2']) {
    replica.run(
      `INSERT INTO sessions (id, project_path, name, created_at, updated_at) VALUES ('${id}', :project, '${id} hidden', 1, 1)`,
    );
    replica.run(`INSERT INTO context_items (id, session_id, key, value, created_at, updated_at)
                 VALUES ('${id}c', '${id}', 'k', 'of ${id} hidden', 1, 1)`);
  }
  return replica;
}

const s1 = { type: 'session', id: 's1' };

describe('a record that was made private', () => {
  it('stays in the database with its children, through full exports too, until it is let out', () => {
    const replica = withSession();
    expect(setPrivate(replica.store, replica.project, s1, true)).toEqual({
      records: [s1, { type: 'context_item', id: 's1c' }],
      exported: [],
    });
    expect(listPrivate(replica.store, replica.project)).toEqual([s1]);
    for (const full of [false, true]) {
      replica.export({ full });
      expect(Object.values(replica.files()).join('')).not.toContain('s1');
      expect(replica.status().inSync).toBe(true);
    }
    expect(replica.record('sessions.jsonl', 's2')).toBeDefined();
    setPrivate(replica.store, replica.project, s1, false);
    expect(replica.export().total.written).toBe(2);
    expect(replica.record('context_items.jsonl', 's1c')).toMatchObject({ value: 'of s1 hidden' });
    expect(listPrivate(replica.store, replica.project)).toEqual([]);
  });

  it('is deleted elsewhere when it was exported before and an export is told to unpublish it', () => {
    const replica = withSession();
    const other = new Replica();
    replica.export();
    exchange(other, replica);
    expect(other.value(`SELECT count(*) FROM context_items`)).toBe(2n);
    const { exported } = setPrivate(replica.store, replica.project, s1, true);
    expect(exported).toEqual([s1, { type: 'context_item', id: 's1c' }]);
    expect(replica.exporter().export().refused).toEqual([
      { ...s1, why: 'private' },
      { type: 'context_item', id: 's1c', why: 'private' },
    ]);
    replica.export({ unpublish: true });
    exchange(other, replica);
    expect(other.rows(`SELECT id FROM sessions`)).toEqual([['s2']]);
    expect(replica.rows(`SELECT id FROM sessions ORDER BY id`)).toEqual([['s1'], ['s2']]);
    setPrivate(replica.store, replica.project, s1, false);
    replica.export();
    exchange(other, replica);
    expect(other.rows(`SELECT value FROM context_items WHERE id = 's1c'`)).toEqual([['of s1 hidden']]);
  });

  it('must be there', () => {
    const replica = withSession();
    const error = thrownBy(() => setPrivate(replica.store, replica.project, { type: 'session', id: 'none' }, true));
    expect(error).toMatchObject({ code: 'not_found' });
    expect(error.message).toContain('session none');
    expect(listPrivate(replica.store, replica.project)).toEqual([]);
  });
});

describe('rules of sync.json that change', () => {
  it('hold for records that did not change themselves, and let them out again', () => {
    const replica = withSession();
    replica.export();
    const rules = [{ type: 'session', where: { name: 's1 hidden' } }];
    replica.write('sync.json', JSON.stringify({ private: rules }));
    expect(replica.status()).toMatchObject({ inSync: false, problems: [expect.stringContaining('settings changed')] });
    expect(replica.exporter().export().refused).toContainEqual({ ...s1, why: 'private' });
    replica.export({ unpublish: true });
    expect(replica.status().inSync).toBe(true);
    expect(replica.deletions()).toEqual(['context_item/s1c', 'session/s1']);
    expect(replica.exporter().export().total).toEqual({ written: 0, deleted: 0, unchanged: 0 });
    replica.write('sync.json', '{}');
    expect(replica.export().total.written).toBe(2);
    expect(replica.deletions()).toEqual([]);
    expect(replica.export().total).toEqual({ written: 0, deleted: 0, unchanged: 0 });
  });
});
