import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

import { readAssignment } from '../../src/cli/field-values.js';
import { listConflicts } from '../../src/sync/conflicts.js';
import { makeFolder } from '../../src/files/directory.js';
import { gitHistory } from '../../src/git/history.js';
import { requireRepository } from '../../src/git/repository.js';
import { setUpFolder } from '../../src/git/set-up.js';
import type { History } from '../../src/sync/file-history.js';
import { findProject } from '../../src/sync/project.js';
import { toJson } from '../../src/record/object.js';
import { Records } from '../../src/sync/records.js';
import { Store } from '../../src/savecontext/store.js';
import { sync } from '../../src/sync/sync.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { MAIN, runBuilt } from '../cli/built-command.js';
import type { Ran } from '../cli/built-command.js';
import { oneObject } from '../cli/helpers.js';
import type { JsonObject } from '../cli/helpers.js';
import { copyEmptyDatabase } from '../empty-database.js';

/** The built merge driver. */
export const DRIVER = fileURLToPath(new URL('../../dist/bin/merge-driver.cjs', import.meta.url));

/** What git runs for a data file; `options` stand before the names. */
const driverCommand = (options = ''): string => `'${process.execPath}' '${DRIVER}' ${options} %O %A %B %P`;

/** Settings of git that no machine's own reach. */
const GIT_ENV: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: fileURLToPath(new URL('../setup/gitconfig', import.meta.url)),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'tester',
  GIT_AUTHOR_EMAIL: 'tester@example.org',
  GIT_COMMITTER_NAME: 'tester',
  GIT_COMMITTER_EMAIL: 'tester@example.org',
};

/** A folder that is gone after the test. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'sc-sync git ')));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

/** Runs git, whatever comes of it. */
export function tryGit(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...GIT_ENV, ...env },
  });
  return { status, stdout, stderr };
}

/** A work tree of git with a database of its own. */
export class Clone {
  readonly root: string;
  readonly db: string;
  readonly dir: string;

  /** @param root an existing work tree, or a folder in which one is made. */
  constructor(root: string, options: { readonly db?: string; readonly isThere?: boolean } = {}) {
    this.root = root;
    this.db = options.db ?? join(dirname(root), `${root.split('/').at(-1) ?? ''}.db`);
    this.dir = join(root, '.savecontext');
    if (options.isThere === true) return;
    mkdirSync(root, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Clones another repository. */
  static of(remote: string, root: string): Clone {
    execFileSync('git', ['clone', '--quiet', remote, root], {
      env: { PATH: process.env['PATH'] ?? '', ...GIT_ENV },
      stdio: 'ignore',
    });
    return new Clone(root, { isThere: true });
  }

  /** Runs git, which must succeed. */
  git(...args: readonly string[]): string {
    const ran = tryGit(this.root, args);
    expect(ran.status, `git ${args.join(' ')}: ${ran.stderr}${ran.stdout}`).toBe(0);
    return ran.stdout.trim();
  }

  /** Runs git, whatever comes of it. */
  tryGit(...args: readonly string[]): Ran {
    return tryGit(this.root, args);
  }

  /** Sets the merge driver up, without `init`. */
  useDriver(pattern = '.savecontext/*.jsonl', options = ''): this {
    writeFileSync(join(this.root, '.git/info/attributes'), `${pattern} merge=savecontext\n`);
    this.git('config', 'merge.savecontext.driver', driverCommand(options));
    return this;
  }

  /** Runs the built command. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
    return runBuilt(args, { cwd: this.root, env: { ...this.env(), ...env } });
  }

  /** Starts the built command, beside others. */
  start(args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { cwd: this.root, env: this.env() }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  }

  /** The environment that the command runs in. */
  env(): Record<string, string> {
    const { PATH = '', TMPDIR = '' } = process.env;
    return { PATH, TMPDIR, HOME: dirname(this.root), SC_DB: this.db, SC_ACTOR: 'tester', ...GIT_ENV };
  }

  /** Runs the built command, which must succeed, and gives what it printed. */
  ok(...args: readonly string[]): string {
    const ran = this.run(args);
    expect(ran.status, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`).toBe(0);
    return ran.stdout;
  }

  /** Runs the built command with `--json`. */
  json(args: readonly string[], status = 0, env: Readonly<Record<string, string>> = {}): JsonObject {
    const ran = this.run([...args, '--json'], env);
    expect(ran.status, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`).toBe(status);
    return oneObject(ran.stdout, args);
  }

  /** Does what the command does, in this process. */
  init(): void {
    if (existsSync(this.db)) Store.open(this.db, { create: true }).close();
    else copyEmptyDatabase(this.db);
    makeFolder(this.dir);
    setUpFolder(requireRepository(this.root), this.dir);
  }

  /** Syncs as the command does. */
  sync(history: History = gitHistory(this.dir)): SyncOutcome {
    return this.#withStore((store, projectPath) => {
      const outcome = sync(store, { projectPath, dir: this.dir, actor: 'tester', history });
      expect(outcome.export.refused).toEqual([]);
      return outcome;
    });
  }

  /** Syncs, and commits the data folder. */
  commit(message = 'records'): void {
    this.sync();
    this.git('add', '-A', '.savecontext');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
  }

  /** Changes a record as `sc-sync put` does, later than everything before. */
  put(type: string, id: string, ...assignments: readonly string[]): void {
    const before = Date.now();
    while (Date.now() === before);
    this.#withStore((store, projectPath) => {
      const records = new Records(store, projectPath);
      const values = assignments.map((text) => readAssignment(records.entity(type), text, (path) => path));
      records.put(type, id, Object.fromEntries(values.map(({ name, value }) => [name, value])));
    });
  }

  /** Deletes a record as `sc-sync rm` does. */
  rm(type: string, id: string): void {
    this.#withStore((store, projectPath) => new Records(store, projectPath).remove(type, id));
  }

  /** A field of a record, undefined where there is no such record. */
  field(type: string, id: string, name: string): unknown {
    return this.#withStore((store, projectPath) => {
      const found = new Records(store, projectPath).get(type, id);
      return found === undefined ? undefined : (JSON.parse(toJson(found)) as JsonObject)[name];
    });
  }

  /** The journal, as `type/id field lost`, in the order of its texts. */
  journal(): string[] {
    const entries = this.#withStore((store, projectPath) => listConflicts(store, projectPath));
    return entries.map(({ type, id, field, lost }) => `${type}/${id} ${String(field)} ${lost}`).sort();
  }

  /** The data files. */
  files(): Readonly<Record<string, string>> {
    const names = readdirSync(this.dir).filter((name) => name.endsWith('.jsonl'));
    return Object.fromEntries(names.sort().map((name) => [name, this.read(name)]));
  }

  /** The files of lost values that wait for an import, wherever they lie. */
  lostValues(): string[] {
    const folders = [this.dir, join(this.root, '.git/sc-sync')].filter((path) => existsSync(path));
    return folders.flatMap((path) =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => basename(name).startsWith('.lost-values'))
        .map((name) => join(path, name)),
    );
  }

  read(name: string): string {
    return readFileSync(join(this.dir, name), 'utf8');
  }

  /** All records of all types, as text. */
  records(): string {
    return this.#withStore((store, projectPath) => {
      const records = new Records(store, projectPath);
      const all = store.registry.entities.flatMap(({ type }) => [...records.list(type)]);
      return all.map((content) => `${toJson(content)}\n`).join('');
    });
  }

  #withStore<T>(body: (store: Store, projectPath: string) => T): T {
    const store = Store.open(this.db);
    try {
      return body(store, findProject(store, this.dir).project);
    } finally {
      store.close();
    }
  }
}

/** Three issues and three memories, written as another program would. */
function addRecords({ db, root }: Clone): void {
  const store = Store.open(db);
  for (const n of [1, 2, 3]) {
    store.sql.run(
      `INSERT INTO issues (id, project_path, title, details, created_at, updated_at) VALUES (?, ?, ?, 'd', 1, 1)`,
      `issue_${n}`,
      root,
      `title ${n}`,
    );
    for (const label of ['a', 'b']) {
      store.sql.run(
        `INSERT INTO issue_labels (id, issue_id, label) VALUES (?, ?, ?)`,
        `label_${n}${label}`,
        `issue_${n}`,
        label,
      );
    }
    store.sql.run(
      `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at) VALUES (?, ?, ?, ?, 'note', 1, 1)`,
      `mem_${n}`,
      root,
      `k${n}`,
      `value ${n}`,
    );
  }
  store.close();
}

/** Where the clones of {@link pair} are: databases and repositories hold absolute paths, so a copy must lie where it was made. */
const STAGE = join(realpathSync(tmpdir()), `sc-sync git ${process.pid}`);
const template = (name: string): string => `${STAGE} ${name}`;

/** Two clones of one bare repository that have a few records in common. The first clones of a process are made, the others copied. */
export function pair({ driver = true }: { readonly driver?: boolean } = {}): {
  ann: Clone;
  bob: Clone;
  remote: string;
} {
  const kind = driver ? 'with driver' : 'without driver';
  const isCopy = !existsSync(STAGE);
  const root = isCopy ? STAGE : folder();
  const [ann, bob, remote] = [join(root, 'ann'), join(root, 'bob'), join(root, 'server.git')];
  if (!isCopy || !existsSync(template(kind))) {
    mkdirSync(root, { recursive: true });
    makePair(ann, bob, remote, driver);
    if (isCopy) copyTree(root, template(kind));
  } else {
    copyTree(template(kind), root);
    // The copies of the files have other inodes, and git would look at them again and again.
    for (const clone of [ann, bob]) tryGit(clone, ['update-index', '-q', '--refresh']);
  }
  if (isCopy) {
    onTestFinished(() => {
      rmSync(root, { recursive: true, force: true });
    });
  }
  const there = { isThere: true };
  return { ann: new Clone(ann, there), bob: new Clone(bob, there), remote };
}

/** Copies all that is in a folder, times too: `cpSync` rounds them. */
function copyTree(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

function makePair(annRoot: string, bobRoot: string, remote: string, driver: boolean): void {
  const root = dirname(remote);
  tryGit(root, ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  const ann = new Clone(annRoot);
  ann.git('remote', 'add', 'origin', remote);
  ann.init();
  addRecords(ann);
  ann.commit();
  ann.git('push', '--quiet', '-u', 'origin', 'main');
  const bob = Clone.of(remote, bobRoot);
  bob.init();
  bob.sync();
  // The attributes that `init` committed name the driver; a clone without it has nothing to run.
  for (const clone of [ann, bob]) {
    if (driver) clone.useDriver();
    else clone.tryGit('config', '--remove-section', 'merge.savecontext');
  }
}

/** A file that both have and change, each at its own end. */
export function changeCode(ann: Clone, bob: Clone): void {
  const write = ({ root }: Clone, text: string): void => {
    writeFileSync(join(root, 'code.txt'), text);
  };
  write(ann, '1\n2\n3\n4\n');
  ann.git('add', 'code.txt');
  ann.git('commit', '--quiet', '-m', 'code');
  ann.git('push', '--quiet');
  bob.git('pull', '--quiet', '--no-rebase', '--no-edit');
  write(ann, 'ann\n2\n3\n4\n');
  write(bob, '1\n2\n3\nbob\n');
  for (const clone of [ann, bob]) clone.git('commit', '--quiet', '-m', 'more code', '--', 'code.txt');
}
