import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { expectFileValid } from '../registry/valid-file.js';
import { Sandbox } from './helpers.js';

const SQL = `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL);
  CREATE TABLE "my memos" (id INTEGER PRIMARY KEY, creator_id INTEGER NOT NULL, body TEXT);
  CREATE TABLE migrations (version INTEGER PRIMARY KEY);
  INSERT INTO users VALUES (1, 'ann', 'x'), (2, 'bob', 'y'); INSERT INTO "my memos" VALUES (1, 2, 'hello')`;

function sandboxWith(sql: string): Sandbox {
  const sandbox = new Sandbox();
  const connection = openDriver(sandbox.db);
  connection.exec(sql);
  connection.close();
  return sandbox;
}

const pathIn = ({ project }: Sandbox, dir = '.sc-sync'): string => join(project, dir, 'registry.json');

describe('adopt', () => {
  it('writes a registry, says what it decided and asks what it cannot know', () => {
    const sandbox = sandboxWith(SQL);
    const text = sandbox.ok(['adopt']);
    expect(text).toContain('users: synced as user, each row known by its number id\n');
    expect(text).toContain('migrations: stays here, since it looks like migrations (--sync migrations syncs it)\n');
    expect(text).toContain(`question 1: Do these columns refer to other rows`);
    // It can be copied into a shell, whatever the table is called.
    expect(text).toContain(`\n  --ref 'my memos.creator_id=users'\n`);
    expect(text).toContain(`question 2: May others see users.password?`);
    expect(text).toMatch(/\ncreated .*registry\.json: 2 tables synced, 1 not, 2 questions\nnext: sc-sync init .*\n$/);
    expectFileValid(JSON.parse(readFileSync(pathIn(sandbox), 'utf8')) as object);
    expect(sandbox.ok(['adopt', '--quiet'])).not.toContain('synced as');
  });

  it('gives the same to programs, and changes no byte the second time', () => {
    const sandbox = sandboxWith(SQL);
    const args = [
      'adopt',
      '--ref',
      'my memos.creator_id=users',
      '--local',
      'users.password',
      '--tables',
      'my memos,users',
    ];
    const first = sandbox.json(args);
    expect(first).toMatchObject({ database: sandbox.db, path: pathIn(sandbox), action: 'created', dryRun: false });
    const bytes = readFileSync(pathIn(sandbox), 'utf8');
    expect(first['registry']).toEqual(JSON.parse(bytes));
    expect(first['questions']).toBeUndefined();
    expect(sandbox.json(['adopt'])).toMatchObject({ action: 'unchanged', registry: first['registry'] });
    expect(readFileSync(pathIn(sandbox), 'utf8')).toBe(bytes);
  });

  it('with --dry-run shows the file, and writes nothing', () => {
    const sandbox = sandboxWith(SQL);
    const text = sandbox.ok(['adopt', '--dry-run', '--dir', 'sub/data', '--quiet']);
    const file = text.slice(text.indexOf('\n{\n'));
    expectFileValid(JSON.parse(file) as object);
    expect(existsSync(join(sandbox.project, 'sub'))).toBe(false);
    expect(sandbox.json(['adopt', '--dir', 'sub/data'])).toMatchObject({ path: pathIn(sandbox, 'sub/data') });
  });

  it('with --check says what is new, and exits with 1 for it', () => {
    const sandbox = sandboxWith(SQL);
    expect(sandbox.error(['adopt', '--check'], 4)).toMatchObject({ code: 'not_found', hint: 'make it: sc-sync adopt' });
    sandbox.ok(['adopt']);
    expect(sandbox.json(['adopt', '--check'])).toEqual({ database: sandbox.db, path: pathIn(sandbox), fits: true });
    const connection = openDriver(sandbox.db);
    connection.exec('ALTER TABLE users ADD COLUMN email TEXT');
    connection.close();
    expect(sandbox.json(['adopt', '--check'], { status: 1 })).toMatchObject({
      fits: false,
      differences: [
        { says: 'the column users.email is new', edit: expect.stringContaining('.fields.email: {') as string },
      ],
    });
    expect(sandbox.run(['adopt', '--check'])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('the column users.email is new\n  entities[') as string,
    });
    sandbox.ok(['adopt']);
    expect(sandbox.ok(['adopt', '--check'])).toMatch(/registry\.json fits the database\n$/);
  });

  it('shows no control character that a name has', () => {
    const sandbox = sandboxWith(
      'CREATE TABLE "a\u001b[31mb" (id TEXT PRIMARY KEY, "c\nd" TEXT, password TEXT NOT NULL)',
    );
    for (const args of [
      ['adopt', '--dry-run'],
      ['adopt', '--dry-run', '--json'],
    ])
      expect(sandbox.ok(args).replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('refuses what it cannot read', () => {
    const sandbox = sandboxWith(SQL);
    expect(sandbox.error(['adopt', '--db', 'nowhere.db'], 2)).toMatchObject({ code: 'database' });
    expect(sandbox.error(['adopt', '--dir', ''], 4)).toMatchObject({ code: 'usage' });
    // Somebody may have committed a link that leads to anywhere.
    symlinkSync(sandbox.root, join(sandbox.project, 'link'));
    expect(sandbox.error(['adopt', '--dir', 'link'], 6)).toMatchObject({ code: 'refused' });
    expect(sandbox.error(['adopt', '--local', 'nobody'], 4)).toMatchObject({ code: 'usage' });
  });
});
