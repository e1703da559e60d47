import { expect, it } from 'vitest';
import { Replica, T0, thrownBy } from '../sync/helpers.js';

it('says which record a constraint of the table refuses, and writes none', () => {
  const [a, b] = [new Replica(), new Replica()];
  const issues = ['i1', 'i2', 'i3'].map(
    (id) =>
      `INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('${id}', :project, '${id}', ${T0}, ${T0})`,
  );
  a.run(issues.join(';'));
  a.export();
  b.pull(a);
  b.run(
    `CREATE TRIGGER no_second BEFORE INSERT ON issues WHEN NEW.title = 'i2' BEGIN SELECT RAISE(ABORT, 'not this one'); END`,
  );
  const error = thrownBy(() => b.import());
  expect(error).toMatchObject({ code: 'database', message: 'Cannot save issue i2: not this one' });
  expect(b.rows(`SELECT id FROM issues`)).toEqual([]);
  b.run(`DROP TRIGGER no_second`);
  expect(b.import().issue.created).toBe(3);
});
