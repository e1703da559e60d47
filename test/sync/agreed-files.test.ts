import { describe, expect, it } from 'vitest';

import { installTracking } from '../../src/store/knowledge/install.js';
import type { History } from '../../src/sync/file-history.js';
import { Replica, named } from './helpers.js';

const FILE = 'memories.jsonl';

/** A database in step with a file of several stretches. */
function withMany(): Replica {
  const replica = new Replica();
  replica.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
     INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
     SELECT 'm' || printf('%05d', i), :project, 'k' || i, hex(zeroblob(i % 50)), 1, 1 FROM n`,
  );
  replica.export();
  return replica;
}

const change = (id: string, value: string): string =>
  `UPDATE project_memory SET value = '${value}', updated_at = 2 WHERE id = '${id}'`;
const agreed = (replica: Replica): unknown[] => replica.rows(`SELECT name FROM scsync_files`).map(([name]) => name);

describe('a file is agreed on', () => {
  it('in each directory by itself: what an export finds there as it was to be written is no longer what was agreed on', () => {
    const ours = withMany();
    const before = ours.files();
    const other = new Replica();
    const elsewhere = ours.exporter({ dir: other.dir });
    elsewhere.export();
    ours.run(change('m00500', 'ours'));
    elsewhere.export();
    // Git brings the same version here, and then goes back.
    ours.pull(other);
    ours.export();
    ours.pull(before);
    ours.edit(FILE, (text) => text.replace(/("id":"m01400".*)\}\n/, '$1,"later":1}\n'));
    expect(named(ours.import())).toEqual(['rolledBack memory/m00500']);
  });

  it('only if nobody wrote it while an import went on', () => {
    const [theirs, ours] = [withMany(), new Replica()];
    const before = theirs.files();
    ours.pull(before);
    ours.import();
    theirs.run(change('m00700', 'theirs'));
    theirs.export();
    ours.pull(theirs);
    let asked = 0;
    const history: History = {
      point: () => 'now',
      changes: () => {
        if (asked++ === 0) ours.pull(before);
        return [];
      },
      arrivals: () => [],
      anywhere: () => [],
      published: () => [],
      unpublished: () => [],
    };
    ours.import({ history });
    expect(asked).toBeGreaterThan(0);
    expect(agreed(ours)).not.toContain(FILE);
    expect(named(ours.import())).toEqual(['rolledBack memory/m00700']);
  });

  it('only if each of its records is known: a trigger may have been away', () => {
    const replica = withMany();
    for (const [name] of replica.rows(
      `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'scsync_%'`,
    )) {
      replica.run(`DROP TRIGGER ${String(name)}`);
    }
    replica.run(
      `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('zz', :project, 'z', 'v', 1, 1)`,
    );
    replica.export({ full: true });
    replica.run(`DELETE FROM project_memory WHERE id = 'zz'`);
    installTracking(replica.store.sql, replica.store.registry);
    expect(replica.import().memory.created).toBe(1);
  });
});
