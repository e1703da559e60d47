import { join } from 'node:path';
import { expect, it } from 'vitest';

import { Replica, filesOf } from './helpers.js';

/** More than an import takes its own triggers away for. */
const MANY = 2100;

it('a large import is a change for every other target, and leaves the tracking as it was', () => {
  const [ann, bob] = [new Replica(), new Replica()];
  const other = join(bob.folder, 'other');
  bob.exporter({ dir: other }).export();
  ann.run(
    `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
     SELECT 'm' || i, :project, 'k' || i, 'v', 'note', 1, 1 FROM n`,
  );
  for (const value of ['v', 'changed']) {
    ann.run(`UPDATE project_memory SET value = '${value}', updated_at = updated_at + 1`);
    ann.export();
    bob.pull(ann);
    bob.import();
    expect(bob.exporter({ dir: other }).export().total.written).toBe(MANY);
    expect(filesOf(other)['memories.jsonl']).toBe(ann.files()['memories.jsonl']);
  }
  expect(bob.store.problems()).toEqual([]);
  bob.run(`UPDATE project_memory SET value = 'one' WHERE id = 'm7'`);
  expect(bob.pending()).toEqual({ memory: 1 });
});
