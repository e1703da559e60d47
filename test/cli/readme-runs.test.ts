import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { readPage, root } from '../page-examples.js';
import { MAIN } from './built-command.js';
import { Sandbox } from './helpers.js';
import type { Ran } from './built-command.js';

/** The commands of a part of the README, block by block; what installs the package was done by the test. */
function blocksOf(heading: string): string[] {
  const page = readPage('README.md');
  const from = page.indexOf(`\n## ${heading}\n`);
  expect(from, heading).toBeGreaterThan(0);
  const part = page.slice(from + 1, page.indexOf('\n## ', from + 1));
  return [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) =>
    (code ?? '').replaceAll(/^npm install .*\n/gm, ''),
  );
}

/** What `npx` does with a package that is installed, without the start of npm. */
const NPX = 'npx() { "./node_modules/.bin/$1" "${@:2}"; }';

/** A repository with the package installed, as each of the four users has it. */
class FirstRun {
  readonly sandbox = new Sandbox();
  readonly project = this.sandbox.project;
  readonly env: Readonly<Record<string, string>> = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(this.sandbox.root, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };

  readonly #first: string;

  /** @param first what each shell begins with. */
  constructor(first = NPX) {
    this.#first = first;
    const modules = join(this.project, 'node_modules');
    mkdirSync(join(modules, '.bin'), { recursive: true });
    symlinkSync(root, join(modules, 'savecontext-sync'));
    symlinkSync(MAIN, join(modules, '.bin', 'sc-sync'));
    this.shell('git init --quiet --initial-branch=main');
    this.shell('git config --global user.name Ann && git config --global user.email ann@example.org');
    writeFileSync(join(this.project, '.gitignore'), 'node_modules/\n');
    this.shell('git add -A && git commit --quiet -m code');
  }

  /** Runs commands in a shell that stops at the first that fails. */
  run(commands: string, options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}): Ran {
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--norc', '-euo', 'pipefail', '-c', `${this.#first}\n${commands}`],
      {
        cwd: options.cwd ?? this.project,
        env: { ...this.env, ...options.env },
        encoding: 'utf8',
        input: '',
      },
    );
    return { status, stdout, stderr };
  }

  /** Runs commands that must succeed, and gives what they print. */
  shell(commands: string, options: Parameters<FirstRun['run']>[1] = {}): string {
    const ran = this.run(commands, options);
    expect(ran.status, `${commands}\n${ran.stdout}${ran.stderr}`).toBe(0);
    return ran.stdout;
  }

  withRemote(): void {
    this.shell(`git init --quiet --bare -b main ../remote.git && git remote add origin ../remote.git`);
  }
}

describe('the README leads through a first run of', () => {
  it('a developer with a SaveContext database', () => {
    // With npm's own npx.
    const user = new FirstRun('');
    user.sandbox.copyFixture('full/before.db', join(user.env['HOME'] ?? '', '.savecontext/data/savecontext.db'));
    user.withRemote();
    const [once = '', daily = ''] = blocksOf('With a SaveContext database');
    const said = user.shell(once);
    expect(said).toMatch(/\/projects\/atlas +114/);
    // The records are another folder's, and the command that takes them stands there.
    expect(said).toMatch(/^next: sc-sync init --project PATH/m);
    user.shell('npx sc-sync init --project /projects/atlas');
    expect(user.shell(daily)).toMatch(/in sync/);
    expect(user.shell('git ls-tree -r --name-only origin/main')).toContain('.savecontext/issues.jsonl');
    expect(user.shell('npx sc-sync status')).not.toContain('merge driver');
  });

  it('somebody with any other SQLite database', () => {
    const user = new FirstRun();
    user.withRemote();
    const program = openDriver(join(user.project, 'notes.db'));
    program.exec(`CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT NOT NULL, token TEXT);
      INSERT INTO note (title, token) VALUES ('Rye', 'k-4711')`);
    program.close();
    const [recipe = ''] = blocksOf('With any other SQLite database');
    const said = user.shell(recipe);
    expect(said).toMatch(/note\.token: stays here[^]*1 table synced[^]*pushed 2 commits/);
    const pushed = user.shell('git ls-tree -r --name-only origin/main');
    expect(pushed).toMatch(/^\.sc-sync\/note\.jsonl\n\.sc-sync\/registry\.json$/m);
    expect(pushed).not.toContain('notes.db');
    expect(user.shell('git show origin/main:.sc-sync/note.jsonl')).not.toContain('4711');
    expect(user.shell('npx sc-sync status')).toMatch(/in sync/);
  });

  it('a coding agent', () => {
    const user = new FirstRun();
    user.shell('npx sc-sync init');
    const said = blocksOf('As a coding agent').map((block) => user.shell(block));
    const objects = said.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line) as object);
    expect(objects).toHaveLength(5);
    expect(objects[3]).toMatchObject({ record: { key: 'release', value: 'npm publish' } });
    expect(objects[4]).toMatchObject({ inSync: true });
    user.shell('git add -A && git commit --quiet -m records');
    const recipes = blocksOf('Three recipes')
      .join('')
      .split('\n')
      .filter((line) => !line.includes('resolve'));
    expect(user.shell(recipes.join('\n'))).toMatch(/created[^]*memory release/);
  });

  it('a team with JSONL files of another tool', () => {
    const user = new FirstRun();
    for (const block of blocksOf('With JSONL files of another tool')) user.shell(block);
    const write = (a: string, b: string): void =>
      writeFileSync(join(user.project, 'bugs.jsonl'), `{"id":"a","title":"${a}"}\n{"id":"b","title":"${b}"}\n`);
    const commit = (message: string): string => user.shell(`git add -A && git commit --quiet -m ${message}`);
    write('old', 'old');
    commit('bugs');
    user.shell('git switch --quiet -c topic');
    write('new', 'old');
    commit('topic');
    user.shell('git switch --quiet main');
    write('old', 'other');
    commit('main');
    user.shell('git merge --quiet topic');
    expect(readFileSync(join(user.project, 'bugs.jsonl'), 'utf8')).toBe(
      '{"id":"a","title":"new"}\n{"id":"b","title":"other"}\n',
    );
  });

  it('a programmer with the library', () => {
    // Its example is run by documentation.test.ts; here it stands under its heading.
    expect(readPage('README.md')).toMatch(/\n## As a library\n\n```ts\nimport \{/);
  });
});

/** What people do wrong, what they are told, and the exit status. */
const MISTAKES: readonly (readonly [name: string, commands: string, status: number, told: RegExp])[] = [
  ['a folder that is not there', 'sc-sync -C /nowhere/atlas status', 4, /\/nowhere\/atlas/],
  ['a database that is not there', 'sc-sync --db /nowhere/m.db status', 2, /\/nowhere\/m\.db/],
  ['a project that is not there', 'sc-sync init --project /typo', 4, /\/typo[^]*--create/],
  ['a typo in a verb', 'sc-sync stauts', 4, /did you mean status/],
  ['a typo in an option', 'sc-sync sync --al', 4, /did you mean --all/],
  ['a typo in a type', 'sc-sync list isue', 4, /issue/],
  ['a typo in a field', 'sc-sync put issue titel=x', 4, /titel[^]*title/],
  ['a typo in a key', 'sc-sync get memory relaese', 4, /release/],
  ['a beginning that no id has', 'sc-sync put issue zzzz title=x', 4, /zzzz[^]*--create/],
  ['a value that its field does not have', 'sc-sync put issue title=x priority=9', 4, /priority[^]*4/],
  ['no record', 'sc-sync get', 4, /record/],
  ['no input', 'sc-sync put memory -', 4, /./],
  ['a shell of which there are no completions', 'sc-sync completions tcsh', 4, /bash, zsh, fish/],
  ['a push without a remote', 'sc-sync push', 4, /remote/],
  [
    'a push without an identity',
    'git config --global --unset user.name; git remote add origin ../r; sc-sync push',
    4,
    /who you are/,
  ],
  [
    'a file in the way of the folder',
    'mkdir ../p && cd ../p && touch .savecontext && sc-sync init',
    8,
    /\.savecontext/,
  ],
  ['a folder that nobody can write', 'sc-sync -C /proc init', 8, /\/proc/],
  ['a resolve where nothing is wrong', 'sc-sync resolve', 0, /nothing/],
];

describe('somebody who makes a mistake is told what to do', () => {
  const withRecords = (): FirstRun => {
    const user = new FirstRun();
    user.shell("npx sc-sync init && npx sc-sync put memory mem_1 key=release value='npm publish' --create");
    return user;
  };
  const path = (user: FirstRun): Readonly<Record<string, string>> => ({
    PATH: `${join(user.project, 'node_modules/.bin')}:${user.env['PATH'] ?? ''}`,
  });

  it('in one breath, without a stack, and with the right exit status', () => {
    const user = withRecords();
    for (const [name, commands, status, told] of MISTAKES) {
      const ran = user.run(commands, { env: path(user) });
      const text = ran.stdout + ran.stderr;
      expect({ name, status: ran.status, text }).toEqual({
        name,
        status,
        text: expect.stringMatching(told) as unknown,
      });
      expect(text, name).not.toMatch(/\n {4}at |unexpected|fault of sc-sync/);
      expect(text.split('\n').length, name).toBeLessThan(40);
    }
    // Nothing of it has made a record.
    expect(user.shell('sc-sync list issue', { env: path(user) })).toContain('0 records');
  });

  it('outside of a repository', () => {
    const user = withRecords();
    mkdirSync(join(user.sandbox.root, 'plain'));
    const options = { cwd: join(user.sandbox.root, 'plain'), env: path(user) };
    user.shell('sc-sync init && sc-sync sync', options);
    const push = user.run('sc-sync push', options);
    expect(push.status).toBe(4);
    expect(push.stderr).toMatch(/git init/);
  });

  it('by nothing, where a reader stops early', () => {
    const user = withRecords();
    for (const key of ['a', 'b']) user.shell(`sc-sync put memory key=${key} value=v`, { env: path(user) });
    expect(user.run('sc-sync list memory | head -1', { env: path(user) })).toMatchObject({ status: 0, stderr: '' });
    expect(user.run('sc-sync --help | head -1', { env: path(user) })).toMatchObject({ status: 0, stderr: '' });
  });

  it('by nothing, after Ctrl-C, and everything is as it was', async () => {
    const user = withRecords();
    const before = user.shell('sc-sync list memory', { env: path(user) });
    const child = spawn(process.execPath, [MAIN, 'put', 'memory', '-'], {
      cwd: user.project,
      env: { ...user.env, ...path(user) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.write('{"key":');
    await new Promise((done) => setTimeout(done, 1500));
    child.kill('SIGINT');
    const signal = await new Promise((done) => child.on('close', (_, by) => done(by)));
    expect(signal).toBe('SIGINT');
    expect(user.shell('sc-sync list memory', { env: path(user) })).toBe(before);
    user.shell('sc-sync sync', { env: path(user) });
  });

  it('finds the project from a subfolder and from a linked work tree', () => {
    const user = withRecords();
    mkdirSync(join(user.project, 'src/deep'), { recursive: true });
    user.shell('git worktree add --quiet ../linked', { env: path(user) });
    for (const cwd of [join(user.project, 'src/deep'), join(user.sandbox.root, 'work/linked')]) {
      expect(user.shell('sc-sync list memory', { cwd, env: path(user) })).toContain('release');
    }
    expect(existsSync(join(user.project, 'src/deep/.savecontext'))).toBe(false);
  });

  it('keeps two projects of one database apart', () => {
    const user = withRecords();
    const other = join(user.sandbox.root, 'other');
    mkdirSync(other);
    execFileSync('git', ['init', '--quiet', other]);
    expect(user.shell('sc-sync init', { cwd: other, env: path(user) })).toContain(`--project ${user.project}`);
    expect(user.shell('sc-sync list memory', { cwd: other, env: path(user) })).toContain('0 records');
    expect(user.run('sc-sync get release', { cwd: other, env: path(user) }).status).toBe(4);
  });

  it('fits a narrow terminal with its help', () => {
    const user = withRecords();
    const help = user.shell('sc-sync --help', { env: { ...path(user), COLUMNS: '60' } });
    const lines = help.split('\n').filter((line) => !line.startsWith('  $ '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});
