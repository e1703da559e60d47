import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { pair } from './clones.js';
import type { Clone } from './clones.js';

const lines = ({ dir }: Clone): string[] => readFileSync(join(dir, 'conflicts.jsonl'), 'utf8').split('\n').slice(0, -1);

/** Ann loses to Bob, who merges. */
function conflict(): ReturnType<typeof pair> {
  const clones = pair();
  const { ann, bob } = clones;
  ann.put('memory', 'mem_1', 'value=by ann');
  bob.put('memory', 'mem_1', 'value=by bob');
  ann.ok('push');
  bob.ok('push');
  return clones;
}

describe('whoever loses a merge', () => {
  it('P20 P21 is told by pull and status, takes the value back, and that closes it for all', () => {
    const { ann, bob } = conflict();
    expect(lines(bob)).toHaveLength(1);
    expect(bob.git('status', '--porcelain')).toBe('');
    ann.git('pull', '--quiet', '--ff-only');
    expect(ann.json(['status'])).toMatchObject({ sharedConflicts: { pendingImport: 1 }, inSync: false });
    expect(ann.ok('status')).toMatch(/^1 value lost in merges of other clones: run sc-sync sync$/m);
    const pulled = ann.ok('pull');
    expect(pulled).toMatch(/: lost a value of value in the merge of another clone; sc-sync conflicts has it$/m);
    expect(pulled).toMatch(/^1 value that lost in merges of other clones: new in the journal$/m);
    expect(pulled).toMatch(/^next: sc-sync conflicts /m);
    expect(ann.json(['conflicts'])).toMatchObject({ conflicts: [{ kept: 'by bob', lost: 'by ann', why: 'merge' }] });
    ann.ok('conflicts', 'take', '1');
    expect(ann.json(['status'])).toMatchObject({ sharedConflicts: { pendingExport: 1 }, inSync: false });
    expect(ann.json(['push'])).toMatchObject({ inSync: true });
    expect(bob.json(['pull'])).toMatchObject({ inSync: true });
    expect(bob.json(['conflicts'])).toEqual({});
    expect(bob.json(['get', 'memory', 'mem_1'])).toMatchObject({ record: { value: 'by ann' } });
    expect(lines(bob)).toEqual(lines(ann));
  });

  it('hears of an end alone: a push says what its commit is about', () => {
    const { ann, bob } = conflict();
    ann.ok('pull');
    bob.ok('conflicts', 'drop', '1');
    expect(bob.json(['push'])).toMatchObject({ commits: ['Say which values lost'] });
    ann.ok('pull');
    expect(ann.json(['conflicts'])).toEqual({});
  });
});
