import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { coordinate, defineEntity, extension, integer, key, real, set, text } from '../../src/index.js';
import type { Registry } from '../../src/index.js';
import { getSyncStatus } from '../../src/sync/status.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { Store } from '../../src/savecontext/store.js';
import { filesOf, temporaryFolder, thrownBy } from '../sync/helpers.js';

/** Another program's schema: books on shelves, and the marks in them. */
const SCHEMA = `
  CREATE TABLE books (isbn TEXT PRIMARY KEY, shelf TEXT NOT NULL, title TEXT NOT NULL, price REAL, pages INTEGER,
    added INTEGER NOT NULL, changed INTEGER NOT NULL, UNIQUE (shelf, title));
  CREATE TABLE book_tags (book TEXT NOT NULL REFERENCES books ON DELETE CASCADE, tag TEXT NOT NULL, PRIMARY KEY (book, tag));
  CREATE TABLE bookmarks (id TEXT PRIMARY KEY, book TEXT NOT NULL REFERENCES books ON DELETE CASCADE, page INTEGER,
    seen_on TEXT, added INTEGER NOT NULL);`;

const REGISTRY: Registry = {
  entities: [
    defineEntity({
      type: 'book',
      table: 'books',
      file: 'books.jsonl',
      idPrefix: 'b_',
      scope: { column: 'shelf' },
      fields: {
        isbn: key(),
        shelf: coordinate('scope'),
        title: text(),
        price: real({ nullable: true }),
        pages: extension(integer({ nullable: true })),
        added: integer(),
        changed: integer(),
        tags: extension(set({ table: 'book_tags', owner: 'book', element: { tag: text() } })),
      },
      naturalKey: ['shelf', 'title'],
      created: 'added',
      updated: 'changed',
    }),
    defineEntity({
      type: 'bookmark',
      table: 'bookmarks',
      file: 'bookmarks.jsonl',
      idPrefix: 'm_',
      scope: { through: 'book' },
      fields: {
        id: key(),
        book: text(),
        page: integer({ nullable: true }),
        seen_on: { kind: 'text', role: 'local', nullable: true },
        added: integer(),
      },
      parents: { book: 'book' },
      created: 'added',
      updated: 'added',
    }),
  ],
  deletionsFile: 'gone.jsonl',
  localTables: [],
};

interface Library {
  readonly store: Store<Registry>;
  readonly sql: Sql;
  readonly shelf: string;
  readonly dir: string;
}

function library(): Library {
  const shelf = temporaryFolder();
  const path = join(shelf, 'books.db');
  const dir = join(shelf, 'lines');
  mkdirSync(dir);
  const sql = new Sql(openDriver(path));
  sql.exec(`PRAGMA foreign_keys = ON; ${SCHEMA}`);
  const store = Store.open(path, { registry: REGISTRY, create: true });
  onTestFinished(() => {
    store.close();
    sql.close();
  });
  return { store, sql, shelf, dir };
}

const exportOf = ({ store, shelf, dir }: Library): void => {
  expect(new Exporter(store, { projectPath: shelf, dir }).export().refused).toEqual([]);
};
const importOf = ({ store, shelf, dir }: Library, from: Library): void => {
  for (const [name, text] of Object.entries(filesOf(from.dir))) writeFileSync(join(dir, name), text);
  new Importer(store, { projectPath: shelf }).importAll(dir);
};

describe('another schema', () => {
  it('syncs from its definition alone: fields, sets, parents, deletions, extension fields', () => {
    const [a, b] = [library(), library()];
    expect(a.store.problems()).toEqual([]);
    a.sql.exec(`
      INSERT INTO books VALUES ('1', '${a.shelf}', 'Dune', 9.5, 412, 1, 2), ('2', '${a.shelf}', 'Emma', NULL, NULL, 1, 2);
      INSERT INTO book_tags VALUES ('1', 'sand'), ('1', 'worm');
      INSERT INTO bookmarks VALUES ('m', '1', 7, 'here', 3)`);
    exportOf(a);
    expect(filesOf(a.dir)['books.jsonl']).toMatch(
      /^\{"type":"book","isbn":"1","shelf":"\.","title":"Dune","price":9\.5,"added":1,"changed":2,"v":1,"pages":412,"tags":\["sand","worm"\],/,
    );
    importOf(b, a);
    expect(b.sql.all('SELECT title, price, pages FROM books ORDER BY 1')).toEqual([
      ['Dune', 9.5, 412n],
      ['Emma', null, null],
    ]);
    expect(b.sql.all('SELECT * FROM bookmarks')).toEqual([['m', '1', 7n, null, 3n]]);
    expect(b.sql.all('SELECT tag FROM book_tags ORDER BY 1')).toEqual([['sand'], ['worm']]);
    b.sql.exec(`UPDATE books SET pages = 500, changed = 9 WHERE isbn = '1'; DELETE FROM book_tags WHERE tag = 'worm'`);
    exportOf(b);
    a.sql.exec(`DELETE FROM books WHERE isbn = '2'; UPDATE books SET price = 1, changed = 8 WHERE isbn = '1'`);
    importOf(a, b);
    exportOf(a);
    expect(a.sql.all('SELECT isbn, price, pages FROM books')).toEqual([['1', 1, 500n]]);
    expect(a.sql.all('SELECT tag FROM book_tags')).toEqual([['sand']]);
    importOf(b, a);
    expect(b.sql.all('SELECT isbn, price, pages FROM books')).toEqual([['1', 1, 500n]]);
    expect(filesOf(a.dir)['gone.jsonl']).toMatch(/^\{"entity_type":"book","entity_id":"2"/);
    const status = getSyncStatus(b.store, { projectPath: b.shelf, dir: b.dir });
    expect(status.inSync).toBe(true);
    expect(Object.keys(status.entities)).toEqual(['book', 'bookmark', 'total']);
  });

  it('keeps records of one natural key apart', () => {
    const [a, b] = [library(), library()];
    a.sql.exec(`INSERT INTO books VALUES ('1', '${a.shelf}', 'Same', NULL, NULL, 1, 1)`);
    b.sql.exec(`INSERT INTO books VALUES ('2', '${b.shelf}', 'Same', NULL, NULL, 2, 2)`);
    exportOf(a);
    importOf(b, a);
    expect(b.sql.all('SELECT isbn, title FROM books ORDER BY 1')).toEqual([
      ['1', 'Same'],
      ['2', expect.stringMatching(/^Same~[0-9a-f]{8}$/)],
    ]);
  });

  it('is refused where the database does not fit', () => {
    const folder = temporaryFolder();
    const sql = new Sql(openDriver(join(folder, 'x.db')));
    sql.exec('CREATE TABLE books (isbn TEXT PRIMARY KEY)');
    sql.close();
    const error = thrownBy(() => Store.open(join(folder, 'x.db'), { registry: REGISTRY, create: true }));
    expect(error.code).toBe('schema');
    // The command line makes the tables of SaveContext alone.
    expect(error.hint).toMatch(/create its tables/);
    expect(error.hint).not.toContain('sc-sync init');
    expect(error.details).toContain('bookmarks');
    expect(error.details).toContain('books.shelf');
  });
});
