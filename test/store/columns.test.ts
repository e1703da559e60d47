import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BLOB_TOKEN, exactColumn, readExact, readTokens, tokenColumns } from '../../src/store/columns.js';
import type { SqlValue } from '../../src/store/database.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';

const value: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom('\0', '\n', '"', '\\', ',', '[', ']', '{', '}', '\ufffd', '\uffff', '😀', 'a', 'x'),
  }),
  fc.constantFrom('{}', '"{}"', 'x00', '', 'null'),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(null),
);

describe.each(['UTF-8', 'UTF-16le', 'UTF-16be'] as const)('columns of a database whose text is %s', (encoding) => {
  const sql = new Sql(openDriver(':memory:'));
  sql.exec(`PRAGMA encoding = '${encoding}'; CREATE TABLE t (a, b, c)`);

  it('are read together as each is read alone, and a BLOB is none of their tokens', () => {
    fc.assert(
      fc.property(fc.tuple(value, value, value), (values) => {
        sql.run('DELETE FROM t');
        sql.run('INSERT INTO t VALUES (?, ?, ?)', ...values);
        const alone = sql.get(`SELECT ${['a', 'b', 'c'].map((name) => exactColumn(name, encoding)).join(', ')} FROM t`);
        const together = sql.get(`SELECT ${tokenColumns(['a', 'b', 'c'], encoding).join(', ')} FROM t`);
        const expected = (alone ?? []).map((each) => readExact(each, encoding));
        expect(readTokens(together ?? [], 0, encoding)).toEqual(
          expected.map((token) => (token instanceof Uint8Array ? BLOB_TOKEN : token)),
        );
        expect(expected).not.toContain(BLOB_TOKEN);
      }),
      { numRuns: 500 },
    );
  });

  it('with bytes that are no text are told from all others', () => {
    sql.run('DELETE FROM t');
    sql.run(`INSERT INTO t VALUES (CAST(x'00d8' AS TEXT), CAST(x'd800' AS TEXT), 'after')`);
    const row = sql.get(`SELECT ${tokenColumns(['a', 'b', 'c'], encoding).join(', ')} FROM t`);
    const read = readTokens(row ?? [], 0, encoding);
    expect(read[2]).toBe('"after"');
    const broken = { 'UTF-8': 1, 'UTF-16le': 0, 'UTF-16be': 1 }[encoding];
    if (encoding === 'UTF-8') expect(read[broken]).toContain('\ufffd');
    else expect([read[broken], typeof read[1 - broken]]).toEqual([undefined, 'string']);
  });
});
