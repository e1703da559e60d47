import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SyncError } from '../../src/errors.js';
import type { Database, SqlValue } from '../../src/store/database.js';
import { Sql } from '../../src/store/sql.js';
import { toSyncError } from '../../src/store/sqlite-error.js';
import { temporaryFolder, thrownBy } from './helpers.js';

const utf8 = new TextEncoder();

/** Text in which every part of Unicode, and every character that JSON escapes, is likely. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom('\0', '\x01', '\b', '\t', '\n', '\v', '\f', '\r', '\x1f', '\x7f', '\x80', '"', '\\', '/'),
  }),
  fc.string({
    unit: fc.constantFrom('\u2028', '\u2029', '\ufeff', '\uffff', '\ufffd', '\ud7ff', '\u{10ffff}', '😀', 'é', 'a'),
  }),
);

/** What every driver must do, so that the engine sees no difference between them. */
export function conformance(name: string, open: (path: string) => Database): void {
  const openSql = (path = join(temporaryFolder(), 'test.db')): Sql => {
    const sql = new Sql(open(path));
    onTestFinished(() => {
      sql.close();
    });
    return sql;
  };
  const echo = (sql: Sql, value: SqlValue): unknown => sql.get('SELECT ?', value)?.[0];

  describe(name, () => {
    describe('values', () => {
      it('carries every 64-bit integer exactly', () => {
        const sql = openSql();
        fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => echo(sql, n) === n));
        expect(echo(sql, 2n ** 63n - 1n)).toBe(9223372036854775807n);
        expect(echo(sql, -(2n ** 63n))).toBe(-9223372036854775808n);
        expect(thrownBy(() => echo(sql, 2n ** 63n))).toBeInstanceOf(SyncError);
      });

      it('reads every integer as a bigint', () => {
        const sql = openSql();
        expect(sql.get("SELECT 0, -1, count(*), typeof('') FROM (SELECT 1)")).toEqual([0n, -1n, 1n, 'text']);
      });

      it('carries every finite real exactly through a column of type real', () => {
        const sql = openSql();
        sql.exec('CREATE TABLE reals (x REAL)');
        const insert = (x: number): unknown => sql.get('INSERT INTO reals VALUES (?) RETURNING x', x)?.[0];
        const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
        const tiny = fc.double({ min: 0, max: Number.EPSILON, noNaN: true });
        // SQLite itself has no negative zero in a column.
        fc.assert(fc.property(fc.oneof(finite, tiny), (x) => insert(x) === x));
        expect([4, 5e-324, 1e-20, 1e300, -2.5, 2 ** 53].map(insert)).toEqual([4, 5e-324, 1e-20, 1e300, -2.5, 2 ** 53]);
        expect(sql.get('SELECT count(*) FROM reals WHERE typeof(x) <> ?', 'real')).toEqual([0n]);
      });

      it('carries text of all of Unicode exactly', () => {
        const sql = openSql();
        const text = anyText.filter((value) => !value.includes('\0'));
        fc.assert(fc.property(text, (value) => echo(sql, value) === value));
      });

      it('carries text with U+0000, written as bytes and read as JSON', () => {
        const sql = openSql();
        sql.exec('CREATE TABLE texts (x TEXT)');
        const stored = (value: string): unknown =>
          sql.get('INSERT INTO texts VALUES (CAST(? AS TEXT)) RETURNING json_quote(x)', utf8.encode(value))?.[0];
        expect(stored('a\0b\0')).toBe(JSON.stringify('a\0b\0'));
        fc.assert(fc.property(anyText, (value) => stored(value) === JSON.stringify(value)));
        expect(sql.get('SELECT count(*) FROM texts WHERE typeof(x) <> ?', 'text')).toEqual([0n]);
      });

      it('finds and reads text with U+0000 as bytes', () => {
        const sql = openSql();
        const bytes = utf8.encode('a\0b');
        const [found, read] = sql.get(
          'SELECT instr(x, char(0)), CAST(x AS BLOB) FROM (SELECT CAST(? AS TEXT) AS x)',
          bytes,
        )!;
        expect([found, new Uint8Array(read as Uint8Array)]).toEqual([2n, bytes]);
      });

      it('quotes text as JSON.stringify does', () => {
        const sql = openSql();
        const quoted = (value: string): unknown => sql.get('SELECT json_quote(?)', value)?.[0];
        fc.assert(
          fc.property(anyText, (value) => {
            const text = value.replaceAll('\0', '');
            return quoted(text) === JSON.stringify(text);
          }),
        );
        for (let code = 1; code < 0x3000; code += 1) {
          const text = String.fromCharCode(code);
          expect(quoted(text)).toBe(JSON.stringify(text));
        }
      });

      it('gives the bytes of text that is not UTF-8', () => {
        const sql = openSql();
        const invalid = new Uint8Array([0x61, 0xff, 0xc0, 0x62]);
        sql.exec('CREATE TABLE texts (x TEXT)');
        sql.run('INSERT INTO texts VALUES (CAST(? AS TEXT))', invalid);
        const [type, bytes] = sql.get('SELECT typeof(x), CAST(x AS BLOB) FROM texts')!;
        expect([type, new Uint8Array(bytes as Uint8Array)]).toEqual(['text', invalid]);
      });

      it('carries bytes, the empty ones and views of larger buffers included', () => {
        const sql = openSql();
        for (const bytes of [
          new Uint8Array(0),
          utf8.encode(''),
          Buffer.alloc(0),
          new Uint8Array([0, 1, 255]),
          new Uint8Array([9, 0, 1, 9]).subarray(1, 3),
        ]) {
          const [type, read] = sql.get('SELECT typeof(?1), ?1', bytes)!;
          expect(type).toBe('blob');
          expect(read).toBeInstanceOf(Uint8Array);
          expect(new Uint8Array(read as Uint8Array)).toEqual(new Uint8Array(bytes));
        }
      });

      it('carries null', () => {
        expect(openSql().get('SELECT ?1, typeof(?1)', null)).toEqual([null, 'null']);
      });
    });

    describe('statements', () => {
      it('returns rows as arrays, columns of the same name included', () => {
        const sql = openSql();
        const rows = sql.all('SELECT 1 AS x, 2 AS x UNION ALL SELECT 3, NULL');
        expect(rows).toEqual([
          [1n, 2n],
          [3n, null],
        ]);
        expect(rows.every(Array.isArray)).toBe(true);
        expect(sql.get('SELECT 1 WHERE 0')).toBeUndefined();
        expect(sql.all('SELECT 1 WHERE 0')).toEqual([]);
      });

      it('runs every method on every kind of statement', () => {
        const sql = openSql();
        sql.exec('CREATE TABLE t (x); CREATE TABLE u (x)');
        expect(sql.run('INSERT INTO t VALUES (?), (?)', 1n, 2n)).toBe(2);
        expect(sql.get('INSERT INTO t VALUES (3)')).toBeUndefined();
        expect(sql.all('INSERT INTO t VALUES (4)')).toEqual([]);
        expect(sql.run('INSERT INTO t VALUES (5), (6) RETURNING x')).toBe(2);
        expect(sql.run('UPDATE t SET x = x + 10 WHERE x > ?', 4n)).toBe(2);
        expect(sql.run('DELETE FROM t WHERE x = 99')).toBe(0);
        expect(sql.all('SELECT x FROM t ORDER BY x')).toEqual([[1n], [2n], [3n], [4n], [15n], [16n]]);
      });

      it('binds all parameters anew with each call', () => {
        const sql = openSql();
        expect(sql.get('SELECT ?, ?', 1n, 'a')).toEqual([1n, 'a']);
        expect(sql.get('SELECT ?, ?', 'b', null)).toEqual(['b', null]);
      });

      it('binds numbered parameters, and those used twice', () => {
        const sql = openSql();
        const rows = sql.all("SELECT ?2, ?1, ?1 || '?', '?1' WHERE ?2 IS NOT NULL", 'a', 2n);
        expect(rows).toEqual([[2n, 'a', 'a?', '?1']]);
        expect(sql.get('SELECT ?, ?', 1n, 2n)).toEqual([1n, 2n]);
        expect(sql.get("SELECT ?, '?1', '''?2'", 1n)).toEqual([1n, '?1', "'?2"]);
      });

      it('keeps its statements valid while the schema changes', () => {
        const sql = openSql();
        sql.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
        const select = 'SELECT x FROM t';
        const selectNew = 'SELECT x, y FROM t';
        const insert = 'INSERT INTO t (x) VALUES (?)';
        expect(sql.get(select)).toEqual([1n]);
        sql.transaction('immediate', () => {
          sql.exec('ALTER TABLE t ADD COLUMN y DEFAULT 7');
          sql.run(insert, 2n);
          sql.exec('CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET y = 8 WHERE x = NEW.x; END');
          sql.run(insert, 3n);
        });
        expect(sql.all(select).flat()).toEqual([1n, 2n, 3n]);
        expect(sql.all(selectNew)).toEqual([
          [1n, 7n],
          [2n, 7n],
          [3n, 8n],
        ]);
        sql.exec('DROP TABLE t; CREATE TABLE t (a, y, x); INSERT INTO t VALUES (1, 2, 3)');
        expect(sql.get(selectNew)).toEqual([3n, 2n]);
        sql.run(insert, 4n);
        sql.exec('DROP TABLE t');
        expect(thrownBy(() => sql.run(insert, 1n))).toBeInstanceOf(SyncError);
      });
    });

    describe('rows that are inserted soon', () => {
      const withTable = (): Sql => {
        const sql = openSql();
        sql.exec('CREATE TABLE waiting (x, y)');
        return sql;
      };
      const soon = (sql: Sql, x: number): void => {
        // Every third one is bound in another form.
        if (x % 3 === 0) sql.insertSoon('waiting (x, y)', [BigInt(x), x / 3], '(?, CAST(? AS REAL))');
        else sql.insertSoon('waiting (x, y)', [BigInt(x), `${x}\0`]);
      };
      const rows = (sql: Sql): unknown => sql.all('SELECT x FROM waiting ORDER BY rowid').flat();
      const numbers = (from: number, to: number): bigint[] =>
        Array.from({ length: to - from + 1 }, (_, at) => BigInt(from + at));

      it('are there for whatever runs next, exactly and in their order', () => {
        for (const count of [1, 2, 49, 50, 51, 173]) {
          for (const [read, found] of [
            ['get', (sql: Sql) => sql.get('SELECT count(*) FROM waiting')?.[0]],
            ['all', (sql: Sql) => sql.all('SELECT count(*) FROM waiting')[0]?.[0]],
            ['run', (sql: Sql) => BigInt(sql.run('UPDATE waiting SET x = x'))],
            [
              'transaction',
              (sql: Sql) => sql.transaction('deferred', () => sql.get('SELECT count(*) FROM waiting')?.[0]),
            ],
          ] as const) {
            const sql = withTable();
            for (const x of numbers(1, count)) soon(sql, Number(x));
            expect([read, found(sql)]).toEqual([read, BigInt(count)]);
            expect(rows(sql)).toEqual(numbers(1, count));
          }
        }
        const sql = withTable();
        for (let x = 1; x <= 200; x++) sql.insertSoon('waiting (x, y)', [BigInt(x), `${x}\0`]);
        const wrong = 'SELECT count(*) FROM waiting WHERE y <> CAST(x AS TEXT) || char(0) OR typeof(y) <> ?';
        expect(sql.get(wrong, 'text')).toEqual([0n]);
        expect(rows(sql)).toEqual(numbers(1, 200));
      });

      it('belong to the transaction in which they were given', () => {
        const sql = withTable();
        const fails = (body: () => void): void => {
          expect(() => {
            sql.transaction('deferred', () => {
              body();
              throw new RangeError('stop');
            });
          }).toThrow(RangeError);
        };
        soon(sql, 1);
        sql.transaction('immediate', () => {
          soon(sql, 2);
          fails(() => {
            soon(sql, 3);
            sql.transaction('deferred', () => {
              soon(sql, 4);
            });
            soon(sql, 5);
          });
          soon(sql, 6);
        });
        fails(() => {
          soon(sql, 7);
        });
        expect(rows(sql)).toEqual([1n, 2n, 6n]);
      });
    });

    describe('transactions', () => {
      const withTable = (path?: string): Sql => {
        const sql = openSql(path);
        sql.exec('CREATE TABLE t (x UNIQUE NOT NULL CHECK (x <> 13))');
        return sql;
      };
      const insert = (sql: Sql, value: SqlValue): number => sql.run('INSERT INTO t VALUES (?)', value);
      const rows = (sql: Sql): unknown => sql.all('SELECT x FROM t ORDER BY x').flat();

      it('commits what returns and gives the result', () => {
        const sql = withTable();
        expect(sql.transaction('deferred', () => insert(sql, 1n))).toBe(1);
        expect(rows(sql)).toEqual([1n]);
      });

      it('rolls back what throws, DDL included, and throws the same error on', () => {
        const sql = withTable();
        const error = new RangeError('stop');
        const body = (): never => {
          insert(sql, 1n);
          sql.exec('CREATE TABLE u (x)');
          throw error;
        };
        expect(thrownBy(() => sql.transaction('immediate', body))).toBe(error);
        expect(rows(sql)).toEqual([]);
        expect(sql.all("SELECT name FROM sqlite_schema WHERE name = 'u'")).toEqual([]);
        sql.transaction('immediate', () => insert(sql, 2n));
        expect(rows(sql)).toEqual([2n]);
      });

      it('nests: a part that throws is undone alone', () => {
        const sql = withTable();
        sql.transaction('immediate', () => {
          insert(sql, 1n);
          sql.transaction('immediate', () => insert(sql, 2n));
          const inner = (): void => {
            insert(sql, 3n);
            sql.transaction('deferred', () => insert(sql, 4n));
            throw new RangeError('stop');
          };
          expect(() => {
            sql.transaction('deferred', inner);
          }).toThrow(RangeError);
          insert(sql, 5n);
        });
        expect(rows(sql)).toEqual([1n, 2n, 5n]);
      });

      it('nests: the whole is undone when the outermost throws', () => {
        const sql = withTable();
        const body = (): never => {
          sql.transaction('deferred', () => insert(sql, 1n));
          throw new RangeError('stop');
        };
        expect(() => sql.transaction('deferred', body)).toThrow(RangeError);
        expect(rows(sql)).toEqual([]);
      });

      it('dryRun: what returns is undone too, and its result is given', () => {
        const sql = withTable();
        const count = (): unknown => sql.get('SELECT count(*) FROM t')?.[0];
        const body = (): unknown => {
          sql.transaction('immediate', () => insert(sql, 1n));
          sql.exec('CREATE TEMP TABLE u (x)');
          return sql.transaction('deferred', count);
        };
        expect(sql.dryRun('immediate', body)).toBe(1n);
        expect(rows(sql)).toEqual([]);
        expect(sql.all("SELECT name FROM sqlite_temp_schema WHERE name = 'u'")).toEqual([]);
        sql.transaction('immediate', () => {
          insert(sql, 2n);
          expect(sql.dryRun('deferred', body)).toBe(2n);
          insert(sql, 3n);
        });
        expect(rows(sql)).toEqual([2n, 3n]);
        expect(() => sql.dryRun('deferred', () => sql.exec('nonsense'))).toThrow('nonsense');
        expect(sql.transaction('deferred', count)).toBe(2n);
      });

      it('keeps going after a constraint that failed and was caught', () => {
        const sql = withTable();
        sql.transaction('immediate', () => {
          insert(sql, 1n);
          expect(String(thrownBy(() => insert(sql, 1n)))).toContain('constraint failed');
          insert(sql, 2n);
        });
        expect(rows(sql)).toEqual([1n, 2n]);
      });

      it('says busy when another connection holds the lock', () => {
        const path = join(temporaryFolder(), 'test.db');
        const holder = withTable(path);
        const other = openSql(path);
        other.exec('PRAGMA busy_timeout = 20');
        holder.transaction('immediate', () => {
          insert(holder, 1n);
          const begin = thrownBy(() => other.transaction('immediate', () => insert(other, 2n)));
          expect(begin).toMatchObject({ code: 'busy', name: 'SyncError' });
          expect(thrownBy(() => insert(other, 2n))).toMatchObject({ code: 'busy' });
        });
        other.transaction('immediate', () => insert(other, 2n));
        expect(rows(holder)).toEqual([1n, 2n]);
      });

      it('runs nothing more after a lock lost inside, until the transaction is left', () => {
        const path = join(temporaryFolder(), 'test.db');
        const holder = withTable(path);
        const other = openSql(path);
        other.exec('PRAGMA busy_timeout = 20');
        holder.transaction('immediate', () => {
          const body = (): void => {
            const lost = thrownBy(() => insert(other, 2n));
            expect(lost).toMatchObject({ code: 'busy' });
            expect(thrownBy(() => insert(other, 3n))).toBe(lost);
          };
          expect(() => {
            other.transaction('deferred', body);
          }).toThrow(SyncError);
        });
        insert(other, 4n);
        expect(rows(holder)).toEqual([4n]);
      });
    });

    describe('errors', () => {
      it('tells constraints from other errors', () => {
        const sql = openSql();
        sql.exec(`PRAGMA foreign_keys = ON;
          CREATE TABLE p (id PRIMARY KEY);
          CREATE TABLE t (x UNIQUE NOT NULL CHECK (x <> 13), p REFERENCES p (id));
          INSERT INTO t (x) VALUES (1)`);
        for (const values of ['1, NULL', 'NULL, NULL', '13, NULL', '2, 99']) {
          const error = thrownBy(() => sql.run(`INSERT INTO t VALUES (${values})`));
          expect(error).toMatchObject({ code: 'database' });
          expect((error as SyncError).message).toContain('constraint failed');
          expect((error as SyncError).cause).toBeInstanceOf(Error);
        }
        const others = ['SELECT * FROM nothing', 'SELEC 1', "SELECT json_extract('{', '$')"];
        for (const text of others) {
          const error = thrownBy(() => sql.get(text));
          expect(error).toMatchObject({ code: 'database' });
        }
      });

      it('takes a commit that a deferred constraint stops back', () => {
        const sql = openSql();
        sql.exec(`PRAGMA foreign_keys = ON; CREATE TABLE p (id PRIMARY KEY);
          CREATE TABLE t (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)`);
        const error = thrownBy(() => sql.transaction('immediate', () => sql.run('INSERT INTO t VALUES (1)')));
        expect(String(error)).toContain('constraint failed');
        expect(sql.all('SELECT * FROM t')).toEqual([]);
      });

      it('calls a database that cannot be written io', () => {
        const sql = openSql();
        sql.exec('CREATE TABLE t (x); PRAGMA query_only = ON');
        expect(thrownBy(() => sql.run('INSERT INTO t VALUES (1)'))).toMatchObject({ code: 'io' });
      });

      it('calls a full database io', () => {
        const sql = openSql();
        sql.exec('CREATE TABLE t (x); PRAGMA max_page_count = 3');
        expect(thrownBy(() => sql.run('INSERT INTO t VALUES (zeroblob(100000))'))).toMatchObject({ code: 'io' });
      });

      it('passes a SyncError on unchanged', () => {
        const error = new SyncError('refused', 'no');
        expect(toSyncError(error, 'Anything')).toBe(error);
      });
    });
  });
}
