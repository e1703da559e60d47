import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { coordinate, defineEntity, defineRegistry, integer, key } from '../../src/index.js';
import type { Entity, EntityDefinition, Field, Registry } from '../../src/index.js';
import { getSyncStatus } from '../../src/sync/status.js';
import type { SyncStatus } from '../../src/sync/status.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Store } from '../../src/savecontext/store.js';
import { filesOf, temporaryFolder } from '../sync/helpers.js';

type Fields = Readonly<Record<string, Field>>;

/** An entity whose type and table have one name; `p` is the project, `u` the time. */
export function entityOf(name: string, fields: Fields, more: Partial<EntityDefinition> = {}): Entity {
  return defineEntity({
    type: name,
    table: name,
    file: `${name}.jsonl`,
    idPrefix: '',
    scope: { column: 'p' },
    fields: { id: key(), p: coordinate('scope'), ...fields, u: integer() },
    created: 'u',
    updated: 'u',
    ...more,
  });
}

/** A table for {@link entityOf}. */
export function tableOf(name: string, columns = '', id = 'id TEXT PRIMARY KEY'): string {
  return `CREATE TABLE ${name} (${id}, p TEXT NOT NULL, ${columns === '' ? '' : `${columns}, `}u INTEGER NOT NULL)`;
}

export interface Clone {
  readonly project: string;
  readonly sql: Sql;
  readonly store: Store<Registry>;
  readonly export: (options?: { readonly full?: boolean }) => ReturnType<Exporter['export']>;
  readonly import: () => ReturnType<Importer['importAll']>;
  readonly status: () => SyncStatus;
}

/** A folder of files, and clones of one schema over it; `:p` in their SQL is the clone's project. */
export function makeClones(schema: string, entities: readonly Entity[]) {
  const folder = temporaryFolder();
  const dir = join(folder, 'lines');
  mkdirSync(dir);
  const clone = (name: string): Clone & { readonly run: (sql: string) => void } => {
    const projectPath = join(folder, name);
    mkdirSync(projectPath);
    const path = join(projectPath, 'x.db');
    const sql = new Sql(openDriver(path));
    onTestFinished(() => {
      sql.close();
    });
    sql.exec(`PRAGMA foreign_keys = ON; ${schema}`);
    const store = Store.open(path, {
      create: true,
      registry: defineRegistry({ entities, deletionsFile: 'gone.jsonl' }),
    });
    onTestFinished(() => {
      store.close();
    });
    return {
      project: projectPath,
      sql,
      store,
      run: (text) => {
        sql.exec(text.replaceAll(':p', `'${projectPath}'`));
      },
      export: (options) => new Exporter(store, { projectPath, dir }).export(options),
      import: () => new Importer(store, { projectPath }).importAll(dir),
      status: () => getSyncStatus(store, { projectPath, dir }),
    };
  };
  return { dir, clone, files: () => filesOf(dir) };
}
