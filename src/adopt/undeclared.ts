import type { Sql } from '../store/sql.js';
import { sqlName } from '../store/sql-name.js';
import type { InspectedColumn, InspectedDatabase, InspectedTable } from './inspected.js';
import { columnNamed, filled, isSameName } from './inspected.js';
import type { Reference } from './references.js';
import { refersTo } from './words.js';

/** Numbers from here on are no accident: programs that count up rarely come so far. */
const WIDE = 1_000_000;

interface Candidate extends Reference {
  /** How strongly the names tell. */
  readonly score: number;
}

/**
 * Columns that seem to hold numbers of another table, though nothing declares it: the name tells it, and every value is a key there.
 * A text means the same on every machine, so it is not looked for.
 */
export function findUndeclared(sql: Sql, db: InspectedDatabase): Reference[] {
  return db.tables.flatMap((table) =>
    table.columns.flatMap((column): Reference[] => {
      const fitting = candidatesFor(db, table, column).filter((candidate) => areKeys(sql, candidate));
      const [best, second] = fitting.sort((a, b) => b.score - a.score);
      // Without a telling name, only one table may fit.
      const isTelling = best !== undefined && (best.score > 1 || second === undefined);
      return isTelling ? [best] : [];
    }),
  );
}

function candidatesFor({ tables }: InspectedDatabase, table: InspectedTable, column: InspectedColumn): Candidate[] {
  if (!isWholeNumbers(column) || isDeclared(table, column.name)) return [];
  const isOwnKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
  if (isOwnKey && refersTo(column.name, table.name) > 0) return [];
  return tables.flatMap((target): Candidate[] => {
    const [by, ...others] = target.primaryKey;
    const key = columnNamed(target, by ?? '');
    if (key === undefined || others.length > 0 || !isWholeNumbers(key) || (isOwnKey && target === table)) return [];
    const isWide = (column.values.numbers?.[0] ?? 0) >= WIDE && /id$/i.test(column.name);
    const score = refersTo(column.name, target.name) || (isWide && !isOwnKey ? 1 : 0);
    if (score === 0 || (isOwnKey && score < 100)) return [];
    return [{ table: table.name, column: column.name, target: target.name, by: key.name, score }];
  });
}

function isWholeNumbers(column: InspectedColumn): boolean {
  const { integer } = column.values.classes;
  return integer > 0 && integer === filled(column);
}

function isDeclared({ references }: InspectedTable, column: string): boolean {
  return references.some(({ from }) => from.some((name) => isSameName(name, column)));
}

function areKeys(sql: Sql, { table, column, target, by }: Reference): boolean {
  const other = sql.get(
    `SELECT 1 FROM ${sqlName(table)} AS own WHERE own.${sqlName(column)} IS NOT NULL AND NOT EXISTS
     (SELECT 1 FROM ${sqlName(target)} AS other WHERE other.${sqlName(by)} = own.${sqlName(column)}) LIMIT 1`,
  );
  return other === undefined;
}
