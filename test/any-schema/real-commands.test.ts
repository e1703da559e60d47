import { copyFileSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { fieldOf } from '../../src/registry/file.js';
import type { FileEntity, RegistryFile } from '../../src/registry/file.js';
import { parseRegistryFile } from '../../src/registry/parse-file.js';
import { sqlName } from '../../src/store/sql-name.js';
import type { Sql } from '../../src/store/sql.js';
import { Machine, sharedRepository } from './machine.js';
import { tablesOf } from './program.js';
import { realDatabases, schemaOf, valuesOf, tablesWithoutKey } from './real-databases.js';
import type { RealDatabase } from './real-databases.js';

const DATABASES = realDatabases();
/** Each starts the command some forty times. */
const TIME = 300_000;

/** Words of the schema that the command line knows by itself. */
const OWN_WORDS = ['savecontext', 'issue', 'checkpoint', 'context_item', 'time_entry'];

/** A text of some records that anybody may change. */
interface Place {
  readonly entity: FileEntity;
  /** The column, and its name in lines. */
  readonly column: string;
  readonly field: string;
  /** Two records, by id. */
  readonly ids: readonly [string, string];
}

/** Those of our own words that a text has, and that neither the registry nor the values of the database have. */
function strangeIn(text: string, known: string): string[] {
  const said = text.replaceAll('savecontext-sync', '').toLowerCase();
  return OWN_WORDS.filter((word) => said.includes(word) && !known.toLowerCase().includes(word));
}

/** The name of the member that has the id in a record. */
function idName({ id, fields }: FileEntity): string {
  const column = 'column' in id ? id.column : 'number' in id ? id.number : 'id';
  return fieldOf(fields[column] ?? 'text').as ?? column;
}

/** Whether a column takes a text: some texts are checked, or unique. */
function takes(sql: Sql, { table }: FileEntity, column: string): boolean {
  const [into, name] = [sqlName(table), sqlName(column)];
  sql.exec('SAVEPOINT try');
  try {
    return sql.run(`UPDATE ${into} SET ${name} = 'from a'`) > 1;
  } catch {
    return false;
  } finally {
    sql.exec('ROLLBACK TO try; RELEASE try');
  }
}

function findPlace({ clone, sql }: Machine, { entities }: RegistryFile): Place {
  const tables = new Map(tablesOf(sql).map((table) => [table.name, table]));
  for (const entity of entities) {
    const file = join(clone, '.sc-sync', entity.file);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    const [x, y] = lines.map((line) => (JSON.parse(line) as Record<string, unknown>)[idName(entity)]);
    const columns = Object.entries(entity.fields).filter(([, field]) => fieldOf(field).kind === 'text');
    const free = columns.find(
      ([column]) =>
        tables.get(entity.table)?.columns.some(({ name, isUnique }) => name === column && !isUnique) === true &&
        takes(sql, entity, column),
    );
    if (free === undefined || typeof x !== 'string' || typeof y !== 'string') continue;
    return { entity, column: free[0], field: fieldOf(free[1]).as ?? free[0], ids: [x, y] };
  }
  throw new Error('no table has two rows with a text that may be changed');
}

/** Two clones: one with the database, one with its tables alone, which got the rows. */
function twoMachines({ path }: RealDatabase): {
  readonly a: Machine;
  readonly b: Machine;
  readonly file: RegistryFile;
} {
  const root = sharedRepository();
  copyFileSync(path, join(root, 'a.db'));
  const [a, b] = [new Machine(root, 'a'), new Machine(root, 'b', schemaOf(path))];
  a.ok('adopt', '--db', a.db, ...tablesWithoutKey(a.db, join(a.clone, '.sc-sync')).flatMap((name) => ['--sync', name]));
  a.ok('init', '--db', a.db);
  a.ok('sync');
  a.ok('push');
  b.git(b.clone, 'pull', '--quiet');
  b.ok('init', '--db', b.db);
  b.ok('sync');
  const registry = join(a.clone, '.sc-sync', 'registry.json');
  return { a, b, file: parseRegistryFile(readFileSync(registry, 'utf8'), registry) };
}

/** All that the data folder says. */
function knownTo({ clone }: Machine): string {
  const dir = join(clone, '.sc-sync');
  return readdirSync(dir)
    .filter((name) => /\.jsonl?$/.test(name))
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('\n');
}

function commit(machine: Machine): void {
  machine.ok('sync');
  machine.git(machine.clone, 'add', '--all');
  machine.git(machine.clone, 'commit', '--quiet', '--message', 'records');
}

if (DATABASES.length === 0) it.todo('is tried where SCHEMAS names a folder with databases of other programs');

describe.each(DATABASES)('$name', { timeout: TIME }, (database) => {
  it('goes from one machine to another by the command line', () => {
    const { a, b, file } = twoMachines(database);
    expect(valuesOf(b.sql, file)).toEqual(valuesOf(a.sql, file));
    for (const machine of [b, a]) {
      expect(machine.ok('push')).toContain('in sync');
      expect(machine.ok('status')).toContain('in sync');
    }
  });

  it('is known to every verb, and spoken of by its own words', () => {
    const { a, b, file } = twoMachines(database);
    const { entity, field, ids } = findPlace(a, file);
    const { type } = entity;
    const [x, y] = ids;
    const registry = readFileSync(join(a.clone, '.sc-sync', 'registry.json'), 'utf8');
    for (const verb of ['list', 'put', 'get', 'log', 'rm', 'diff', 'private', 'conflicts'])
      expect(strangeIn(a.ok(verb, '--help'), registry), verb).toEqual([]);
    const said: string[] = [];
    const ok = (machine: Machine, ...words: string[]): string => {
      const text = machine.ok(...words);
      said.push(text);
      return text;
    };

    expect(ok(a, 'get', type, x)).toContain(field);
    ok(a, 'list', type);
    ok(a, 'put', type, x, `${field}=from a`);
    expect(ok(a, 'diff')).toContain('from a');
    expect(ok(a, 'status')).toContain('not in sync');
    ok(b, 'put', type, x, `${field}=from b`);
    for (const machine of [a, b, a]) ok(machine, 'push');
    expect(ok(a, 'get', type, x)).toContain('from b');
    expect(ok(b, 'conflicts')).toContain('from a');
    const [, n = ''] = /^\s*(\d+)\b[^\n]*from a/m.exec(b.ok('conflicts')) ?? [];
    ok(b, 'conflicts', 'take', n === '' ? '1' : n);
    expect(ok(b, 'log', type, x)).toContain('from b');
    ok(b, 'push');
    ok(a, 'pull');
    expect(ok(a, 'get', type, x)).toContain('from a');

    ok(a, 'private', type, y);
    ok(a, 'private');
    ok(a, 'private', type, y, '--undo');
    ok(a, 'rm', type, y, '--yes');
    ok(a, 'push');
    ok(b, 'pull');
    expect(b.run('get', type, y).status).toBe(4);
    for (const machine of [a, b]) {
      expect(ok(machine, 'status')).toContain('in sync');
      expect(machine.rows('PRAGMA foreign_key_check')).toEqual([]);
      expect(machine.rows('PRAGMA integrity_check')).toEqual([['ok']]);
    }
    expect(strangeIn(said.join('\n'), knownTo(a) + knownTo(b))).toEqual([]);
  });

  it.each(['with the merge driver', 'without a driver'])('is merged by git %s', (how) => {
    const { a, b, file } = twoMachines(database);
    const { entity, field, ids } = findPlace(a, file);
    const [x, y] = ids;
    if (how === 'without a driver') b.git(b.clone, 'config', '--remove-section', 'merge.sc-sync');
    const text = ({ sql }: Machine): unknown =>
      valuesOf(sql, { ...file, entities: file.entities.filter(({ type }) => type === entity.type) });
    a.ok('put', entity.type, x, `${field}=from a`);
    commit(a);
    a.git(a.clone, 'push', '--quiet');
    b.ok('put', entity.type, y, `${field}=from b`);
    b.ok('put', entity.type, x, `${field}=from b`);
    commit(b);
    if (how === 'without a driver') {
      expect(() => b.git(b.clone, 'pull', '--quiet', '--no-rebase', '--no-edit')).toThrow();
      expect(strangeIn(b.ok('resolve'), knownTo(a))).toEqual([]);
      b.git(b.clone, 'commit', '--quiet', '--no-edit');
    } else b.git(b.clone, 'pull', '--quiet', '--no-rebase', '--no-edit');
    b.ok('push');
    a.ok('pull');
    expect(text(a)).toEqual(text(b));
    expect(a.ok('get', entity.type, x)).toContain('from b');
    expect(a.ok('get', entity.type, y)).toContain('from b');
    for (const machine of [a, b]) expect(machine.ok('status')).toContain('in sync');
  });
});
