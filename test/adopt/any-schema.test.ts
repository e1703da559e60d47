import fc from 'fast-check';
import { expect, it } from 'vitest';

import { planAdoption, writeAdoption } from '../../src/adopt/adopt.js';
import { differences } from '../../src/adopt/differences.js';
import { SyncError } from '../../src/errors.js';
import { formatRegistryFile } from '../../src/registry/format-file.js';
import { parseRegistryFile } from '../../src/registry/parse-file.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { sqlName } from '../../src/store/sql-name.js';
import { expectFileValid } from '../registry/valid-file.js';
import { foreign } from './helpers.js';

const NAMES = [
  'id',
  'uid',
  'type',
  'v',
  'note_id',
  'parent_id',
  'name',
  'token',
  'password',
  'updated_at',
  'embedding',
  '__proto__',
  'a b',
  'é"`]',
  '-- x',
];
const TABLES = [
  'notes',
  'note',
  'a_cache',
  'migrations',
  'total',
  'deletions',
  'x y',
  '__proto__',
  '`"]',
  'ß',
  'notes_fts',
];
const TYPES = ['', 'TEXT', 'INTEGER', 'REAL', 'BLOB', 'NUMERIC', 'DATETIME', 'VARCHAR(9) COLLATE NOCASE'];
const VALUES = [
  'NULL',
  '1',
  '1700000000000',
  '1.5',
  `'a'`,
  `'1'`,
  `''`,
  `x'00ff'`,
  'zeroblob(999)',
  `'/home/ann/x'`,
  `'2026-01-31 10:20:30'`,
  '-9223372036854775808',
  '9e999',
];

const name = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 9, arbitrary: fc.constantFrom(...names) },
      fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
    )
    .filter((text) => !text.includes('\0') && text.isWellFormed());

const column = fc.record({
  name: name(NAMES),
  type: fc.constantFrom(...TYPES),
  rule: fc.constantFrom('', '', '', 'NOT NULL', 'UNIQUE', 'NOT NULL UNIQUE', `NOT NULL DEFAULT 'd'`, 'AS (1)'),
  refers: fc.option(fc.tuple(fc.nat(3), fc.nat(3)), { freq: 4 }),
});

const table = fc.record({
  name: name(TABLES),
  columns: fc.uniqueArray(column, { minLength: 1, maxLength: 5, selector: (each) => each.name.toLowerCase() }),
  key: fc.constantFrom(0, 0, 1, 1, 2, 3),
  suffix: fc.constantFrom('', '', 'WITHOUT ROWID'),
  rows: fc.array(fc.array(fc.constantFrom(...VALUES), { minLength: 5, maxLength: 5 }), { maxLength: 4 }),
  index: fc.constantFrom(undefined, '', 'WHERE 1'),
});

const schema = fc.record({
  tables: fc.array(table, { maxLength: 4 }),
  answers: fc.record({ ref: fc.boolean(), local: fc.boolean(), sync: fc.boolean() }),
});

type Generated = typeof table extends fc.Arbitrary<infer T> ? T : never;

/** The statements of a table; those that SQLite does not take are left out. */
function statements({ name: own, columns, key, suffix, rows, index }: Generated, all: readonly Generated[]): string[] {
  const parts = columns.map(({ name: each, type, rule, refers }) => {
    const target = refers === null ? undefined : all[refers[0]];
    const to = target?.columns[refers?.[1] ?? 0];
    const reference =
      target === undefined || to === undefined ? '' : `REFERENCES ${sqlName(target.name)} (${sqlName(to.name)})`;
    return `${sqlName(each)} ${type} ${rule} ${reference}`;
  });
  const keys = columns.slice(0, key).map((each) => sqlName(each.name));
  const primary = keys.length === 0 ? [] : [`PRIMARY KEY (${keys.join(', ')})`];
  const written = columns.filter(({ rule }) => rule !== 'AS (1)').map((each) => sqlName(each.name));
  return [
    `CREATE TABLE ${sqlName(own)} (${[...parts, ...primary].join(', ')}) ${suffix}`,
    ...(index === undefined
      ? []
      : [`CREATE UNIQUE INDEX ${sqlName(`i ${own}`)} ON ${sqlName(own)} (${written.slice(-2).join(', ')}) ${index}`]),
    ...rows.map(
      (row) =>
        `INSERT INTO ${sqlName(own)} (${written.join(', ')}) VALUES (${row.slice(0, written.length).join(', ')})`,
    ),
  ];
}

it('any schema gets a registry or a refusal, and a second run changes no byte', () => {
  fc.assert(
    fc.property(schema, ({ tables, answers }) => {
      const place = foreign('');
      const connection = openDriver(place.database);
      for (const statement of tables.flatMap((each) => statements(each, tables))) {
        try {
          connection.exec(statement);
        } catch {
          // SQLite refuses it, so no database has it.
        }
      }
      connection.close();
      let first;
      try {
        first = planAdoption(place.database, place.dir, {});
      } catch (error) {
        if (!(error instanceof SyncError) || error.code !== 'schema') throw error;
        return;
      }
      const said: Record<string, string[]> = {};
      for (const { option, value } of first.questions.flatMap((question) => question.answers)) {
        const word = option.slice(2) as keyof typeof answers;
        if (answers[word]) said[word] = [...(said[word] ?? []), value];
      }
      const answered = planAdoption(place.database, place.dir, said);
      const text = formatRegistryFile(answered.file);
      expect(parseRegistryFile(text, 'registry.json')).toEqual(answered.file);
      expectFileValid(JSON.parse(text) as object);
      writeAdoption(answered);
      const again = planAdoption(place.database, place.dir, {});
      expect(formatRegistryFile(again.file)).toBe(text);
      expect(writeAdoption(again)).toBe('unchanged');
      expect(differences(answered.file, again.file)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
