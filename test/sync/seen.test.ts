import { expect, it } from 'vitest';

import { Replica, filesOf, named } from './helpers.js';

it('a version that an import replaced is an old one when it comes back', () => {
  const [ann, bob] = [new Replica(), new Replica()];
  ann.run(
    `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
     VALUES ('m1', :project, 'k', 'one', 'note', 1, 1)`,
  );
  ann.export();
  bob.pull(ann);
  bob.import();
  const before = filesOf(bob.dir);
  ann.run(`UPDATE project_memory SET value = 'two', updated_at = 2`);
  ann.export();
  bob.pull(ann);
  bob.import();
  bob.pull(before);
  expect(named(bob.import())).toEqual(['rolledBack memory/m1']);
  expect(bob.value(`SELECT value FROM project_memory`)).toBe('two');
});
