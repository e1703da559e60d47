import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { Sandbox } from './helpers.js';
import type { JsonObject } from './helpers.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.ok(['init']);
  sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=one']);
  sandbox.ok(['put', 'memory', 'mem_2', 'key=b', 'value=one']);
  sandbox.ok(['sync']);
  const path = join(sandbox.dir, 'memories.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"one"', '"theirs"'));
  sandbox.ok(['put', 'memory', 'mem_1', 'value=mine']);
  sandbox.ok(['put', 'memory', 'mem_2', 'value=mine']);
  expect(sandbox.run(['sync']).status).toBe(0);
});

const numbers = (): unknown[] =>
  ((sandbox.json(['conflicts'])['conflicts'] ?? []) as JsonObject[]).map((entry) => entry['n']);
const valueOf = (id: string): unknown => (sandbox.json(['get', 'memory', id])['record'] as JsonObject)['value'];

describe('conflicts', () => {
  it('lists what lost, with what was kept, why and when', () => {
    const { conflicts } = sandbox.json(['conflicts']);
    expect(conflicts).toMatchObject([
      { n: 1, type: 'memory', id: 'mem_1', field: 'value', base: 'one', kept: 'mine', lost: 'theirs', why: 'merge' },
      { n: 2, type: 'memory', id: 'mem_2', field: 'value' },
    ]);
    const [{ at } = {}] = conflicts as JsonObject[];
    expect(Math.abs(Date.parse(String(at)) - Date.now())).toBeLessThan(3_600_000);
    expect(sandbox.ok(['conflicts'])).toMatch(/^1 +memory a +value +"mine" +"theirs" +merge +\d{4}-/m);
    expect(sandbox.ok(['conflicts', 'show', '2'])).toMatch(/^2: memory b, value, merge, .*\nbase: "one"\n/);
    expect(sandbox.json(['conflicts', 'show', '2'])).toMatchObject({ conflicts: [{ n: 2 }] });
  });

  it('take puts values back, all or none', () => {
    expect(sandbox.error(['conflicts', 'take', '1', '99'], 4)['code']).toBe('not_found');
    expect([valueOf('mem_1'), numbers()]).toEqual(['mine', [1, 2]]);
    expect(sandbox.json(['conflicts', 'take', '1', '2'])).toMatchObject({ taken: [{ n: 1 }, { n: 2 }] });
    expect([valueOf('mem_1'), valueOf('mem_2'), numbers()]).toEqual(['theirs', 'theirs', []]);
    expect(sandbox.json(['sync'])).toMatchObject({ inSync: true, export: { entities: { total: { written: 2 } } } });
    expect(sandbox.ok(['conflicts'])).toBe('no value is lost\n');
  });

  it('drop forgets entries, all or none', () => {
    expect(sandbox.error(['conflicts', 'drop', '1', '99'], 4)['code']).toBe('not_found');
    expect(sandbox.json(['conflicts', 'drop', '1', '1'])).toMatchObject({ dropped: [{ n: 1, lost: 'theirs' }] });
    expect(sandbox.ok(['conflicts', 'drop', '2'])).toBe('dropped 1 entry\n');
    expect([valueOf('mem_1'), numbers()]).toEqual(['mine', []]);
  });

  it('needs numbers of entries, or names of records', () => {
    expect(sandbox.error(['conflicts', 'take'], 4)['code']).toBe('usage');
    expect(sandbox.error(['conflicts', 'show', 'one'], 4)['code']).toBe('not_found');
    expect(sandbox.error(['conflicts', 'show', '7'], 4)['code']).toBe('not_found');
  });
});
