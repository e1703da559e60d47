import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, T0, exchange, named } from './helpers.js';

const memory = (id: string, key: string, value: string, created = T0): string =>
  `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
   VALUES ('${id}', :project, '${key}', '${value}', ${created}, ${created});`;
const keys = (replica: Replica): unknown => replica.rows(`SELECT id, key, value FROM project_memory ORDER BY id`);

function pair(sql: string): readonly [Replica, Replica] {
  const [a, b] = [new Replica(), new Replica()];
  a.run(sql);
  a.export();
  b.pull(a);
  b.import();
  return [a, b];
}

/** Exports both sides, and gives the files as a merge of sorted lines by id leaves them. */
function merged(a: Replica, b: Replica): string {
  a.export();
  b.export();
  const byId = new Map(
    [...a.lines('memories.jsonl'), ...b.lines('memories.jsonl')].map((line) => [line.slice(0, 30), line]),
  );
  return `${[...byId.values()].sort().join('\n')}\n`;
}

describe('two records with one natural key', () => {
  it('are both kept: the later one gets another key, the same one everywhere', () => {
    const [a, b] = [new Replica(), new Replica()];
    a.run(memory('m2', 'build', 'a'));
    b.run(memory('m1', 'build', 'b', T0 + 1));
    const files = { 'memories.jsonl': merged(a, b) };
    const notices = [a, b, new Replica()].map((replica) => {
      replica.pull(files);
      const stats = replica.import();
      replica.clock += 1_000_000;
      replica.export();
      expectAgreement(replica);
      expect(keys(replica)).toEqual([
        ['m1', expect.stringMatching(/^build~[0-9a-f]{8}$/), 'b'],
        ['m2', 'build', 'a'],
      ]);
      return [named(stats), replica.files()] as const;
    });
    expect(notices.map(([what]) => what)).toEqual([
      ['renamed memory/m1'],
      ['renamed memory/m1'],
      ['renamed memory/m1'],
    ]);
    expect(notices[1]?.[1]).toEqual(notices[0]?.[1]);
    expect(notices[2]?.[1]).toEqual(notices[0]?.[1]);
  });

  it('made at the same time: the greater id gives way', () => {
    const [a, b] = [new Replica(), new Replica()];
    a.run(memory('m2', 'build', 'a'));
    b.run(memory('m1', 'build', 'b'));
    exchange(a, b);
    expect(a.files()).toEqual(b.files());
    expect(a.value(`SELECT key FROM project_memory WHERE id = 'm1'`)).toBe('build');
  });

  it('are not those whose keys differ in case, or in how a letter is composed', () => {
    const keysOf = ['build', 'Build', 'BUILD', 'd\u00e9', 'de\u0301', 'D\u00c9'];
    const [a, b] = [new Replica(), new Replica()];
    for (const [n, key] of keysOf.entries()) (n % 2 === 0 ? a : b).run(memory(`m${n}`, key, key));
    exchange(a, b);
    for (const replica of [a, b]) {
      expect(keys(replica)).toEqual(keysOf.map((key, n) => [`m${n}`, key, key]));
      expectAgreement(replica);
    }
  });

  it('within one session each', () => {
    const [a, b] = [new Replica(), new Replica()];
    const session = `INSERT INTO sessions (id, name, project_path, created_at, updated_at) VALUES ('s', '', :project, 1, 1);`;
    const item = (id: string, time: number): string =>
      `INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES ('${id}', 's', 'k', '${id}', ${time}, ${time});`;
    a.run(session);
    a.export();
    b.pull(a);
    b.import();
    a.run(item('c1', 2));
    b.run(item('c2', 1));
    exchange(a, b);
    expect(a.files()).toEqual(b.files());
    expect(a.rows(`SELECT id, key FROM context_items ORDER BY id`)).toEqual([
      ['c1', expect.stringMatching(/^k~/)],
      ['c2', 'k'],
    ]);
    expectAgreement(a);
    expectAgreement(b);
  });
});

describe('records that change their natural keys', () => {
  const three = memory('m1', 'x', '1') + memory('m2', 'y', '2') + memory('m3', 'z', '3');
  const set = (id: string, key: string): string =>
    `UPDATE project_memory SET key = '${key}', updated_at = updated_at + 1 WHERE id = '${id}';`;

  it.each([
    ['swap', [set('m1', 't'), set('m2', 'x'), set('m1', 'y')]],
    ['go round in a ring', [set('m1', 't'), set('m3', 'x'), set('m2', 'z'), set('m1', 'y')]],
    ['move up in a chain', [set('m3', 'w'), set('m2', 'z'), set('m1', 'y')]],
    ['move down in a chain', [set('m1', 'w'), set('m2', 'x'), set('m3', 'y')]],
    ['take the key of a deleted one', [`DELETE FROM project_memory WHERE id = 'm2';`, set('m3', 'y')]],
    ['take the key of one that a new one drives out', [set('m2', 'q'), memory('m0', 'y', 'new')]],
  ])('%s: taken as they are, nothing is renamed', (_, writes) => {
    const [a, b] = pair(three);
    a.run(writes.join(''));
    a.export();
    b.pull(a);
    expect(named(b.import())).toEqual([]);
    expect(keys(b)).toEqual(keys(a));
    expect(b.pending()).toEqual({});
    expect(b.export({ full: true }).files).toEqual([]);
    expect(b.files()).toEqual(a.files());
  });

  it('swap on one side while the other edits', () => {
    const [a, b] = pair(three);
    a.run(set('m1', 't') + set('m2', 'x') + set('m1', 'y'));
    b.run(`UPDATE project_memory SET value = 'edited', updated_at = updated_at + 2 WHERE id = 'm2'`);
    a.export();
    b.pull(a);
    b.import();
    b.export();
    exchange(a, b);
    expect(keys(a)).toEqual([
      ['m1', 'y', '1'],
      ['m2', 'x', 'edited'],
      ['m3', 'z', '3'],
    ]);
    expect(a.files()).toEqual(b.files());
    expectAgreement(a);
    expectAgreement(b);
  });

  it('take one key on both sides: both records stay, and all agree', () => {
    const [a, b] = pair(three);
    a.run(set('m1', 'new'));
    b.run(set('m3', 'new'));
    const files = { 'memories.jsonl': merged(a, b) };
    for (const replica of [a, b]) {
      replica.pull(files);
      replica.import();
      replica.export();
    }
    exchange(a, b);
    expect(a.files()).toEqual(b.files());
    expect(keys(a)).toEqual(keys(b));
    expect(a.value(`SELECT count(*) FROM project_memory WHERE key LIKE 'new%'`)).toBe(2n);
    expectAgreement(a);
    expectAgreement(b);
  });
});
