import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Store } from '../../src/savecontext/store.js';
import type { Database, SqlValue } from '../../src/store/database.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { temporaryFolder } from './helpers.js';

const RECORDS = 1000;

/** A connection that counts the statements that run on it. */
function counting(path: string): { readonly database: Database; readonly take: () => number } {
  const database = openDriver(path);
  let count = 0;
  const counted =
    <A extends readonly unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      count++;
      return call(...args);
    };
  return {
    take: () => {
      const taken = count;
      count = 0;
      return taken / RECORDS;
    },
    database: {
      exec: counted((sql: string) => {
        database.exec(sql);
      }),
      prepare: (sql) => {
        const statement = database.prepare(sql);
        return {
          setReadBigInts: (enabled) => {
            statement.setReadBigInts(enabled);
          },
          setReturnArrays: (enabled) => {
            statement.setReturnArrays(enabled);
          },
          run: counted((...values: SqlValue[]) => statement.run(...values)),
          get: counted((...values: SqlValue[]) => statement.get(...values)),
          all: counted((...values: SqlValue[]) => statement.all(...values)),
        };
      },
      close: () => {
        database.close();
      },
    },
  };
}

/** One machine: a database whose statements are counted, and its files. */
function machine(name: string) {
  const folder = temporaryFolder();
  const { database, take } = counting(join(folder, `${name}.db`));
  const store = Store.from(database, { create: true });
  const dir = join(folder, '.savecontext');
  return {
    run: (sql: string) => store.sql.exec(sql.replaceAll(':project', `'${folder}'`)),
    dir,
    export: (): number => {
      take();
      new Exporter(store, { projectPath: folder, dir, actor: 'tester' }).export();
      return take();
    },
    import: (): number => {
      take();
      const { total } = new Importer(store, { projectPath: folder }).importAll(dir);
      expect(total.created + total.updated).toBe(RECORDS);
      return take();
    },
  };
}

const NUMBERS = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${RECORDS})`;

describe('statements for a record', () => {
  it('are few for issues with labels, new and changed', () => {
    const [ann, bob] = [machine('ann'), machine('bob')];
    ann.run(
      `INSERT INTO issues (id, project_path, title, created_at, updated_at) ${NUMBERS} SELECT 'i' || i, :project, 't', 1, 1 FROM n;
       INSERT INTO issue_labels (id, issue_id, label) ${NUMBERS} SELECT 'l' || i, 'i' || i, 'l' FROM n`,
    );
    expect(ann.export()).toBeLessThan(1.2);
    cpSync(ann.dir, bob.dir, { recursive: true });
    expect(bob.import()).toBeLessThan(6.2);
    ann.run(`UPDATE issues SET title = 'other', updated_at = 2`);
    expect(ann.export()).toBeLessThan(1.2);
    cpSync(ann.dir, bob.dir, { recursive: true });
    expect(bob.import()).toBeLessThan(6.2);
  });

  it('are few for new records without children', () => {
    const [ann, bob] = [machine('ann'), machine('bob')];
    ann.run(
      `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
       ${NUMBERS} SELECT 'm' || i, :project, 'k' || i, 'v', 'note', 1, 1 FROM n`,
    );
    expect(ann.export()).toBeLessThan(1.2);
    cpSync(ann.dir, bob.dir, { recursive: true });
    expect(bob.import()).toBeLessThan(5.2);
  });
});
