import { expect, it } from 'vitest';

import { Replica } from './helpers.js';

/** So many that their file has several blocks. */
const MANY = 1500;

function withMany(): Replica {
  const replica = new Replica();
  replica.run(
    `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
     SELECT 'm' || printf('%05d', i), :project, 'k' || i, hex(zeroblob(i % 400)) || 'ü', 'note', 1, 1 FROM n`,
  );
  replica.export();
  return replica;
}

it('an export of a few changes has the lines of a full one, wherever they stand', () => {
  const replica = withMany();
  const before = replica.files()['memories.jsonl']?.split('\n') ?? [];
  replica.run(`UPDATE project_memory SET value = 'changed' WHERE id IN ('m00001', 'm00700', 'm00701', 'm01500')`);
  replica.run(`DELETE FROM project_memory WHERE id = 'm00900'`);
  replica.run(
    `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
     VALUES ('a', :project, 'a', 'first', 'note', 1, 1), ('m00700a', :project, 'b', 'between', 'note', 1, 1),
       ('z', :project, 'z', 'last', 'note', 1, 1)`,
  );
  const { files } = replica.export();
  const after = replica.files()['memories.jsonl']?.split('\n') ?? [];
  expect(files.find(({ name }) => name === 'memories.jsonl')?.lines).toBe(MANY + 2);
  expect(after).toHaveLength(MANY + 3);
  expect(after.filter((line) => !before.includes(line)).map((line) => /"id":"(\w+)"/.exec(line)?.[1])).toEqual([
    ...['a', 'm00001', 'm00700', 'm00700a', 'm00701', 'm01500', 'z'],
  ]);
  expect(replica.export({ full: true }).files).toEqual([]);
  const fresh = new Replica();
  fresh.pull(replica);
  expect(fresh.import().total.created).toBe(MANY + 2);
});
