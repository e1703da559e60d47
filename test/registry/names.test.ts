import { describe, expect, it } from 'vitest';

import { SyncError, integer, set, text } from '../../src/index.js';
import { toObject } from '../../src/record/object.js';
import { Records } from '../../src/sync/records.js';
import { getSyncStatus } from '../../src/sync/status.js';
import { Tally } from '../../src/sync/stats.js';
import { Replica, thrownBy } from '../sync/helpers.js';
import { entityOf } from './own.js';

const nullable = text({ nullable: true });
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

function expectRefused(define: () => unknown, name: string): void {
  const error = thrownBy(define);
  expect(error).toBeInstanceOf(SyncError);
  expect(error.code).toBe('usage');
  expect(error.message).toContain(name);
}

describe('names that are not free are refused by defineEntity', () => {
  it.each(['type', 'v', 'content_hash', 'exported_at', ...INHERITED])('a column %s', (name) => {
    expectRefused(() => entityOf('t', { [name]: nullable }), `t.${name}`);
  });

  it.each(INHERITED)('%s as a type, a table, a column of a child table', (name) => {
    expectRefused(() => entityOf('t', {}, { type: name }), name);
    expectRefused(() => entityOf('t', {}, { table: name }), name);
    const tags = set({ table: 'tags', owner: 't', element: { [name]: text() } });
    expectRefused(() => entityOf('t', { tags }), `tags.${name}`);
    expectRefused(() => entityOf('t', { tags: set({ ...tags.set, owner: name, element: { x: text() } }) }), name);
  });

  it.each(['total', 'unknown', 'notices', 'problems', 'dryRun', 'files', 'refused', 'history'])(
    '%s as a type, which statistics have beside the types',
    (name) => {
      expectRefused(() => entityOf('t', {}, { type: name }), name);
    },
  );

  it.each([
    ["a quote in a type (o'brien)", { type: "o'b" }, `"o'b"`],
    ['a space in a type', { type: 'a b' }, '"a b"'],
    ['U+0000 in a table', { table: 'Order\0Details' }, 'Order'],
    ['a file in another folder', { file: '../t.jsonl' }, '../t.jsonl'],
    ['a file that git would not take', { file: 't.txt' }, 't.txt'],
  ])('%s', (_, more, name) => {
    expectRefused(() => entityOf('t', {}, more), name);
  });

  it('others are free: a column may be called as the tag of a deletion', () => {
    expect(entityOf('t', { entity_type: nullable, deleted_at: integer() }).indexOf.has('entity_type')).toBe(true);
  });
});

describe('names that come from outside are never taken for what every object has', () => {
  it.each(INHERITED)('%s in sync.json, as a setting and in a rule', (name) => {
    const replica = new Replica();
    for (const settings of [
      `{"${name}": 1}`,
      `{"private": [{"type": "${name}"}]}`,
      `{"private": [{"type": "issue", "${name}": 1}]}`,
      `{"private": [{"type": "issue", "where": {"${name}": 1}}]}`,
    ]) {
      replica.write('sync.json', settings);
      const error = thrownBy(() => replica.export());
      expect(error).toMatchObject({ code: 'bad_input' });
      expect(error.message).toContain(name);
    }
  });

  it('in fields that nobody knows, which survive import, export and put', () => {
    const replica = new Replica();
    const records = new Records(replica.store, replica.project);
    records.put('memory', 'm', { key: 'k', value: 'v' });
    replica.export();
    const unknown = INHERITED.map((name) => `,"${name}":{"${name}":1}`)
      .sort()
      .join('');
    const far = '2040-01-01T00:00:00.000Z';
    replica.edit('memories.jsonl', (line) =>
      line.replace('"v":1', `"v":1${unknown}`).replace(/"exported_at":"[^"]*"/, `"exported_at":"${far}"`),
    );
    expect(replica.import().total.updated).toBe(1);
    records.put('memory', 'm', { value: 'new' });
    replica.export();
    expect(replica.lines('memories.jsonl')[0]).toContain(unknown);
    expect(Object.keys(toObject(records.require('memory', 'm'), 'portable'))).toEqual(
      expect.arrayContaining(INHERITED),
    );
    for (const name of INHERITED) {
      const fields = Object.fromEntries([[name, 'x']]);
      expect(thrownBy(() => records.put('memory', 'm', fields)).message).toContain(`${name} is no field`);
    }
  });

  it('in types of lines and deletions that nobody knows', () => {
    const replica = new Replica();
    const lines = INHERITED.map((name) => `{"type":"${name}","id":"1"}\n`).sort();
    replica.write('memories.jsonl', lines.join(''));
    const gone = INHERITED.map((name) => `{"entity_type":"${name}","entity_id":"1"}\n`).sort();
    replica.write('deletions.jsonl', gone.join(''));
    const { unknown, total } = replica.import();
    expect(new Map(Object.entries(unknown))).toEqual(new Map(INHERITED.map((name) => [name, 2])));
    expect(total.created + total.deleted).toBe(0);
    replica.export({ full: true });
    expect(replica.files()['memories.jsonl']).toBe(lines.join(''));
    expect(getSyncStatus(replica.store, { projectPath: replica.project, dir: replica.dir }).problems).toEqual([]);
  });

  it('in counts by type', () => {
    const tally = new Tally(
      { entities: [entityOf('t', {})], deletionsFile: 'gone.jsonl', localTables: [] },
      { seen: 0 },
    );
    for (const name of INHERITED) tally.add(name, 'seen');
    tally.add('t', 'seen');
    expect(tally.result()).toEqual({ t: { seen: 1 }, total: { seen: INHERITED.length + 1 } });
  });
});
