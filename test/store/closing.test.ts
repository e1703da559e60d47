import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Store, savecontext } from '../../src/index.js';
import type { Database } from '../../src/index.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { temporaryFolder, thrownBy } from './helpers.js';

/** A connection of the program's own, to a database that a store has made. */
function ownConnection(): { readonly database: Database; readonly path: string } {
  const path = join(temporaryFolder(), 'memory.db');
  Store.open(path, { create: true }).close();
  const database = openDriver(path);
  onTestFinished(() => {
    database.close();
  });
  return { database, path };
}

describe('a connection that the program hands in', () => {
  it('is open after the store is closed, with the statements and the waiting time that the program gave it', () => {
    const { database } = ownConnection();
    database.exec('PRAGMA busy_timeout = 1234');
    const statement = database.prepare('SELECT count(*) AS n FROM issues');
    const store = Store.from(database);
    store.project('/p', { dir: join(temporaryFolder(), 'files') }).records.put('issue', { title: 'mine' });
    store.close();
    store.close();
    expect(statement.get()).toEqual({ n: 1 });
    expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 1234 });
    const again = Store.from(database);
    expect(again.problems()).toEqual([]);
    again.close();
  });

  it('is open after a store that is refused', () => {
    const { database } = ownConnection();
    database.exec('DROP TABLE time_entries');
    expect(thrownBy(() => Store.from(database))).toMatchObject({ code: 'schema' });
    const twice = { ...savecontext, entities: [savecontext.entities[0], savecontext.entities[0]] };
    expect(thrownBy(() => Store.from(database, { registry: twice }))).toMatchObject({ code: 'usage' });
    expect(database.prepare('SELECT count(*) AS n FROM issues').get()).toEqual({ n: 0 });
  });

  it('does nothing for a store that is closed', () => {
    const { database } = ownConnection();
    const store = Store.from(database);
    const project = store.project('/p', { dir: join(temporaryFolder(), 'files') });
    store.close();
    for (const work of [() => store.problems(), () => project.status(), () => project.records.get('issue', 'x')]) {
      expect(thrownBy(work)).toMatchObject({ code: 'usage', message: 'The store of the database is closed' });
    }
  });
});

describe('a connection that the store opened', () => {
  it('is closed with it, once, and the file is whole then', () => {
    const path = join(temporaryFolder(), 'memory.db');
    const store = Store.open(path, { create: true });
    store.project('/p', { dir: join(temporaryFolder(), 'files') }).records.put('issue', { title: 'mine' });
    store.close();
    store.close();
    expect(existsSync(`${path}-wal`) && readFileSync(`${path}-wal`).length > 0).toBe(false);
    expect(thrownBy(() => store.problems())).toMatchObject({ code: 'usage', hint: 'open the database again' });
  });
});
