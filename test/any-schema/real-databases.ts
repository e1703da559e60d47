import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';

import { planAdoption } from '../../src/adopt/adopt.js';
import { numberOf, fieldOf } from '../../src/registry/file.js';
import type { RegistryFile } from '../../src/registry/file.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { sqlName } from '../../src/store/sql-name.js';
import { Sql } from '../../src/store/sql.js';
import { ODD_ROWS, ODD_SCHEMA } from './odd-schema.js';

/** A database to try on. It is copied, and never opened where it lies. */
export interface RealDatabase {
  readonly name: string;
  readonly path: string;
}

/** The databases in the folder that SCHEMAS names. They are other people's, so none is in the repository. */
export function realDatabases(): RealDatabase[] {
  const { SCHEMAS } = process.env;
  if (SCHEMAS === undefined) return [];
  const names = readdirSync(SCHEMAS).filter((name) => name.endsWith('.db'));
  return names.sort().map((name) => ({ name: basename(name, '.db'), path: join(SCHEMAS, name) }));
}

/** A database of tables with what few programs do, which is always there to try on. */
export function oddDatabase(): RealDatabase {
  const path = join(mkdtempSync(join(tmpdir(), 'sc-sync-')), 'odd.db');
  const sql = new Sql(openDriver(path));
  sql.exec(`${ODD_SCHEMA};\n${ODD_ROWS}`);
  sql.close();
  return { name: 'odd', path };
}

/** Opens a database until the running test ends, as its program would. */
export function openProgram(path: string): Sql {
  const sql = new Sql(openDriver(path));
  onTestFinished(() => {
    sql.close();
  });
  sql.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
  return sql;
}

/** What makes the tables of a database anew, without rows. */
export function schemaOf(path: string): string {
  const sql = new Sql(openDriver(path, { readOnly: true }));
  try {
    const made = sql.all(
      `SELECT s.sql FROM sqlite_master s LEFT JOIN pragma_table_list l ON l.schema = 'main' AND l.name = s.name
       WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND coalesce(l.type, '') <> 'shadow'
       ORDER BY CASE s.type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, s.rowid`,
    );
    return [`PRAGMA encoding = '${sql.encoding}'`, ...made.map(([each]) => String(each))].join(';\n');
  } finally {
    sql.close();
  }
}

/** What `adopt` makes of a database with one answer: tables without a key are synced too. */
export function adoptedFile(database: string, dir: string): RegistryFile {
  mkdirSync(dir, { recursive: true });
  return planAdoption(database, dir, { sync: tablesWithoutKey(database, dir) }).file;
}

/** The tables that `adopt` leaves here for want of a key. */
export function tablesWithoutKey(database: string, dir: string): string[] {
  const { decided } = planAdoption(database, dir, {});
  return decided.flatMap(({ says, sync }) => (says.includes('no key tells') ? (sync ?? []) : []));
}

/** Every synced value with its storage class and its bytes, and the numbers of the rows. */
export function valuesOf(sql: Sql, { entities }: RegistryFile): Record<string, unknown> {
  return Object.fromEntries(
    entities.map(({ table, fields, id }) => {
      const number = numberOf(id);
      const synced = Object.entries(fields).flatMap(([name, field]) => (fieldOf(field).kind === 'local' ? [] : [name]));
      const columns = number === undefined || synced.includes(number) ? synced : [number, ...synced];
      const values = columns.map((name) => `typeof(${sqlName(name)}) || ' ' || quote(${sqlName(name)})`);
      return [table, sql.all(`SELECT ${values.join(` || ' | ' || `)} FROM ${sqlName(table)} ORDER BY 1`).flat()];
    }),
  );
}
