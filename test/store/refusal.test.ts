import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { isRefusal } from '../../src/store/sqlite-error.js';
import { Sql } from '../../src/store/sql.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { thrownBy } from '../files/thrown.js';

it('is what a table says of a row, and not that its file is damaged', () => {
  const path = join(temporaryFolder(), 'x.db');
  const sql = new Sql(openDriver(path));
  sql.exec(`PRAGMA foreign_keys = ON; CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id), n INTEGER CHECK (n < 9));
    CREATE TRIGGER odd BEFORE INSERT ON t WHEN NEW.n = 7 BEGIN SELECT RAISE(ABORT, 'not 7'); END; INSERT INTO t VALUES (1, NULL, 1)`);
  for (const row of ['1, NULL, 1', '2, NULL, 9', '2, 5, 1', '2, NULL, 7']) {
    const error = thrownBy(() => sql.run(`INSERT INTO t VALUES (${row})`));
    expect({ row, isRefusal: isRefusal(error) }).toEqual({ row, isRefusal: true });
  }
  const place = sql.get(
    `SELECT (rootpage - 1) * (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = 't'`,
  );
  sql.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(512, 0xff), 0, 512, Number(place?.[0]));
  closeSync(file);
  const damaged = new Sql(openDriver(path));
  const error = thrownBy(() => damaged.run('INSERT INTO t VALUES (2, NULL, 1)'));
  damaged.close();
  expect(error.code).toBe('database');
  expect(isRefusal(error)).toBe(false);
});
