import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, named } from './helpers.js';
import { seed } from './seed.js';

function exported(): Replica {
  const replica = new Replica();
  seed(replica);
  replica.run(`DELETE FROM time_entries WHERE id = 't2'`);
  replica.export();
  return replica;
}

const without =
  (part: string) =>
  (text: string): string =>
    text
      .split('\n')
      .filter((line) => !line.includes(part))
      .join('\n');

describe('P3 absence is never a deletion', () => {
  it('of a record whose id is empty', () => {
    const replica = exported();
    replica.run(`INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
                 VALUES ('', :project, 'nameless', 'v', 'note', 1, 1)`);
    replica.export();
    const before = replica.files();
    replica.edit('memories.jsonl', without('"id":""'));
    expect(named(replica.import())).toEqual(['restored memory/']);
    replica.export();
    expect(replica.files()).toEqual(before);
  });

  it.each([
    ['a line', (replica: Replica) => replica.edit('issues.jsonl', without('"id":"i2"')), ['restored issue/i2']],
    ['a tombstone', (replica: Replica) => replica.edit('deletions.jsonl', without('"t2"')), ['restored time_entry/t2']],
    [
      'a file',
      (replica: Replica) => rmSync(join(replica.dir, 'memories.jsonl')),
      ['restored memory/m1', 'restored memory/m2'],
    ],
    [
      'all lines of a file',
      (replica: Replica) => replica.write('plans.jsonl', ''),
      ['restored plan/p1', 'restored plan/p2'],
    ],
  ])('%s that is gone goes back, byte for byte', (_, remove, notices) => {
    const replica = exported();
    const before = replica.files();
    remove(replica);
    expect(replica.status().notices.map(({ what, type, id }) => `${what} ${type}/${id}`)).toEqual(notices);
    expect(replica.status().inSync).toBe(false);
    const stats = replica.import();
    expect(named(stats)).toEqual(notices);
    expect(stats.notices.every(({ message }) => message.includes('rm'))).toBe(true);
    replica.export();
    expect(replica.files()).toEqual(before);
    expectAgreement(replica);
    expect(replica.status().inSync).toBe(true);
  });

  it('all files that are gone go back, byte for byte', () => {
    const replica = exported();
    const before = replica.files();
    for (const name of Object.keys(before)) rmSync(join(replica.dir, name));
    replica.import();
    replica.export();
    expect(replica.files()).toEqual(before);
  });

  it('a full export puts back what is gone without an import', () => {
    const replica = exported();
    const before = replica.files();
    replica.edit('issues.jsonl', without('"id":"i2"'));
    replica.edit('deletions.jsonl', without('"t2"'));
    replica.export({ full: true });
    expect(replica.files()).toEqual(before);
  });
});

describe('P2 no id leaves a file without a tombstone', () => {
  it('whatever happens to a row, its id is in the files', () => {
    const replica = exported();
    const ids = (): string[] => [
      ...replica.lines('issues.jsonl').map((line) => /"id":"(\w+)"/.exec(line)?.[1] ?? ''),
      ...replica.deletions(),
    ];
    replica.run(`DELETE FROM issues WHERE id = 'i1'`);
    replica.export();
    expect(ids()).toEqual(expect.arrayContaining(['i2', 'i3', 'issue/i1']));
    replica.run(
      `INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('i1', :project, 'again', 1, 1)`,
    );
    replica.export();
    expect(ids()).toEqual(expect.arrayContaining(['i1', 'i2', 'i3']));
    expect(replica.deletions()).toEqual(['time_entry/t2']);
    replica.run(`DELETE FROM issues`);
    replica.export({ full: true });
    expect(replica.deletions()).toEqual(['issue/i1', 'issue/i2', 'issue/i3', 'time_entry/t2']);
    expect(replica.status().tombstones).toBe(4);
  });

  it('counts only deletions of rows that are gone', () => {
    const replica = exported();
    expect(replica.status().tombstones).toBe(1);
    replica.run(`INSERT INTO time_entries (id, project_path, hours, description, work_date, created_at, updated_at)
      VALUES ('t2', :project, 1, '', '', 1, 1)`);
    expect(replica.status().tombstones).toBe(0);
  });
});

describe('P4 what was deleted', () => {
  it('does not come back with an old file, a stash or a stale clone', () => {
    const [a, b] = [exported(), new Replica()];
    const old = a.files();
    b.pull(a);
    b.import();
    a.run(`DELETE FROM issues WHERE id = 'i3'; DELETE FROM sessions WHERE id = 's2'`);
    a.export();
    const deleted = a.deletions();
    expect(deleted).toEqual([
      'checkpoint/k2',
      'checkpoint/k3',
      'context_item/c3',
      'issue/i3',
      'session/s2',
      'time_entry/t2',
    ]);
    a.pull(old);
    const stats = a.import();
    expect(named(stats, 'rolledBack').length).toBeGreaterThan(0);
    expect(a.value(`SELECT count(*) FROM issues WHERE id = 'i3'`)).toBe(0n);
    a.export();
    expect(a.deletions()).toEqual(deleted);
    // A clone that missed the deletion exports its own work first.
    b.run(`UPDATE issues SET title = 'b' WHERE id = 'i2'`);
    b.export();
    b.pull({ ...b.files(), 'deletions.jsonl': a.files()['deletions.jsonl'] ?? '' });
    b.import();
    expect(b.value(`SELECT count(*) FROM issues WHERE id = 'i3'`)).toBe(0n);
    expect(b.value(`SELECT count(*) FROM context_items WHERE session_id = 's2'`)).toBe(0n);
    b.export();
    expect(b.deletions()).toEqual(deleted);
    expectAgreement(b);
  });
});
