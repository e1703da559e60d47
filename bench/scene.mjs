import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generate } from './generate.mjs';
import { step } from './processes.mjs';

/** The file that all changed lines are in. */
export const CHANGED_FILE = 'context_items.jsonl';

/**
 * A project with a database and files, in a temporary folder, and what it needs to be put back into a known state:
 *
 * - `new`: never exported; no files
 * - `synced`: exported; files and database agree
 * - `changed`: 10 records later, exported as well
 */
export class Scene {
  /** @type {string} */
  root;
  /** @type {number} */
  n;
  /** @type {number} */
  seed;

  /**
   * @param {string} root
   * @param {number} n
   * @param {number} seed
   */
  constructor(root, n, seed) {
    this.root = root;
    this.n = n;
    this.seed = seed;
  }

  /**
   * @param {number} n
   * @param {number} seed
   */
  static async create(n, seed) {
    const scene = new Scene(realpathSync(mkdtempSync(join(tmpdir(), 'scsync-bench-'))), n, seed);
    try {
      await scene.#fill();
      return scene;
    } catch (error) {
      scene.close();
      throw error;
    }
  }

  async #fill() {
    mkdirSync(this.project);
    generate(this.kept('new.db'), this.n, this.seed, { project: this.project });
    this.restore('new', undefined);
    await step('export', this.input());
    this.keep('synced');
    await step('change', this.input());
    cpSync(this.db, this.kept('edited.db'));
    await step('export', this.input());
    this.keep('changed');
  }

  get project() {
    return join(this.root, 'project');
  }

  get dir() {
    return join(this.project, '.savecontext');
  }

  /** The database that is worked on. */
  get db() {
    return join(this.root, 'work.db');
  }

  /** What the worker is told. */
  input() {
    return { db: this.db, project: this.project, dir: this.dir };
  }

  /** @param {string} name */
  kept(name) {
    return join(this.root, name);
  }

  /** Keeps the present state under a name. @param {string} name */
  keep(name) {
    cpSync(this.db, this.kept(`${name}.db`));
    cpSync(this.dir, this.kept(name), { recursive: true });
  }

  /**
   * Puts a database and files in place; undefined for none.
   *
   * @param {string | undefined} database
   * @param {string | undefined} files
   */
  restore(database, files) {
    this.dropDatabase();
    if (database !== undefined) cpSync(this.kept(`${database}.db`), this.db);
    rmSync(this.dir, { recursive: true, force: true });
    if (files !== undefined) cpSync(this.kept(files), this.dir, { recursive: true });
  }

  dropDatabase() {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${this.db}${suffix}`, { force: true });
  }

  /** A database without our tracking, with the same rows. */
  untracked() {
    const path = this.kept('untracked.db');
    if (!existsSync(path)) generate(path, this.n, this.seed, { project: this.project, tracking: false });
    return 'untracked';
  }

  /** The lines of all files. */
  lines() {
    return linesIn(this.dir);
  }

  /** How many lines of the files differ from those of a kept state. @param {string} name */
  changedLines(name) {
    const before = new Set(linesIn(this.kept(name)));
    return this.lines().filter((line) => !before.has(line)).length;
  }

  /** @param {...string} parameters */
  git(...parameters) {
    return execFileSync('git', parameters, { cwd: this.project, encoding: 'utf8' });
  }

  close() {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** @param {string} dir */
function linesIn(dir) {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n'))
    .filter((line) => line !== '');
}
