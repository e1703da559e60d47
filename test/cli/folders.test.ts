import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { findActor } from '../../src/cli/actor.js';
import { findFolders } from '../../src/cli/folders.js';
import { Session } from '../../src/cli/session.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { ATLAS, Sandbox } from './helpers.js';

function folder(...parts: string[]): string {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

function git(cwd: string, ...args: string[]): void {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd, env, stdio: 'pipe' });
}

describe('the folder of a project', () => {
  it('is the nearest one upwards that has an export directory', () => {
    const root = temporaryFolder();
    folder(root, 'outer', '.savecontext');
    const inner = folder(root, 'outer', 'inner');
    folder(inner, '.savecontext');
    expect(findFolders(folder(inner, 'src', 'deep')).folder).toBe(inner);
  });

  it('is else the root of the git work tree, else the given folder', () => {
    const root = temporaryFolder();
    git(root, 'init', '--quiet', 'repository');
    expect(findFolders(folder(root, 'repository', 'src')).folder).toBe(join(root, 'repository'));
    expect(findFolders(folder(root, 'plain')).folder).toBe(join(root, 'plain'));
  });

  it('has the export directory of another program, where a registry lies in it, or the one that is named', () => {
    const root = folder(temporaryFolder(), 'x');
    const inside = folder(root, 'src');
    folder(root, '.sc-sync');
    expect(findFolders(inside)).toMatchObject({ folder: inside, dir: join(inside, '.savecontext') });
    writeFileSync(join(root, '.sc-sync', 'registry.json'), '{}');
    expect(findFolders(inside)).toMatchObject({ folder: root, dir: join(root, '.sc-sync') });
    folder(root, '.savecontext');
    expect(findFolders(inside)).toMatchObject({ folder: root, dir: join(root, '.savecontext') });
    expect(findFolders(inside, join(root, '.sc-sync'))).toMatchObject({ folder: root, dir: join(root, '.sc-sync') });
  });

  it("is not the home folder for all that lies in it, whose .savecontext is the database's", () => {
    const home = temporaryFolder();
    folder(home, '.savecontext', 'data');
    const project = folder(home, 'code', 'project');
    expect(findFolders(project, undefined, home).folder).toBe(project);
  });

  it('stands for the main work tree in a linked one', () => {
    const root = temporaryFolder();
    const main = folder(root, 'main');
    git(main, 'init', '--quiet');
    git(main, 'commit', '--quiet', '--allow-empty', '-m', 'first');
    git(main, 'worktree', 'add', '--quiet', join(root, 'linked'));
    const linked = join(root, 'linked');
    expect(findFolders(linked)).toEqual({ folder: linked, dir: join(linked, '.savecontext'), main });
    folder(linked, 'packages', 'a', '.savecontext');
    expect(findFolders(join(linked, 'packages', 'a'))).toEqual({
      folder: join(linked, 'packages', 'a'),
      dir: join(linked, 'packages', 'a', '.savecontext'),
      main: join(main, 'packages', 'a'),
    });
    expect(findFolders(main)).toEqual({ folder: main, dir: join(main, '.savecontext'), main: undefined });
  });

  it('stands for none in a submodule, or where the repository is bare', () => {
    const root = temporaryFolder();
    const submodule = folder(root, 'sub');
    writeFileSync(join(submodule, '.git'), 'gitdir: ../.git/modules/sub\n');
    expect(findFolders(submodule).main).toBeUndefined();
    const bare = folder(root, 'linked');
    writeFileSync(join(bare, '.git'), `gitdir: ${root}/repository.git/worktrees/linked\n`);
    expect(findFolders(bare)).toEqual({ folder: bare, dir: join(bare, '.savecontext'), main: undefined });
  });
});

describe('the project', () => {
  it('is found from a subfolder', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    const status = sandbox.json(['status'], { cwd: folder(sandbox.project, 'src', 'deep') });
    expect(status).toMatchObject({ project: sandbox.project, dir: sandbox.dir });
  });

  it('is the one that the records in the files have here, and that is said', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    sandbox.ok(['init', '--project', ATLAS]);
    sandbox.ok(['export']);
    const other = new Sandbox();
    sandbox.copyFixture('full/before.db', other.db);
    other.withStore(() => undefined);
    execFileSync('cp', ['-r', sandbox.dir, other.dir]);
    expect(other.json(['status'])).toMatchObject({
      project: ATLAS,
      notes: [expect.stringContaining(`belong to the project ${ATLAS}`)],
    });
    const { stdout, stderr } = other.run(['status']);
    expect(stdout).toContain(`project ${ATLAS}`);
    expect(stderr).toContain(`belong to the project ${ATLAS}`);
    expect(other.run(['status', '--quiet']).stderr).toBe('');
  });

  it('of a linked work tree is that of the main one, with files of its own', () => {
    const sandbox = new Sandbox();
    git(sandbox.project, 'init', '--quiet');
    git(sandbox.project, 'commit', '--quiet', '--allow-empty', '-m', 'first');
    const linked = join(sandbox.root, 'linked');
    git(sandbox.project, 'worktree', 'add', '--quiet', linked);
    sandbox.ok(['init']);
    sandbox.ok(['put', 'memory', 'key=a', 'value=b']);
    const status = sandbox.json(['export'], { cwd: linked });
    expect(status).toMatchObject({
      project: sandbox.project,
      dir: join(linked, '.savecontext'),
      entities: { total: { written: 1 } },
      notes: [expect.stringContaining('linked work tree')],
    });
  });

  it('may be named, relative to -C', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    sandbox.ok(['init', '--project', 'x', '--create', '-C', '..']);
    expect(sandbox.json(['status', '--project', 'x', '-C', '..'])).toMatchObject({
      project: join(sandbox.root, 'work', 'x'),
      dir: join(sandbox.root, 'work', '.savecontext'),
    });
  });
});

describe('the database', () => {
  const pathOf = (db: string | undefined, env: Record<string, string>): string =>
    new Session({ directory: '/', ...(db !== undefined && { db }) }, {}, env).database.path;

  it('is --db, SC_DB, SAVECONTEXT_DB, or the default one', () => {
    const env = { SC_DB: '/a.db', SAVECONTEXT_DB: '/b.db' };
    expect(pathOf('c.db', env)).toBe('/c.db');
    expect(pathOf(undefined, env)).toBe('/a.db');
    expect(pathOf(undefined, { ...env, SC_DB: '' })).toBe('/b.db');
    expect(pathOf(undefined, {})).toBe(join(homedir(), '.savecontext', 'data', 'savecontext.db'));
  });

  it('is in the home folder where its path begins with ~, wherever it was written', () => {
    const inHome = join(homedir(), 'm.db');
    expect(pathOf('~/m.db', {})).toBe(inHome);
    expect(pathOf(undefined, { SC_DB: '~/m.db' })).toBe(inHome);
    expect(pathOf(undefined, { SAVECONTEXT_DB: '~/m.db' })).toBe(inHome);
    expect(pathOf('~m.db', {})).toBe('/~m.db');
    expect(pathOf('./~/m.db', {})).toBe('/~/m.db');
    expect(() => pathOf('~ann/m.db', {})).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('a path that begins with ~', () => {
  it('is in the home folder for -C, --project and files, too', () => {
    const session = new Session({ directory: '~', project: '~/none' });
    expect(session.resolve('a')).toBe(join(homedir(), 'a'));
    expect(session.resolve('~/a')).toBe(join(homedir(), 'a'));
    expect(session.place({ create: true }).projectPath).toBe(join(homedir(), 'none'));
  });
});

describe('the actor', () => {
  it('is SC_ACTOR, else the git user, else the login', () => {
    const root = temporaryFolder();
    git(root, 'init', '--quiet');
    const env = { PATH: process.env['PATH'] ?? '', HOME: root };
    expect(findActor(root, { ...env, SC_ACTOR: 'ann' })).toBe('ann');
    expect(findActor(root, env)).not.toBe('');
    git(root, 'config', 'user.name', 'Bob');
    expect(findActor(root, env)).toBe('Bob');
    expect(findActor(root, { ...env, GIT_DIR: '/nowhere', GIT_CONFIG_COUNT: 'x' })).toBe('Bob');
    expect(findActor(root, { PATH: '' })).not.toBe('');
  });
});
