import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ATLAS, Sandbox } from './helpers.js';
import type { JsonObject } from './helpers.js';

/** No variable names the database. */
const PLAIN = { env: { SC_DB: '' } };

function git(cwd: string, ...args: string[]): string {
  const words = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args];
  return execFileSync('git', words, { cwd, encoding: 'utf8', stdio: 'pipe' });
}

/** A database in which another path has all records. */
function elsewhere(...paths: string[]): Sandbox {
  const sandbox = new Sandbox();
  for (const path of paths) {
    const cwd = join(sandbox.root, 'old', path);
    mkdirSync(cwd, { recursive: true });
    sandbox.ok(['init'], { cwd });
    sandbox.ok(['put', 'memory', 'key=k', 'value=v'], { cwd });
  }
  return sandbox;
}

describe('a first run', () => {
  it('in a new folder lists the only project that has records, and the command that takes it', () => {
    const sandbox = elsewhere('atlas');
    const old = join(sandbox.root, 'old', 'atlas');
    const expected = { projects: [{ path: old, records: 1 }], next: `sc-sync init --project ${old}` };
    expect(sandbox.json(['status'])).toMatchObject(expected);
    expect(sandbox.json(['init'])).toMatchObject(expected);
    expect(sandbox.json(['sync'])).toMatchObject({ ...expected, inSync: true });
    expect(sandbox.json(['sync', '--dry-run'])).toMatchObject(expected);
    expect(sandbox.ok(['sync'])).toContain(`next: sc-sync init --project ${old}   to sync that project`);
    expect(sandbox.ok(['status'])).toContain(`next: sc-sync init --project ${old}   to sync that project`);
    expect(sandbox.ok(['init', '--project', old])).toBe(
      `bound ${sandbox.dir} to the project ${old}\nnext: sc-sync sync   brings the database and the files to the same\n`,
    );
    const after = sandbox.json(['status']);
    expect(after).toMatchObject({ project: old, entities: { total: { rows: 1 } } });
    expect(after).not.toHaveProperty('projects');
    expect(sandbox.json(['sync'])).not.toHaveProperty('projects');
    expect(sandbox.ok(['init', '--project', old])).toMatch(/^nothing to do: /);
  });

  it('lists several, and none where the folder has records or files of its own', () => {
    const sandbox = elsewhere('a', 'b c');
    const status = sandbox.json(['status']);
    expect(status['next']).toBe('sc-sync init --project PATH');
    expect((status['projects'] as JsonObject[]).map(({ records }) => records)).toEqual([1, 1]);
    sandbox.ok(['init']);
    sandbox.ok(['put', 'memory', 'key=k', 'value=v']);
    expect(sandbox.json(['status'])).not.toHaveProperty('projects');
    const clone = elsewhere('a');
    mkdirSync(clone.dir);
    writeFileSync(
      join(clone.dir, 'memories.jsonl'),
      '{"type":"memory","id":"mem_1","project_path":".","key":"k","value":"v","category":"command","created_at":1,"updated_at":1,"v":1}\n',
    );
    expect(clone.json(['init'])).not.toHaveProperty('projects');
  });

  it('refuses a project that the database does not have, with those that it has', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    const error = sandbox.error(['init', '--project', '/projects/atlsa'], 4);
    expect(error).toMatchObject({
      code: 'not_found',
      message: 'The database has no project /projects/atlsa',
      hint: 'did you mean /projects/atlas? sc-sync init --project /projects/atlsa --create makes it',
    });
    expect(error['details']).toContain(`${ATLAS}: 114 records`);
    expect(existsSync(sandbox.dir)).toBe(false);
    for (const verb of ['status', 'sync', 'export', 'diff']) {
      expect(sandbox.error([verb, '--project', '/projects/atlsa'], 4)['code']).toBe('not_found');
    }
    expect(sandbox.json(['init', '--project', '/projects/new', '--create'])).toMatchObject({
      project: '/projects/new',
    });
    expect(sandbox.json(['status', '--project', '/projects/new'])).toMatchObject({ project: '/projects/new' });
  });

  it('gives the project the row by which the SaveContext command line finds it', () => {
    const sandbox = Sandbox.withFixture('empty/before.db');
    const done = sandbox.json(['init'])['done'];
    expect(done).toContain(`added the project ${sandbox.project} to the database`);
    const rows = sandbox.withStore(({ sql }) => ({
      own: sql.all('SELECT name, created_at / 1e12 > 1 FROM projects WHERE project_path = ?', sandbox.project),
      forms: sql.all(
        `SELECT substr(id, 1, 5), length(id) >= 17, typeof(project_path), typeof(name), description, next_issue_number, plan_prefix,
           next_plan_number, typeof(created_at), created_at = updated_at FROM projects`,
      ),
    }));
    expect(rows.own).toEqual([['proj', 1n]]);
    // That of the reference, and ours.
    expect(rows.forms).toHaveLength(2);
    expect(rows.forms[1]).toEqual(rows.forms[0]);
    expect(sandbox.json(['init'])).not.toHaveProperty('done');
  });

  it('says once that a folder is bound, also where sync does it', () => {
    const sandbox = new Sandbox();
    sandbox.withStore(() => undefined);
    sandbox.run(['status']);
    const said = `${sandbox.dir} belongs to the project ${sandbox.project} from now on\n`;
    expect(sandbox.run(['sync', '--dry-run']).stderr).toBe('');
    expect(sandbox.run(['sync']).stderr).toBe(said);
    expect(sandbox.run(['sync']).stderr).toBe('');
  });
});

describe('the database that init was told of', () => {
  it('is used by every verb from then on, from subfolders and linked work trees too', () => {
    const sandbox = new Sandbox();
    git(sandbox.project, 'init', '--quiet');
    git(sandbox.project, 'commit', '--quiet', '--allow-empty', '-m', 'first');
    git(sandbox.project, 'worktree', 'add', '--quiet', join(sandbox.root, 'linked'));
    const db = join(sandbox.project, 'memory.db');
    expect(sandbox.ok(['init', '--db', 'memory.db'], PLAIN)).toContain(
      `remembered the database ${db} for this folder\n`,
    );
    expect(sandbox.json(['init', '--db', 'memory.db'], PLAIN)).not.toHaveProperty('done');
    sandbox.ok(['put', 'memory', 'key=k', 'value=v'], PLAIN);
    for (const cwd of [join(sandbox.project, 'src'), join(sandbox.root, 'linked')]) {
      mkdirSync(cwd, { recursive: true });
      expect(sandbox.json(['list', 'memory'], { ...PLAIN, cwd })['records']).toHaveLength(1);
    }
    expect(sandbox.json(['init'], PLAIN)['database']).toBe(db);
  });

  it('is remembered outside of git too, and only for its folder', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init', '--db', '../one.db'], PLAIN);
    expect(sandbox.json(['init'], PLAIN)['database']).toBe(join(sandbox.root, 'work', 'one.db'));
    const other = join(sandbox.root, 'other');
    mkdirSync(other);
    expect(sandbox.json(['init'], { ...PLAIN, cwd: other })['database']).toBe(
      join(sandbox.root, 'home', '.savecontext', 'data', 'savecontext.db'),
    );
  });

  it('gives way to --db and SC_DB, which is said, and goes before SAVECONTEXT_DB', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    sandbox.ok(['init', '--db', 'one.db'], PLAIN);
    const one = join(sandbox.project, 'one.db');
    const databaseOf = (env: Record<string, string>, ...words: string[]): JsonObject =>
      sandbox.json(['init', ...words], { env });
    expect(databaseOf({ SC_DB: '', SAVECONTEXT_DB: sandbox.db })).toMatchObject({ database: one });
    expect(databaseOf({})).toMatchObject({
      database: sandbox.db,
      notes: [`SC_DB names the database, so the one that this folder remembers is not used: ${one}`],
    });
    expect(databaseOf({ SC_DB: '' }, '--db', sandbox.db)).not.toHaveProperty('notes');
  });

  it('is never taken from a file that a commit could bring', () => {
    const sandbox = new Sandbox();
    git(sandbox.project, 'init', '--quiet');
    sandbox.ok(['init'], PLAIN);
    writeFileSync(join(sandbox.dir, 'sc-sync-databases.json'), '{".":"/nowhere.db"}');
    expect(sandbox.json(['status'], PLAIN)['project']).toBe(sandbox.project);
  });

  it('is forgotten by --undo; a file of it that is broken is named', () => {
    const sandbox = new Sandbox();
    git(sandbox.project, 'init', '--quiet');
    sandbox.ok(['init', '--db', 'one.db'], PLAIN);
    const memory = join(sandbox.project, '.git', 'sc-sync-databases.json');
    expect(sandbox.ok(['init', '--undo'], PLAIN)).toContain('forgot the database ');
    expect(existsSync(memory)).toBe(false);
    writeFileSync(memory, '{"." : 5}');
    expect(sandbox.error(['status'], 4, PLAIN)).toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining(memory) as unknown,
    });
  });

  it('stands in the hint of an error until it is remembered', () => {
    const sandbox = new Sandbox();
    const hint = (...words: string[]): unknown =>
      sandbox.error(['--db', 'a b.db', ...words], words.length > 1 ? 4 : 2)['hint'];
    expect(hint('status')).toContain("sc-sync --db 'a b.db' init makes it");
    sandbox.ok(['init', '--db', 'other.db']);
    sandbox.withStore(() => undefined);
    const named = ['--db', sandbox.db, 'get', 'issue', 'none'];
    expect(sandbox.error(named, 4)['hint']).toBe(`see them all: sc-sync --db ${sandbox.db} list issue`);
    sandbox.ok(['init', '--db', sandbox.db]);
    expect(sandbox.error(named, 4)['hint']).toBe('see them all: sc-sync list issue');
  });

  it('is put into the ignore file where it lies in the work tree, once', () => {
    const sandbox = new Sandbox();
    git(sandbox.project, 'init', '--quiet');
    mkdirSync(join(sandbox.project, 'data [1]'));
    writeFileSync(join(sandbox.project, '.gitignore'), 'node_modules/');
    sandbox.ok(['init', '--db', 'data [1]/m.db'], PLAIN);
    sandbox.ok(['put', 'memory', 'key=k', 'value=v'], PLAIN);
    expect(git(sandbox.project, 'status', '--porcelain', '--untracked-files=all')).not.toContain('m.db');
    const ignored = readFileSync(join(sandbox.project, '.gitignore'), 'utf8');
    expect(ignored.split('\n').filter((line) => line.includes('m.db'))).toHaveLength(3);
    expect(sandbox.json(['init'], PLAIN)).not.toHaveProperty('done');
    sandbox.ok(['init', '--undo'], PLAIN);
    expect(readFileSync(join(sandbox.project, '.gitignore'), 'utf8')).toBe('node_modules/');
  });

  it('is named where git has it already', () => {
    const sandbox = new Sandbox();
    git(sandbox.project, 'init', '--quiet');
    sandbox.withStore(() => undefined);
    execFileSync('cp', [sandbox.db, join(sandbox.project, 'm.db')]);
    git(sandbox.project, 'add', 'm.db');
    expect(sandbox.ok(['init', '--db', 'm.db'], PLAIN)).toContain('warning: git has the database m.db');
  });
});
