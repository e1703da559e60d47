import { expect, it } from 'vitest';

import type { FileIdentity, RegistryFile } from '../../src/registry/file.js';
import { thrownBy } from '../files/thrown.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { openSide } from './world.js';

function registry(id: FileIdentity, fields: RegistryFile['entities'][number]['fields']): RegistryFile {
  const row = { type: 'row', table: 't', file: 't.jsonl', id, fields, created: null, updated: null };
  return { registry: 1, scope: 'database', entities: [row], local: [], derived: [] };
}

const PAIR = registry({ columns: ['a', 'b'] }, { a: 'any', b: 'any' });
const NUMBER = registry({ number: 'n' }, { x: 'any' });

it.each([
  [
    'part of a key',
    'a, b, PRIMARY KEY (a, b)',
    PAIR,
    `(1, 'x'), (2, NULL)`,
    /row NULL of t: b must be a text or a number/,
  ],
  ['part of a key', 'a, b, PRIMARY KEY (a, b)', PAIR, `(1, 'x'), (x'00', 2)`, /row X'00' of t: a must be a text/],
  ['number', 'n NUMERIC PRIMARY KEY, x', NUMBER, `(1, 1), (NULL, 2)`, /row NULL of t: n must be a number/],
  ['number', 'n NUMERIC PRIMARY KEY, x', NUMBER, `(1, 1), ('one', 2)`, /row 'one' of t: n must be a number, not 'one'/],
])('a %s that can be none is named, and the row is not left out in silence: %s', (_, columns, file, rows, message) => {
  const { sql, project } = openSide(temporaryFolder(), 'a', { schema: `CREATE TABLE t (${columns})`, file });
  sql.exec(`INSERT INTO t VALUES ${rows}`);
  expect(thrownBy(() => project.export())).toMatchObject({
    code: 'bad_row',
    message: expect.stringMatching(message) as string,
  });
  sql.exec('DELETE FROM t WHERE rowid = 2');
  expect(project.export().total).toMatchObject({ written: 1 });
});

it.each([
  ['some rows', 'CREATE UNIQUE INDEX i ON t (x) WHERE x IS NOT NULL', `'one'`],
  ['an expression', 'CREATE UNIQUE INDEX i ON t (lower(x))', `'ONE'`],
  ['texts without case', 'CREATE UNIQUE INDEX i ON t (x COLLATE NOCASE)', `'ONE'`],
  ['a column that stays here', 'CREATE UNIQUE INDEX i ON t (secret)', `'other'`],
])('a row that REPLACE removes by a unique index over %s is deleted elsewhere too', (_, index, value) => {
  const file = registry({ number: 'n' }, { x: 'any', secret: 'local' });
  const schema = `CREATE TABLE t (n INTEGER PRIMARY KEY, x, secret); ${index}`;
  const folder = temporaryFolder();
  const [a, b] = [openSide(folder, 'a', { schema, file }), openSide(folder, 'b', { schema, file })];
  a.sql.exec(`INSERT INTO t VALUES (1, 'one', 's'), (2, 'two', 't')`);
  a.project.sync();
  b.project.sync();
  a.sql.exec(`REPLACE INTO t (x, secret) VALUES (${value}, 's')`);
  expect(a.project.sync().export.total).toMatchObject({ written: 1, deleted: 1 });
  // What clashed with the row that goes comes with the next import.
  for (let round = 0; round < 2; round++) b.project.sync();
  expect(b.sql.all('SELECT n, x FROM t ORDER BY n')).toEqual(a.sql.all('SELECT n, x FROM t ORDER BY n'));
  expect(a.project.sync().export.total).toMatchObject({ written: 0, deleted: 0 });
});

it('a row that went while nothing watched a table with such an index comes back from the files', () => {
  const file = registry({ number: 'n' }, { x: 'any', secret: 'local' });
  const schema =
    'CREATE TABLE t (n INTEGER PRIMARY KEY, x, secret); CREATE UNIQUE INDEX i ON t (x) WHERE x IS NOT NULL';
  const { sql, project } = openSide(temporaryFolder(), 'a', { schema, file });
  sql.exec(`INSERT INTO t VALUES (1, 'one', 's'), (2, 'two', 't')`);
  project.sync();
  sql.exec(`UPDATE t SET x = 'three' WHERE n = 2; DROP TABLE t; ${schema}; INSERT INTO t VALUES (2, 'three', 't')`);
  expect(project.status().entities.total).toMatchObject({ pendingExport: 1 });
  project.sync();
  expect(sql.all('SELECT n, x FROM t ORDER BY n')).toEqual([
    [1n, 'one'],
    [2n, 'three'],
  ]);
});
