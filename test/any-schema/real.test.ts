import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { planAdoption, writeAdoption } from '../../src/adopt/adopt.js';
import { SyncError } from '../../src/errors.js';
import { sqlName } from '../../src/store/sql-name.js';
import type { Sql } from '../../src/store/sql.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { Program, tablesOf } from './program.js';
import { Random } from './random.js';
import { adoptedFile, oddDatabase, openProgram, realDatabases, schemaOf, valuesOf } from './real-databases.js';
import type { RealDatabase } from './real-databases.js';
import { nextStatement, seenOf } from './session.js';
import { openSide } from './world.js';
import type { Side } from './world.js';

const DATABASES = [oddDatabase(), ...realDatabases()];
/** For a database of many rows, on a machine that is busy. */
const TIME = 300_000;
const ROUNDS = 3;
const WRITES = 30;
const STATEMENTS = 150;
const SEEDS = (process.env['SEEDS'] ?? '1 2').split(' ').map(Number);

const isSound = (sql: Sql): void => {
  expect(sql.all('PRAGMA foreign_key_check')).toEqual([]);
  expect(sql.all('PRAGMA integrity_check')).toEqual([['ok']]);
};

/** A side whose database is a copy, and one with the same tables and no rows. */
function sides({ path }: RealDatabase): {
  readonly a: Side;
  readonly b: Side;
  readonly file: ReturnType<typeof adoptedFile>;
} {
  const folder = temporaryFolder();
  const file = adoptedFile(path, join(folder, 'registry'));
  const a = openSide(folder, 'a', { copy: path, file });
  return { a, b: openSide(folder, 'b', { schema: schemaOf(path), file }), file };
}

/** Runs what a program writes; what its tables refuse is no write. */
function play(sql: Sql, program: Program, count: number): void {
  for (let written = 0; written < count; written++) {
    const statement = program.write();
    if (statement === undefined) continue;
    try {
      sql.exec(statement);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
    }
  }
}

/** What a unique key refuses waits until somebody decides: here the record that waits goes, and its line with it. */
function settle(a: Side, b: Side): void {
  for (let rounds = 0; rounds < 5; rounds++) {
    for (const [side, other] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const { what, type, id } of side.project.sync().import.notices) {
        if (what === 'orphaned' && other.project.records.get(type, id) !== undefined)
          other.project.records.delete(type, id);
      }
    }
    for (const side of [a, b, a, b]) side.project.sync();
    if ([a, b].every((side) => side.project.status().inSync)) return;
  }
}

it('adopt asks one question at most in most of them', () => {
  const asked = DATABASES.map(({ path }) => planAdoption(path, temporaryFolder(), {}).questions.length).sort(
    (x, y) => x - y,
  );
  expect(asked[Math.floor(asked.length / 2)]).toBeLessThanOrEqual(1);
});

describe.each(DATABASES)('$name', { timeout: TIME }, (database) => {
  it('gets a registry without an answer, and a second run changes no byte of it nor of the database', () => {
    const dir = temporaryFolder();
    const path = join(dir, 'theirs.db');
    copyFileSync(database.path, path);
    const adopted = planAdoption(path, dir, {});
    expect(adopted.file.entities.length).toBeGreaterThan(0);
    expect(writeAdoption(adopted)).toBe('created');
    expect(writeAdoption(planAdoption(path, dir, {}))).toBe('unchanged');
    expect(readFileSync(path).equals(readFileSync(database.path))).toBe(true);
  });

  it('comes into empty tables as it is: every value and number the same, and nothing to write back', () => {
    const { a, b, file } = sides(database);
    expect(a.project.export().refused).toEqual([]);
    expect(b.project.import().notices).toEqual([]);
    expect(valuesOf(b.sql, file)).toEqual(valuesOf(a.sql, file));
    expect(b.project.export().total).toMatchObject({ written: 0, deleted: 0 });
    isSound(b.sql);
  });

  it.each(SEEDS)('comes to the same lines where two sides go on, with seed %i', (seed) => {
    const { a, b, file } = sides(database);
    for (const side of [a, b]) side.project.sync();
    const synced = new Set(file.entities.map(({ table }) => table));
    const tables = tablesOf(a.sql).filter(({ name }) => synced.has(name));
    const random = new Random(seed);
    const [ann, ben] = [new Program(a.sql, random, tables, 'ann'), new Program(b.sql, random, tables, 'ben')];
    for (let round = 0; round < ROUNDS; round++) {
      play(a.sql, ann, WRITES);
      play(b.sql, ben, WRITES);
      for (const side of [a, b, a, b]) side.project.sync();
    }
    settle(a, b);
    expect(a.project.status()).toMatchObject({ inSync: true });
    expect(b.project.status()).toMatchObject({ inSync: true });
    expect(b.lines()).toEqual(a.lines());
    isSound(a.sql);
    isSound(b.sql);
  });

  it.each(SEEDS)('lets its program notice nothing of the tracking, in a session with seed %i', (seed) => {
    const folder = temporaryFolder();
    const file = adoptedFile(database.path, join(folder, 'registry'));
    const untracked = join(folder, 'untracked.db');
    copyFileSync(database.path, untracked);
    const plain = openProgram(untracked);
    const side = openSide(folder, 'tracked', { copy: database.path, file });
    side.project.export();
    const random = new Random(seed);
    const tables = tablesOf(plain);
    const program = new Program(plain, random, tables, 'ann');
    const names = tables.map(({ name }) => name);
    for (let n = 0; n < STATEMENTS; n++) {
      const statement = nextStatement(plain, random, program, names);
      expect(seenOf(side.sql, statement), statement).toEqual(seenOf(plain, statement));
    }
    for (const sql of [plain, side.sql]) {
      seenOf(sql, 'ROLLBACK');
      sql.exec('VACUUM');
    }
    for (const name of names) {
      const all = `SELECT * FROM ${sqlName(name)}`;
      expect(seenOf(side.sql, all), all).toEqual(seenOf(plain, all));
    }
    side.project.export();
    expect(side.project.status()).toMatchObject({ inSync: true });
    isSound(side.sql);
  });

  it('makes no record of copies that are adopted on two machines', () => {
    const folder = temporaryFolder();
    const [a, b] = ['a', 'b'].map((name) => {
      const file = adoptedFile(database.path, join(folder, `registry-${name}`));
      return openSide(folder, name, { copy: database.path, file });
    });
    a?.project.sync();
    const outcome = b?.project.sync();
    expect(outcome?.import.total).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(outcome?.export.total).toMatchObject({ written: 0, deleted: 0 });
  });

  it('says when it is opened which column is not as the registry says', () => {
    const folder = temporaryFolder();
    const file = adoptedFile(database.path, join(folder, 'registry'));
    for (const entity of file.entities) {
      const wrong = { ...entity, fields: { ...entity.fields, lacking: 'text' as const } };
      const registry = { ...file, entities: file.entities.map((each) => (each === entity ? wrong : each)) };
      const name = `wrong-${entity.type}`;
      expect(() => openSide(folder, name, { copy: database.path, file: registry })).toThrow(`${entity.table}.lacking`);
    }
  });
});
