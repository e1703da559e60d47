import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';

import { SyncError } from '../../src/errors.js';
import type { RegistryFile } from '../../src/registry/file.js';
import { registryOf } from '../../src/registry/from-file.js';
import { Store } from '../../src/savecontext/store.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import type { SqlValue } from '../../src/store/database.js';
import { Sql } from '../../src/store/sql.js';
import type { Project } from '../../src/sync/synced-project.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** Tables that have, one or the other, every trait that other programs' tables have. */
const SCHEMA = `
  CREATE TABLE team (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, type TEXT, lead INTEGER REFERENCES person (id));
  CREATE TABLE person (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, team INTEGER NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    boss INTEGER REFERENCES person (id), pay NUMERIC, face BLOB, secret TEXT NOT NULL, note, made INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE member (team INTEGER NOT NULL REFERENCES team (id), person INTEGER NOT NULL REFERENCES person (id), since TEXT,
    PRIMARY KEY (team, person));
  CREATE TABLE profile (person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE, bio TEXT);
  CREATE TABLE shop (id INTEGER PRIMARY KEY, keeper INTEGER NOT NULL REFERENCES keeper (id) DEFERRABLE INITIALLY DEFERRED, size REAL);
  CREATE TABLE keeper (id INTEGER PRIMARY KEY, shop INTEGER NOT NULL REFERENCES shop (id) DEFERRABLE INITIALLY DEFERRED);
  CREATE TABLE setting ("key" TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE hint (setting TEXT NOT NULL PRIMARY KEY REFERENCES setting ("key") ON DELETE CASCADE, text TEXT)`;

const TEXT = { kind: 'text', null: true } as const;
const entity = (type: string) => ({ type, table: type, file: `${type}.jsonl`, created: null, updated: null });

/** What `adopt` makes of them. */
export const FILE: RegistryFile = {
  registry: 1,
  scope: 'database',
  entities: [
    {
      ...entity('team'),
      id: { number: 'id' },
      fields: {
        name: 'text',
        type: { ...TEXT, as: 'type_' },
        lead: { kind: 'ref', null: true, to: 'person' },
      },
      unique: [{ columns: ['name'], clash: 'rename' }],
      title: 'name',
    },
    {
      ...entity('person'),
      id: { column: 'uid', number: 'id' },
      fields: {
        uid: 'text',
        team: { kind: 'ref', to: 'team' },
        boss: { kind: 'ref', null: true, to: 'person' },
        pay: { kind: 'any', null: true },
        face: { kind: 'blob', null: true },
        secret: 'local',
        note: { kind: 'any', null: true },
        made: 'integer',
      },
      created: { column: 'made', unit: 's' },
    },
    {
      ...entity('member'),
      id: { columns: ['team', 'person'] },
      fields: { team: { kind: 'ref', to: 'team' }, person: { kind: 'ref', to: 'person' }, since: TEXT },
    },
    {
      ...entity('profile'),
      id: { of: 'person', column: 'person' },
      fields: { person: { kind: 'ref', to: 'person' }, bio: TEXT },
    },
    {
      ...entity('shop'),
      id: { number: 'id' },
      fields: { keeper: { kind: 'ref', to: 'keeper' }, size: { kind: 'real', null: true } },
    },
    { ...entity('keeper'), id: { number: 'id' }, fields: { shop: { kind: 'ref', to: 'shop' } } },
    { ...entity('setting'), id: { column: 'key' }, fields: { key: 'text', value: { kind: 'any', null: true } } },
    {
      ...entity('hint'),
      id: { of: 'setting', column: 'setting' },
      fields: { setting: { kind: 'ref', to: 'setting' }, text: TEXT },
    },
  ],
  local: [],
  derived: [],
};

/** A database of another program, and the folder of its files. */
export interface Side {
  readonly path: string;
  readonly project: Project;
  /** The program's own connection. */
  readonly sql: Sql;
  /** Writes a full export into a new folder, and gives its lines without what a machine adds to them. */
  readonly lines: () => Readonly<Record<string, string[]>>;
}

/** Opens a database with the tables, or a copy of another one, beside a shared folder of files. */
export function openSide(
  folder: string,
  name: string,
  options: { readonly schema?: string; readonly file?: RegistryFile; readonly copy?: string } = {},
): Side {
  const { schema = SCHEMA, file = FILE, copy } = options;
  const own = join(folder, name);
  mkdirSync(own);
  const path = join(own, 'x.db');
  if (copy !== undefined) copyFileSync(copy, path);
  const sql = new Sql(openDriver(path));
  onTestFinished(() => {
    sql.close();
  });
  sql.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000');
  if (copy === undefined) sql.exec(schema);
  const store = Store.open(path, { create: true, registry: registryOf(file) });
  onTestFinished(() => {
    store.close();
  });
  const project = store.project(own, { dir: join(folder, 'lines') });
  let exports = 0;
  const lines = (): Readonly<Record<string, string[]>> => {
    const dir = join(own, `full-${exports++}`);
    store.project(own, { dir }).export({ full: true });
    const names = readdirSync(dir).filter((each) => each.endsWith('.jsonl') && each !== 'deletions.jsonl');
    return Object.fromEntries(
      names.map((each) => [
        each,
        readFileSync(join(dir, each), 'utf8')
          .split('\n')
          .map((line) => line.replace(/,"exported_at":"[^"]*"/, '')),
      ]),
    );
  };
  return { path, project, sql, lines };
}

/** Two of them over one folder. */
export function openSides(options: Parameters<typeof openSide>[2] = {}): {
  readonly folder: string;
  readonly a: Side;
  readonly b: Side;
} {
  const folder = temporaryFolder();
  return { folder, a: openSide(folder, 'a', options), b: openSide(folder, 'b', options) };
}

/** An edit that the program may make: statements, and the values of their places. */
export interface Edit {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

const statement = (text: string, ...values: readonly SqlValue[]): Edit => ({ text, values });

/** Makes an edit; one that the tables refuse is none. */
export function apply(sql: Sql, { text, values }: Edit): void {
  try {
    sql.transaction('immediate', () => {
      for (const each of text.split(';')) sql.run(each, ...(each.includes('?') ? values : []));
    });
  } catch (error) {
    if (!(error instanceof SyncError && /constraint/i.test(error.message))) throw error;
  }
}

/** The n-th row of a table, counted round and round. */
const rowOf = (table: string, key: string, n: number): string =>
  `(SELECT ${key} FROM ${table} ORDER BY ${key} LIMIT 1 OFFSET (${n} % max((SELECT count(*) FROM ${table}), 1)))`;

const VALUES = fc.oneof(
  fc.constantFrom('text', '1', 'naïve 😀', 'tab\tnew\nline', ''),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0.1, -0, 1e300, Infinity, 1.5),
  fc.uint8Array({ maxLength: 5 }),
  fc.constant(null),
);

/** Edits of every kind, on every table. `name` tells the texts of one side from those of the other. */
export function edits(name: string): fc.Arbitrary<Edit> {
  const n = fc.nat(40);
  return fc.oneof(
    fc
      .tuple(n, n)
      .map(([x, y]) =>
        statement(`INSERT INTO team (name, type, lead) VALUES (?, 'a', ${rowOf('person', 'id', y)})`, `t${x % 12}`),
      ),
    fc.tuple(n, n, VALUES).map(([x, y, value]) =>
      statement(
        `INSERT INTO person (uid, team, boss, pay, face, secret, note, made)
         VALUES (?, ${rowOf('team', 'id', x)}, ${rowOf('person', 'id', y)}, ${y}.5, x'0${y % 10}ff', 's', ?, ${1_700_000_000 + x})`,
        `${name}-${x}-${y}`,
        value,
      ),
    ),
    fc
      .tuple(n, n)
      .map(([x, y]) =>
        statement(
          `INSERT INTO member (team, person, since) VALUES (${rowOf('team', 'id', x)}, ${rowOf('person', 'id', y)}, '${name}')`,
        ),
      ),
    n.map((x) => statement(`INSERT INTO profile (person, bio) VALUES (${rowOf('person', 'id', x)}, '${name}')`)),
    n.map((x) =>
      statement(
        `INSERT INTO shop (keeper, size) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM keeper), ${x}.25); INSERT INTO keeper (shop) VALUES ((SELECT max(id) FROM shop))`,
      ),
    ),
    fc
      .tuple(n, VALUES)
      .map(([x, value]) => statement(`INSERT OR REPLACE INTO setting VALUES (?, ?)`, `k${x % 6}`, value)),
    fc
      .tuple(n, VALUES)
      .map(([x, value]) => statement(`UPDATE person SET note = ? WHERE id = ${rowOf('person', 'id', x)}`, value)),
    fc
      .tuple(n, n)
      .map(([x, y]) =>
        statement(
          `UPDATE person SET boss = ${rowOf('person', 'id', y)}, team = ${rowOf('team', 'id', y)} WHERE id = ${rowOf('person', 'id', x)}`,
        ),
      ),
    fc
      .tuple(n, n)
      .map(([x, y]) => statement(`UPDATE team SET type = '${name}${y}' WHERE id = ${rowOf('team', 'id', x)}`)),
    fc
      .tuple(n, n)
      .map(([x, y]) => statement(`UPDATE team SET name = 't${y % 12}' WHERE id = ${rowOf('team', 'id', x)}`)),
    n.map((x) => statement(`UPDATE member SET since = '${name}${x}' WHERE rowid = ${rowOf('member', 'rowid', x)}`)),
    n.map((x) => statement(`DELETE FROM member WHERE rowid = ${rowOf('member', 'rowid', x)}`)),
    n.map((x) => statement(`DELETE FROM person WHERE id = ${rowOf('person', 'id', x)}`)),
    n.map((x) => statement(`INSERT INTO hint (setting, text) VALUES (${rowOf('setting', '"key"', x)}, '${name}')`)),
    n.map((x) => statement(`UPDATE hint SET text = '${name}${x}' WHERE setting = ${rowOf('hint', 'setting', x)}`)),
    n.map((x) => statement(`DELETE FROM hint WHERE setting = ${rowOf('hint', 'setting', x)}`)),
    n.map((x) => statement(`DELETE FROM profile WHERE person = ${rowOf('profile', 'person', x)}`)),
    n.map((x) =>
      statement(
        `DELETE FROM keeper WHERE shop = ${rowOf('shop', 'id', x)}; DELETE FROM shop WHERE keeper NOT IN (SELECT id FROM keeper)`,
      ),
    ),
    n.map((x) => statement(`DELETE FROM team WHERE id = ${rowOf('team', 'id', x)}`)),
  );
}
