import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { freeDatabases } from '../cli/built-command.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { copyEmptyDatabase } from '../empty-database.js';
import { temporaryFolder } from '../files/temporary-folder.js';

export interface Place {
  readonly folder: string;
  readonly database: string;
  readonly copy: string;
}

/** A database with one row that nobody has open, and the name for a copy of it. */
export function place(): Place {
  const folder = temporaryFolder();
  const database = join(folder, 'data.db');
  copyEmptyDatabase(database);
  write(database, 'first');
  return { folder, database, copy: join(folder, 'copy.db') };
}

export function withSql<T>(path: string, body: (sql: Sql) => T): T {
  const sql = new Sql(openDriver(path));
  try {
    return body(sql);
  } finally {
    sql.close();
  }
}

export function write(path: string, value: string): void {
  withSql(path, (sql) => {
    writeBy(sql, 'm', value);
  });
}

export function writeBy(sql: Sql, id: string, value: string): void {
  sql.run(
    `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
     VALUES (?1, '/p', 'k' || ?1, ?2, 1, 1) ON CONFLICT (id) DO UPDATE SET value = ?2`,
    id,
    value,
  );
}

export function valueIn(path: string, id = 'm'): unknown {
  return withSql(path, (sql) => sql.get(`SELECT value FROM project_memory WHERE id = ?`, id)?.[0]);
}

/** Until its statements are collected, `@photostructure/sqlite` keeps a database open that was closed. */
export async function closed(): Promise<void> {
  freeDatabases();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 4; round++) {
    collect();
    await setImmediate();
  }
}

/** Gives a database, which this process has open nowhere else, another journal mode. */
export async function setJournalMode(path: string, mode: string): Promise<void> {
  await closed();
  const database = openDriver(path);
  database.exec(`PRAGMA journal_mode = ${mode}`);
  database.close();
}

/** Where the table of memories, or its index, begins in the file, and how long a page is. */
function pageOf(path: string, name: string): { readonly at: number; readonly size: number } {
  return withSql(path, (sql) => {
    const page = Number(sql.get(`SELECT rootpage FROM sqlite_schema WHERE name = ?`, name)?.[0]);
    const size = Number(sql.get('PRAGMA page_size')?.[0]);
    return { at: (page - 1) * size, size };
  });
}

/** Damage that shows as soon as a memory is read. */
export async function breakTable(path: string): Promise<void> {
  const { at, size } = pageOf(path, 'project_memory');
  await setJournalMode(path, 'DELETE');
  writeFileSync(path, readFileSync(path).fill(0x5a, at, at + size));
}

/** Damage that opens, and that a look at all rows does not show: an index has lost its entries. */
export async function breakIndex(path: string): Promise<void> {
  const { at, size } = pageOf(path, 'sqlite_autoindex_project_memory_1');
  await setJournalMode(path, 'DELETE');
  const bytes = readFileSync(path);
  const emptyLeaf = [0x0a, 0, 0, 0, 0, size >> 8, size & 0xff, 0];
  bytes.set(emptyLeaf, at);
  writeFileSync(path, bytes);
}
