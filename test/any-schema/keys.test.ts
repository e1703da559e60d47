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
