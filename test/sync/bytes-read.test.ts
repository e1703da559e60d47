import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Store } from '../../src/savecontext/store.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { temporaryFolder } from './helpers.js';

const RECORDS = 5000;

/** Bytes that this process has read so far, as Linux counts them. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** One machine, with its database in memory: what is read is files. */
function machine(folder: string) {
  const database = openDriver(':memory:');
  // Temporary tables too.
  database.exec('PRAGMA temp_store = MEMORY');
  const store = Store.from(database, { create: true });
  const dir = join(folder, '.savecontext');
  const file = join(dir, 'memories.jsonl');
  /** How often a work read the file. */
  const times = (work: () => void): number => {
    const before = bytesRead();
    work();
    return (bytesRead() - before) / statSync(file).size;
  };
  return {
    run: (sql: string) => store.sql.exec(sql.replaceAll(':project', `'${folder}'`)),
    export: (): number => times(() => new Exporter(store, { projectPath: folder, dir }).export()),
    import: (): number => times(() => new Importer(store, { projectPath: folder }).importAll(dir)),
  };
}

describe.runIf(process.platform === 'linux')('the file of records', () => {
  it('is read no more often than it must be', () => {
    const folder = temporaryFolder();
    const [ann, bob] = [machine(folder), machine(folder)];
    ann.run(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${RECORDS})
       INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
       SELECT 'm' || i, :project, 'k' || i, hex(zeroblob(100)), 'note', 1, 1 FROM n`,
    );
    const found = {
      'first export': ann.export(),
      'first import': bob.import(),
    };
    ann.run(`UPDATE project_memory SET value = 'other', updated_at = 2 WHERE id LIKE 'm%77'`);
    const changed = {
      'export of some changes': ann.export(),
      'import of some changes': bob.import(),
      'import of nothing': bob.import(),
      'export of nothing': ann.export(),
    };
    // To see whether the file changed, it is hashed; then it is gone through.
    expect(rounded({ ...found, ...changed })).toEqual({
      ...{ 'first export': 0, 'first import': 2 },
      ...{ 'export of some changes': 2, 'import of some changes': 2 },
      ...{ 'import of nothing': 1, 'export of nothing': 0 },
    });
  });
});

function rounded(found: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(found).map(([work, times]) => [work, Math.round(times)]));
}
