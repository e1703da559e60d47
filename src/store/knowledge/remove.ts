import { existsSync } from 'node:fs';

import type { Sql } from '../sql.js';
import { sqlName, sqlText } from '../sql-name.js';
import { listTargets } from './target.js';
import { PREFIX } from './triggers.js';

/** What sync has in a database, and would be gone with it. */
export interface Traces {
  /** How many tables, triggers and indexes there are. */
  readonly tables: number;
  readonly triggers: number;
  readonly indexes: number;
  /** Values that lost, which nothing else has. */
  readonly lost: number;
  /** Records that somebody marked as private. */
  readonly marked: number;
  /** Folders that are there and that the database serves. */
  readonly dirs: readonly string[];
}

/** In this order nothing goes twice: a table takes its own indexes along. */
const KINDS = ['trigger', 'table', 'index'] as const;
type Kind = (typeof KINDS)[number];

/** Looks at what sync has in a database; undefined where that is nothing. */
export function findTraces(sql: Sql): Traces | undefined {
  const [triggers = 0, tables = 0, indexes = 0] = KINDS.map((kind) => namesOf(sql, kind).length);
  if (triggers + tables + indexes === 0) return undefined;
  const count = (table: string, where: string): number =>
    namesOf(sql, 'table').includes(table) ? Number(sql.get(`SELECT count(*) FROM ${table} WHERE ${where}`)?.[0]) : 0;
  return {
    ...{ triggers, tables, indexes },
    lost: count('scsync_journal', 'true'),
    marked: count('scsync_records', 'private = 1'),
    dirs: namesOf(sql, 'table').includes('scsync_targets')
      ? listTargets(sql).flatMap(({ dir }) => (existsSync(dir) ? [dir] : []))
      : [],
  };
}

/** Removes all that sync has in a database; the rows of its program stay. */
export function removeTraces(sql: Sql): void {
  sql.transaction('immediate', () => {
    for (const kind of KINDS) for (const name of namesOf(sql, kind)) sql.exec(`DROP ${kind} ${sqlName(name)}`);
  });
}

/** The names of ours of a kind; SQLite makes and removes the index of a key by itself. */
function namesOf(sql: Sql, kind: Kind): string[] {
  return sql
    .all(
      `SELECT name FROM sqlite_schema WHERE type = ? AND substr(name, 1, ${PREFIX.length}) = ${sqlText(PREFIX)}`,
      kind,
    )
    .map(([name]) => String(name));
}
