import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { Store } from '../../src/savecontext/store.js';
import { foldLog } from '../../src/store/knowledge/change-log.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { lineOf, readLine, sample } from '../record/samples.js';
import { Replica, filesOf, named, temporaryFolder } from './helpers.js';

const MEMORY = 'memories.jsonl';
const add = (id: string, key: string): string =>
  `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
   VALUES ('${id}', :project, '${key}', 'v', 1, 1);`;
function tombstone(replica: Replica): unknown {
  replica.fold();
  return replica.rows(`SELECT deleted_at, deleted_by FROM scsync_tombstones WHERE id = 'm1'`)[0];
}

function exported(): Replica {
  const replica = new Replica();
  replica.run(add('m1', 'k1') + add('m2', 'k2'));
  replica.export();
  return replica;
}

describe('stamps', () => {
  it('of a record that is deleted twice only grow, though the clock of the files is years ahead', () => {
    const replica = exported();
    replica.run(`DELETE FROM project_memory WHERE id = 'm1'`);
    replica.export();
    const [first] = tombstone(replica) as [bigint];
    expect(first).toBeGreaterThan(2_000_000_000_000n);
    replica.run(`${add('m1', 'k1')} DELETE FROM project_memory WHERE id = 'm1'`);
    expect(tombstone(replica)).toEqual([first + 1n, null]);
    replica.export();
    expect(replica.record('deletions.jsonl', 'm1')).toMatchObject({
      deleted_at: new Date(Number(first) + 1).toISOString(),
    });
  });

  it('of a deletion are not written over a later one of the same record, made while the export ran', () => {
    const replica = exported();
    replica.run(`DELETE FROM project_memory WHERE id = 'm1'; UPDATE project_memory SET value = 'long enough'`);
    let calls = 0;
    const guard = (): readonly [] => {
      calls++;
      replica.run(`${add('m1', 'k1')} DELETE FROM project_memory WHERE id = 'm1'`);
      // Another process works that out before this export is committed.
      const other = Store.open(replica.path);
      foldLog(other.sql, other.registry);
      other.close();
      return [];
    };
    replica.exporter({ guard }).export();
    expect(calls).toBe(1);
    const [, author] = tombstone(replica) as [bigint, string | null];
    expect(author).toBeNull();
    expect(replica.pending()).toEqual({ memory: 1 });
  });

  it('that every replica derives alike wait for their own project’s export', () => {
    const replica = exported();
    const dir = temporaryFolder();
    const options = { projectPath: '/elsewhere', now: () => replica.clock };
    const lines = ['a', 'b'].map((id) => lineOf(sample('memory', { id, key: 'same' }), 5).raw);
    writeFileSync(join(dir, MEMORY), `${lines.join('\n')}\n`);
    expect(named(new Importer(replica.store, options).importAll(dir))).toEqual(['renamed memory/b']);
    replica.run(`UPDATE project_memory SET value = 'x' WHERE id = 'm1'`);
    replica.export();
    new Exporter(replica.store, { ...options, dir }).export();
    const stamps = (filesOf(dir)[MEMORY] ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => readLine(line).stamp);
    expect(stamps).toEqual([5, 6]);
  });
});

describe('a base', () => {
  it('stays where it is when the files hold a version that was seen in another folder', () => {
    const replica = exported();
    const other = temporaryFolder();
    replica.run(`UPDATE project_memory SET value = 'two' WHERE id = 'm1'`);
    replica.exporter({ dir: other }).export();
    replica.run(`UPDATE project_memory SET value = 'three' WHERE id = 'm1'`);
    const base = (): unknown =>
      replica.rows(
        `SELECT line FROM scsync_base b JOIN scsync_records r ON r.n = b.record WHERE r.id = 'm1' AND target = (SELECT min(target) FROM scsync_targets)`,
      );
    const before = base();
    replica.pull(filesOf(other));
    for (let round = 0; round < 2; round++) {
      expect(named(replica.import())).toEqual(['rolledBack memory/m1']);
      expect(base()).toEqual(before);
    }
    expect(replica.value(`SELECT value FROM project_memory WHERE id = 'm1'`)).toBe('three');
  });
});
