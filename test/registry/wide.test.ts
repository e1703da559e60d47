import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { coordinate, defineEntity, extension, integer, key, real, set, text } from '../../src/index.js';
import type { Registry } from '../../src/index.js';
import type { Field } from '../../src/registry/field.js';
import { Store } from '../../src/savecontext/store.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { filesOf, temporaryFolder } from '../sync/helpers.js';

const names = Array.from({ length: 1100 }, (_, n) => `c${String(n)}`);
const fields: Record<string, Field> = {
  id: key(),
  place: coordinate('scope'),
  ...Object.fromEntries(
    names.map((name, n) => [name, n % 50 === 0 ? real({ nullable: true }) : text({ nullable: true })]),
  ),
  changed: integer(),
  parts: extension(
    set({ table: 'parts', owner: 'wide', element: Object.fromEntries(names.map((name) => [name, text()])) }),
  ),
};
const REGISTRY: Registry = {
  entities: [
    defineEntity({
      ...{ type: 'wide', table: 'wide', file: 'wide.jsonl', idPrefix: 'w_', scope: { column: 'place' } },
      ...{ fields, created: 'changed', updated: 'changed' },
    }),
  ],
  deletionsFile: 'deletions.jsonl',
  localTables: [],
};

/** More columns than SQLite takes arguments of a function. */
it('tables of 1,100 columns go through files into another database as they are', () => {
  const worlds = ['from', 'to'].map((name) => {
    const folder = temporaryFolder();
    const sql = new Sql(openDriver(join(folder, `${name}.db`)));
    const columns = names.map((column, n) => `${column} ${n % 50 === 0 ? 'REAL' : 'TEXT'}`).join(', ');
    sql.exec(`CREATE TABLE wide (id TEXT PRIMARY KEY, place TEXT NOT NULL, ${columns}, changed INTEGER NOT NULL)`);
    const parts = names.map((column) => `${column} TEXT NOT NULL`).join(', ');
    sql.exec(`CREATE TABLE parts (wide TEXT NOT NULL REFERENCES wide ON DELETE CASCADE, ${parts}, UNIQUE (wide, c0))`);
    const store = Store.open(join(folder, `${name}.db`), { registry: REGISTRY, create: true });
    onTestFinished(() => {
      store.close();
      sql.close();
    });
    return { sql, store, folder };
  });
  const [from, to] = [worlds[0]!, worlds[1]!];
  const values = names.map((_, n) => (n % 50 === 0 ? n / 8 : n % 7 === 0 ? null : `"${String(n)}",\\`));
  from.sql.run(`INSERT INTO wide VALUES ('w', ?, ${values.map(() => '?').join(', ')}, 5)`, ...[from.folder, ...values]);
  const part = ['w', ...names.map((name) => `of ${name}`)];
  from.sql.run(`INSERT INTO parts VALUES (${part.map(() => '?').join(', ')})`, ...part);
  const dir = join(from.folder, 'files');
  new Exporter(from.store, { projectPath: from.folder, dir }).export();
  expect(filesOf(dir)['wide.jsonl']).toContain('"c258":"\\"258\\",\\\\"');
  new Importer(to.store, { projectPath: to.folder }).importAll(dir);
  expect(to.sql.all('SELECT * FROM wide')).toEqual([['w', to.folder, ...values, 5n]]);
  expect(to.sql.all('SELECT * FROM parts')).toEqual([part]);
});
