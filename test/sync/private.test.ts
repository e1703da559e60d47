import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { Importer } from '../../src/sync/import/importer.js';
import { MergeStrategy } from '../../src/sync/import/plan.js';
import { listPrivate, setPrivate } from '../../src/sync/private.js';
import { Records } from '../../src/sync/records.js';
import { Replica, exchange, filesOf, named, temporaryFolder, thrownBy } from './helpers.js';

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

function memory(id: string, key: string, created = 1): string {
  return `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
          VALUES ('${id}', :project, '${key}', 'of ${id}', 'note', ${created}, ${created})`;
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

describe('a private record that others have deleted', () => {
  const rules = [{ type: 'session', where: { channel: 'secret' } }];

  it('stays with its children, by a rule, through imports of any kind', () => {
    const replica = withSession();
    const other = new Replica();
    replica.write('sync.json', JSON.stringify({ private: rules }));
    replica.export();
    exchange(other, replica);
    replica.run(`UPDATE sessions SET channel = 'secret' WHERE id = 's1'`);
    expect(replica.exporter().export().refused).toContainEqual({ type: 'context_item', id: 's1c', why: 'private' });
    replica.export({ unpublish: true });
    expect(Object.keys(replica.record('context_items.jsonl', 's1c') ?? {})).toEqual([]);
    exchange(other, replica);
    expect(other.rows(`SELECT id FROM context_items`)).toEqual([['s2c']]);
    for (const options of [{}, { strategy: MergeStrategy.PreferExternal }, { forceIds: ['s1', 's1c'] }]) {
      replica.import(options);
      expect(replica.rows(`SELECT id FROM context_items ORDER BY id`)).toEqual([['s1c'], ['s2c']]);
      replica.export();
      expect(replica.status().inSync).toBe(true);
    }
    expect(replica.deletions()).toEqual(['context_item/s1c', 'session/s1']);
    // A deletion that is later than the one written here.
    other.edit('deletions.jsonl', (text) => text.replaceAll(/"deleted_at":"20/g, '"deleted_at":"21'));
    replica.pull(other);
    expect(replica.import().notices).toEqual([]);
    replica.export();
    expect(replica.files()).toEqual(other.files());
    expect(replica.rows(`SELECT id FROM sessions ORDER BY id`)).toEqual([['s1'], ['s2']]);
  });

  it('is no rollback in a second folder of the same database', () => {
    const replica = withSession();
    const second = temporaryFolder();
    replica.export();
    replica.exporter({ dir: second }).export();
    setPrivate(replica.store, replica.project, s1, true);
    replica.export({ unpublish: true });
    for (const [name, text] of Object.entries(replica.files())) writeFileSync(join(second, name), text);
    const importer = new Importer(replica.store, { projectPath: replica.project });
    expect(importer.importAll(second).notices).toEqual([]);
    expect(replica.exporter({ dir: second }).export().refused).toEqual([]);
    expect(filesOf(second)).toEqual(replica.files());
    expect(replica.value(`SELECT count(*) FROM context_items`)).toBe(2n);
  });
});

describe('a private record that is deleted', () => {
  it('before any export names itself in no file, with its children', () => {
    const replica = withSession();
    setPrivate(replica.store, replica.project, s1, true);
    replica.run(`DELETE FROM sessions`);
    for (const full of [false, true]) {
      replica.export({ full });
      expect(replica.deletions()).toEqual(['context_item/s2c', 'session/s2']);
      expect(replica.status().inSync).toBe(true);
    }
  });

  it.each([true, false])('names itself in no other folder of the database, by a mark: %s', (isMarked) => {
    const replica = withSession();
    const second = temporaryFolder();
    if (isMarked) setPrivate(replica.store, replica.project, s1, true);
    else replica.write('sync.json', JSON.stringify({ private: [{ type: 'session', where: { name: 's1 hidden' } }] }));
    replica.export();
    replica.run(`DELETE FROM sessions`);
    for (const full of [false, true]) {
      expect(replica.exporter({ dir: second }).export({ full }).refused).toEqual([]);
      replica.export({ full });
      expect(filesOf(second)['deletions.jsonl']).toBe(replica.files()['deletions.jsonl']);
      expect(replica.deletions()).toEqual(['context_item/s2c', 'session/s2']);
    }
  });

  it('is named where it was in the files of another folder', () => {
    const replica = withSession();
    const second = temporaryFolder();
    replica.exporter({ dir: second }).export();
    setPrivate(replica.store, replica.project, s1, true);
    replica.export();
    expect(replica.record('sessions.jsonl', 's1')).toBeUndefined();
    replica.run(`DELETE FROM sessions`);
    replica.export();
    expect(replica.deletions()).toContain('session/s1');
  });
});

describe('what comes in by the files and is private here', () => {
  it('stops exports, by its parent', () => {
    const replica = withSession();
    const other = new Replica();
    replica.export();
    exchange(other, replica);
    other.run(`INSERT INTO context_items (id, session_id, key, value, created_at, updated_at)
               VALUES ('c9', 's1', 'k9', 'v', 2, 2)`);
    other.export();
    setPrivate(replica.store, replica.project, s1, true);
    replica.export({ unpublish: true });
    replica.write('context_items.jsonl', other.files()['context_items.jsonl'] ?? '');
    replica.import();
    expect(replica.status().inSync).toBe(false);
    const c9 = { type: 'context_item', id: 'c9', why: 'private' };
    for (const full of [false, true]) expect(replica.exporter().export({ full }).refused).toContainEqual(c9);
    replica.export({ unpublish: true });
    expect(replica.lines('context_items.jsonl')).toHaveLength(1);
    expect(replica.status().inSync).toBe(true);
  });

  it('stops exports, by a rule', () => {
    const [replica, other] = [new Replica(), new Replica()];
    other.run(memory('m1', 'hidden'));
    other.export();
    replica.write('sync.json', JSON.stringify({ private: [{ type: 'memory', where: { key: 'hidden' } }] }));
    replica.export();
    replica.pull(other);
    replica.import();
    expect(replica.status().inSync).toBe(false);
    expect(replica.exporter().export().refused).toEqual([{ type: 'memory', id: 'm1', why: 'private' }]);
  });
});

describe('a natural key of a private record and another', () => {
  it.each(['m1', 'm2'])('is that of the other, whichever was made first: %s is private', (hidden) => {
    const [replica, other] = [new Replica(), new Replica()];
    const [here, there] = hidden === 'm1' ? [1, 2] : [2, 1];
    const rule = { type: 'memory', where: { value: `of ${hidden}` } };
    replica.write('sync.json', JSON.stringify({ private: [rule] }));
    replica.run(memory('m1', 'k', here));
    other.run(memory('m2', 'k', there));
    other.export();
    replica.pull(other);
    expect(named(replica.import())).toEqual([`renamed memory/${hidden}`]);
    expect(replica.rows(`SELECT id FROM project_memory WHERE key LIKE 'k~%'`)).toEqual([[hidden]]);
    replica.export({ unpublish: true });
    expect(replica.lines('memories.jsonl').join('')).not.toContain('~');
    expect(replica.lines('memories.jsonl').join('')).not.toContain(hidden);
  });

  it('is no way out of a rule that goes by it', () => {
    const [replica, other] = [new Replica(), new Replica()];
    replica.run(memory('m1', 'k', 2));
    replica.write('sync.json', JSON.stringify({ private: [{ type: 'memory', where: { key: 'k' } }] }));
    replica.export();
    other.run(memory('m2', 'k', 1));
    other.export();
    replica.pull(other);
    expect(named(replica.import())).toEqual(['renamed memory/m1']);
    expect(replica.exporter().export({ full: true }).refused).toEqual([{ type: 'memory', id: 'm2', why: 'private' }]);
    replica.export({ unpublish: true });
    expect(Object.values(replica.files()).join('')).not.toContain('m1');
  });
});

describe('a record that leaves a rule', () => {
  it.each(['here', 'there'])('takes its children along into the files: %s', (where) => {
    const replica = withSession();
    replica.write('sync.json', JSON.stringify({ private: [{ type: 'session', where: { channel: 'secret' } }] }));
    replica.run(`UPDATE sessions SET channel = 'secret' WHERE id = 's1'`);
    replica.export();
    if (where === 'here') {
      replica.run(`UPDATE sessions SET channel = 'open' WHERE id = 's1'`);
    } else {
      const other = withSession();
      other.run(`DELETE FROM context_items; UPDATE sessions SET channel = 'open', updated_at = 9`);
      other.export();
      replica.write('sessions.jsonl', other.files()['sessions.jsonl'] ?? '');
      replica.import();
      expect(replica.exporter().export().refused).toEqual([{ ...s1, why: 'private' }]);
      setPrivate(replica.store, replica.project, s1, false);
    }
    replica.export();
    const incremental = replica.files();
    expect(replica.record('context_items.jsonl', 's1c')).toBeDefined();
    replica.export({ full: true });
    expect(replica.files()).toEqual(incremental);
    expect(replica.status().inSync).toBe(true);
  });
});

describe('rules of sync.json', () => {
  it.each([
    ['time_entry', { hours: 2 }, { hours: 2, description: 'd', work_date: '2026-01-01' }],
    ['issue', { labels: ['z', 'a'] }, { title: 't', labels: ['a', 'z'] }],
  ])('fit a %s by what a value means: %j', (type, where, fields) => {
    const replica = new Replica();
    new Records(replica.store, replica.project).put(type, 'r1', fields);
    replica.write('sync.json', JSON.stringify({ private: [{ type, where }] }));
    replica.export();
    expect(replica.files()).toEqual({});
    replica.write('sync.json', '{}');
    replica.accept();
    expect(replica.export().total.written).toBe(1);
  });
});

describe('rules of sync.json that change', () => {
  it('are news to a folder that was only imported', () => {
    const [replica, other] = [new Replica(), new Replica()];
    other.run(memory('m1', 'hidden'));
    other.export();
    replica.pull(other);
    replica.import();
    expect(replica.status().inSync).toBe(true);
    replica.write('sync.json', JSON.stringify({ private: [{ type: 'memory', where: { key: 'hidden' } }] }));
    expect(replica.status().inSync).toBe(false);
    expect(replica.exporter().export().refused).toEqual([{ type: 'memory', id: 'm1', why: 'private' }]);
  });

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
    replica.accept();
    expect(replica.status()).toMatchObject({ inSync: false, problems: [expect.stringContaining('settings changed')] });
    expect(replica.export().total.written).toBe(2);
    expect(replica.deletions()).toEqual([]);
    expect(replica.export().total).toEqual({ written: 0, deleted: 0, unchanged: 0 });
  });
});
