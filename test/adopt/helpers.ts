import { join } from 'node:path';

import { planAdoption } from '../../src/adopt/adopt.js';
import type { Adopted } from '../../src/adopt/adopt.js';
import type { Said } from '../../src/adopt/answers.js';
import type { FileEntity } from '../../src/registry/file.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** A database of another program, and a folder for its registry. */
export interface Foreign {
  readonly folder: string;
  readonly database: string;
  readonly dir: string;
}

/** Makes a database by SQL. */
export function foreign(sql: string): Foreign {
  const folder = temporaryFolder();
  const place = { folder, database: join(folder, 'theirs.db'), dir: join(folder, '.sc-sync') };
  change(place, sql);
  return place;
}

/** Does as the other program may. */
export function change({ database }: Foreign, sql: string): void {
  const connection = openDriver(database);
  connection.exec(sql);
  connection.close();
}

/** What `adopt` makes of a database. */
export function adopted(sql: string, said: Said = {}): Adopted {
  const { database, dir } = foreign(sql);
  return planAdoption(database, dir, said);
}

/** The entity of a table. */
export function entityOf({ file }: Pick<Adopted, 'file'>, table: string): FileEntity {
  const entity = file.entities.find((each) => each.table === table);
  if (entity === undefined) throw new Error(`the table ${table} is not synced: ${JSON.stringify(file.local)}`);
  return entity;
}

/** All lines that were said. */
export function said({ decided, unseen }: Adopted): string {
  return [...decided.map(({ says }) => says), ...unseen].join('\n');
}

/** What `action` throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
