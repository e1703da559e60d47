import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { planAdoption, writeAdoption } from '../../src/adopt/adopt.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { closed } from '../robustness/database-file.js';
import { foreign, thrownBy } from './helpers.js';

const SQL = `CREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER); INSERT INTO t VALUES ('a', 1);`;

/** The bytes of all files in a folder, but for what SQLite shares in memory. */
function bytesIn(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  const files = names.filter((name) => !name.endsWith('-shm'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name)).toString('latin1')]));
}

describe('adopt changes no byte of the database', () => {
  it.each(['DELETE', 'WAL'])('in mode %s', async (mode) => {
    const place = foreign(`PRAGMA journal_mode = ${mode}; ${SQL}`);
    await closed();
    const before = bytesIn(place.folder);
    writeAdoption(planAdoption(place.database, place.dir, {}));
    await closed();
    expect(bytesIn(place.folder)).toEqual(before);
  });

  it('that another program has open, with rows in the log alone', async () => {
    const place = foreign(`PRAGMA journal_mode = WAL; ${SQL}`);
    const other = openDriver(place.database);
    onTestFinished(() => {
      other.close();
    });
    other.exec(`INSERT INTO t VALUES ('b', 1.5)`);
    const before = bytesIn(place.folder);
    const { file } = planAdoption(place.database, place.dir, {});
    await closed();
    expect(bytesIn(place.folder)).toEqual(before);
    expect(file.entities[0]?.fields).toMatchObject({ n: { kind: 'any' } });
  });

  it('that a program left without emptying its log', async () => {
    const place = foreign(`PRAGMA journal_mode = WAL; ${SQL}`);
    const other = openDriver(place.database);
    other.exec(`INSERT INTO t VALUES ('b', 1.5)`);
    const left = join(place.folder, 'left');
    mkdirSync(left);
    for (const suffix of ['', '-wal']) copyFileSync(place.database + suffix, join(left, `theirs.db${suffix}`));
    other.close();
    const before = bytesIn(left);
    const { file } = planAdoption(join(left, 'theirs.db'), place.dir, {});
    await closed();
    expect(bytesIn(left)).toEqual(before);
    expect(file.entities[0]?.fields).toMatchObject({ n: { kind: 'any' } });
  });
});

describe('adopt refuses', () => {
  it.each([
    ['what is not there', undefined, 'database', /There is no database at .*theirs\.db/],
    ['what is encrypted', Buffer.alloc(8192, 0xa7), 'database', /is encrypted, or is no SQLite database/],
    ['a text', 'hello', 'database', /is encrypted, or is no SQLite database/],
    ['an empty file', '', 'schema', /has no tables/],
  ])('%s', (_, content, code, message) => {
    const { folder, dir } = foreign('');
    const database = join(folder, 'other', 'theirs.db');
    mkdirSync(join(folder, 'other'));
    if (content !== undefined) writeFileSync(database, content);
    const error = thrownBy(() => planAdoption(database, dir, {}));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(error).toMatchObject({ hint: expect.stringMatching(/^name .*--db|without a key$/) as string });
  });

  it('a folder', () => {
    const { folder, dir } = foreign('');
    expect(thrownBy(() => planAdoption(folder, dir, {}))).toMatchObject({ code: 'database' });
  });

  it('a database that is damaged', () => {
    const { database, dir } = foreign(SQL);
    writeFileSync(database, readFileSync(database).fill(0xff, 100));
    expect(thrownBy(() => planAdoption(database, dir, {}))).toMatchObject({ code: 'database' });
  });
});
