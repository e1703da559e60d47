import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { temporaryFolder } from './helpers.js';

it.each(['DELETE', 'WAL'])(
  'a rehearsal in mode %s writes nothing to the file, not even for a moment, however much it is',
  (mode) => {
    const path = join(temporaryFolder(), 'data.db');
    const sql = new Sql(openDriver(path));
    onTestFinished(() => {
      sql.close();
    });
    sql.exec(`PRAGMA journal_mode = ${mode}; PRAGMA cache_size = 10; CREATE TABLE t (x); INSERT INTO t VALUES (1)`);
    sql.exec(`PRAGMA wal_checkpoint(TRUNCATE)`);
    const files = mode === 'WAL' ? [path, `${path}-wal`] : [path];
    const before = files.map((file) => readFileSync(file));
    const count = sql.dryRun('immediate', () => {
      for (let n = 0; n < 200; n++) sql.run('INSERT INTO t VALUES (zeroblob(4000))');
      expect(files.map((file) => readFileSync(file))).toEqual(before);
      return sql.get('SELECT count(*) FROM t');
    });
    expect(count).toEqual([201n]);
    expect(sql.get('SELECT count(*) FROM t')).toEqual([1n]);
    expect(files.map((file) => readFileSync(file))).toEqual(before);
    expect(sql.hasWritten).toBe(false);
  },
);
