import { SyncError, messageOf } from '../../src/errors.js';
import { sqlName } from '../../src/store/sql-name.js';
import type { Sql } from '../../src/store/sql.js';
import type { Program } from './program.js';
import type { Random } from './random.js';

/** Tables with an index of words, and views. */
function readable(sql: Sql): { readonly searches: readonly string[]; readonly views: readonly string[] } {
  const named = (where: string): string[] =>
    sql.all(`SELECT name FROM sqlite_master WHERE ${where} ORDER BY name`).map(([name]) => String(name));
  return { searches: named(`sql LIKE 'CREATE VIRTUAL TABLE%fts%'`), views: named(`type = 'view'`) };
}

const WORDS = ['a', 'note', 'plan', 'session', 'ann', 'merge'];
const AROUND = ['SAVEPOINT s', 'ROLLBACK TO s', 'RELEASE s', 'BEGIN', 'COMMIT', 'ROLLBACK', 'REINDEX', 'ANALYZE'];

/** What a program does in a session: mostly writes, and what it reads between them. */
export function nextStatement(sql: Sql, random: Random, program: Program, tables: readonly string[]): string {
  const { searches, views } = readable(sql);
  const kind = random.below(100);
  if (kind < 70) return program.write() ?? 'SELECT 1';
  if (kind < 78) return random.pick(AROUND);
  if (kind < 84 && searches.length > 0) {
    const table = sqlName(random.pick(searches));
    return `SELECT rowid FROM ${table} WHERE ${table} MATCH '${random.pick(WORDS)}' ORDER BY rowid`;
  }
  if (kind < 88 && views.length > 0) return `SELECT count(*) FROM ${sqlName(random.pick(views))}`;
  return `SELECT * FROM ${sqlName(random.pick(tables))}`;
}

/** Times of now, which differ between two that run one after the other, as one time. */
function withoutNow(value: unknown): unknown {
  const now = Date.now();
  const isNow = (ms: number): boolean => Math.abs(now - ms) < 600_000;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(value))
    return isNow(Date.parse(`${value.slice(0, 10)}T${value.slice(11, 19)}Z`)) ? 'now' : value;
  if (typeof value === 'bigint' && (isNow(Number(value)) || isNow(Number(value) * 1000))) return 'now';
  return value;
}

/** What a program sees of a statement: its rows, or the error; of a write how many rows it changed, and the last number. */
export function seenOf(sql: Sql, statement: string): unknown {
  try {
    const rows = sql.all(statement).map((row) => row.map(withoutNow));
    return /^(INSERT|REPLACE|UPDATE|DELETE)/.test(statement)
      ? { rows, counts: sql.all('SELECT changes(), last_insert_rowid()') }
      : rows;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    // What SQLite counted of a write that failed differs from one to the other, and says nothing: both begin again.
    sql.exec('CREATE TEMP TABLE IF NOT EXISTS failed (n); INSERT INTO temp.failed VALUES (1)');
    return messageOf(error.cause ?? error);
  }
}
