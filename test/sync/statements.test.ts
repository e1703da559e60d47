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

/** Statements for each record: all, and those that run while the database is locked for writing. */
interface Counts {
  readonly all: number;
  readonly locked: number;
}

/** A connection that counts the statements that run on it. */
function counting(path: string): { readonly database: Database; readonly take: () => Counts } {
  const database = openDriver(path);
  let [count, locked, isLocked] = [0, 0, false];
  const counted =
    <A extends readonly unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      count++;
      if (isLocked) locked++;
      return call(...args);
    };
  return {
    take: () => {
      const taken = { all: count / RECORDS, locked: locked / RECORDS };
      [count, locked] = [0, 0];
      return taken;
    },
    database: {
      exec: counted((sql: string) => {
        database.exec(sql);
        if (sql === 'BEGIN IMMEDIATE') isLocked = true;
        if (sql === 'COMMIT') isLocked = false;
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
    export: (): Counts => {
      take();
      new Exporter(store, { projectPath: folder, dir, actor: 'tester' }).export();
      return take();
    },
    import: (): Counts => {
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
    expect(ann.export().all).toBeLessThan(0.2);
    cpSync(ann.dir, bob.dir, { recursive: true });
    const first = bob.import();
    expect(first.all).toBeLessThan(2.5);
    expect(first.locked).toBeLessThan(2.2);
    ann.run(`UPDATE issues SET title = 'other', updated_at = 2`);
    expect(ann.export().all).toBeLessThan(0.2);
    cpSync(ann.dir, bob.dir, { recursive: true });
    const second = bob.import();
    expect(second.all).toBeLessThan(4.3);
    expect(second.locked).toBeLessThan(0.12);
  });

  it('are few for new records without children', () => {
    const [ann, bob] = [machine('ann'), machine('bob')];
    ann.run(
      `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
       ${NUMBERS} SELECT 'm' || i, :project, 'k' || i, 'v', 'note', 1, 1 FROM n`,
    );
    expect(ann.export().all).toBeLessThan(0.2);
    cpSync(ann.dir, bob.dir, { recursive: true });
    const { all, locked } = bob.import();
    expect(all).toBeLessThan(0.3);
    expect(locked).toBeGreaterThan(0);
    expect(locked).toBeLessThan(0.12);
  });
});
