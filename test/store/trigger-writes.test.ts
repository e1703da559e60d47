import { expect, it } from 'vitest';

import { writesOf } from '../../src/store/trigger-writes.js';

it.each([
  ['UPDATE t SET a = 1', ['t: a']],
  [
    'UPDATE OR IGNORE main."My ""T""" SET [a b] = lower(NEW.x), `c` = (SELECT d = 1, e FROM f WHERE g = 2) WHERE id = 3',
    ['my "t": a b, c'],
  ],
  ['UPDATE t SET (a, B) = (1, 2), c = 3 FROM u WHERE u.d = 4; UPDATE v SET e = 5', ['t: a, b, c', 'v: e']],
  ["UPDATE t AS x SET a = 'UPDATE z SET q = 1' -- UPDATE y SET r = 2\n WHERE 1", ['t: a']],
  ['UPDATE t /* UPDATE y SET r = 2 */ SET a = CASE WHEN NEW.b THEN 1 ELSE 2 END, c = 1', ['t: a, c']],
  ['INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET b = 2', ['t: *']],
  ["INSERT OR REPLACE INTO 't' VALUES (replace(NEW.a, 'x', 'y'))", ['t: *']],
  ['REPLACE INTO t VALUES (1); DELETE FROM u WHERE a = 1', ['t: *', 'u: *']],
  ["SELECT RAISE(ABORT, 'UPDATE t SET a = 1')", []],
])('%s', (body, expected) => {
  const header = 'CREATE TRIGGER x AFTER UPDATE OF a ON t FOR EACH ROW WHEN NEW.a <> 1 BEGIN';
  const found = writesOf(`${header} ${body}; END`).map(
    ({ table, columns }) => `${table}: ${columns?.join(', ') ?? '*'}`,
  );
  expect(found).toEqual(expected);
});
