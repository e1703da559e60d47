import fc from 'fast-check';
import { expect, it } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';

it('rows that wait keep their order in a table, whatever columns they fill', () => {
  const sql = new Sql(openDriver(':memory:'));
  sql.exec('CREATE TEMP TABLE t (n INTEGER, other TEXT)');
  const kinds = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 70 })), { maxLength: 12 });
  fc.assert(
    fc.property(kinds, (runs) => {
      sql.exec('DELETE FROM temp.t');
      let added = 0;
      for (const [kind, count] of runs) {
        for (let more = 0; more < count; more++) {
          if (kind === 0) sql.insertSoon('temp.t (n)', [added++]);
          else if (kind === 1) sql.insertSoon('temp.t (n, other)', [added++, 'x']);
          else sql.insertSoon('temp.t (n)', [added++], '(CAST(? AS INTEGER))');
        }
      }
      const found = sql.all('SELECT n FROM temp.t ORDER BY rowid').map(([n]) => Number(n));
      expect(found).toEqual(Array.from({ length: added }, (_, n) => n));
    }),
    { numRuns: 60 },
  );
});
