import { expect, it } from 'vitest';

import { local, text } from '../../src/index.js';
import { entityOf, makeClones } from '../registry/own.js';

it('triggers that keep a local column or a table of their own run in an import; those that write what is synced do not', () => {
  const schema = `
    CREATE TABLE t (id TEXT PRIMARY KEY, p TEXT NOT NULL, name TEXT NOT NULL, search TEXT, u INTEGER NOT NULL);
    CREATE TABLE words (word TEXT);
    CREATE TRIGGER made AFTER INSERT ON t BEGIN UPDATE t SET search = lower(NEW.name) WHERE id = NEW.id; END;
    CREATE TRIGGER changed AFTER UPDATE OF name ON t BEGIN UPDATE t SET search = lower(NEW.name) WHERE id = NEW.id; END;
    CREATE TRIGGER told AFTER UPDATE OF name ON t BEGIN INSERT INTO words VALUES (NEW.name); END;
    CREATE TRIGGER touched AFTER UPDATE OF name ON t BEGIN UPDATE t SET search = search, u = u + 1000 WHERE id = NEW.id; END`;
  const { clone } = makeClones(schema, [entityOf('t', { name: text(), search: local() })]);
  const [a, b] = [clone('a'), clone('b')];
  const rows = (): unknown => b.sql.all(`SELECT name, search, u FROM t`);
  a.run(`INSERT INTO t (id, p, name, u) VALUES ('1', :p, 'Zebra', 1)`);
  a.export();
  b.import();
  expect(rows()).toEqual([['Zebra', 'zebra', 1n]]);
  a.run(`UPDATE t SET name = 'Lion', u = 2`);
  a.export();
  b.import();
  expect(rows()).toEqual([['Lion', 'lion', 1002n]]);
  expect(b.sql.all(`SELECT word FROM words`)).toEqual([['Lion']]);
  expect(b.status().inSync).toBe(true);
  expect(
    b.sql.all(`SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'scsync%' ORDER BY 1`),
  ).toEqual([['changed'], ['made'], ['told'], ['touched']]);
});
