import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generate } from './generate.mjs';
import { median, run, step } from './processes.mjs';

/** @import { Run } from './processes.mjs' */

/**
 * What the reference program takes for a workload.
 *
 * @typedef {object} ReferenceFigure
 * @property {number} wall
 * @property {number | null} rss
 * @property {string | null} failure the end of what it said, where it failed
 */

/** The reference's binary on the same data. */
export class Reference {
  #binary;
  #root;
  #runs;

  /**
   * @param {string} binary
   * @param {string} root a folder for its data
   * @param {number} runs
   */
  constructor(binary, root, runs) {
    this.#binary = binary;
    this.#root = root;
    this.#runs = runs;
  }

  /**
   * @param {string} binary
   * @param {{ readonly root: string, readonly n: number, readonly seed: number, readonly runs: number }} options
   */
  static async create(binary, { root: parent, n, seed, runs }) {
    const root = join(parent, 'reference');
    const reference = new Reference(binary, root, runs);
    mkdirSync(reference.#project, { recursive: true });
    generate(join(root, 'new.db'), n, seed, { project: reference.#project, tracking: false });
    // Its import takes issues before plans, so that the first issue with a plan would stop it: it gets easier data.
    await step('unplan', { db: join(root, 'new.db') });
    cpSync(join(root, 'new.db'), join(root, 'synced.db'));
    await reference.#sc('synced.db', 'export', '--force');
    return reference;
  }

  /**
   * What it takes for a workload, undefined for one that it does not have.
   *
   * @param {string} workload
   * @returns {Promise<ReferenceFigure | undefined>}
   */
  async measure(workload) {
    switch (workload) {
      case '1':
        return this.#measure(() => {
          this.#restore('new.db');
        }, ['export', '--force']);
      case '2':
        return this.#measure(async () => {
          this.#restore('synced.db');
          await step('change', { db: join(this.#root, 'work.db') });
        }, ['export', '--force']);
      case '3':
        return this.#measure(() => {
          this.#restore(undefined);
        }, ['import', '--force']);
      case '4':
      case '7':
        this.#restore('synced.db');
        return this.#measure(() => undefined, [workload === '4' ? 'import' : 'status']);
      default:
        return undefined;
    }
  }

  get #project() {
    return join(this.#root, 'project');
  }

  /**
   * @param {() => Promise<void> | void} prepare
   * @param {readonly string[]} parameters
   * @returns {Promise<ReferenceFigure>}
   */
  async #measure(prepare, parameters) {
    /** @type {Run[]} */
    const all = [];
    for (let index = 0; index < this.#runs; index++) {
      await prepare();
      all.push(await this.#sc('work.db', ...parameters));
    }
    const failed = all.find(({ code }) => code !== 0);
    return {
      wall: median(all.map(({ wall }) => wall)),
      rss: median(all.flatMap(({ rss }) => rss ?? [])),
      failure: failed === undefined ? null : failed.errors.trim().slice(-150),
    };
  }

  /**
   * @param {string} database
   * @param {...string} parameters
   */
  #sc(database, ...parameters) {
    return run(this.#binary, ['--db', join(this.#root, database), 'sync', ...parameters], {
      cwd: this.#project,
      env: { HOME: this.#root },
      watchMemory: true,
    });
  }

  /** Puts a database in place; undefined for an empty one. @param {string | undefined} name */
  #restore(name) {
    const path = join(this.#root, 'work.db');
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    if (name === undefined) writeFileSync(path, '');
    else cpSync(join(this.#root, name), path);
  }
}
