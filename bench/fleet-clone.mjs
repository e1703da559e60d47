import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Store } from '../dist/index.js';
import { gitHistory } from '../dist/git/history.js';
import { toJson } from '../dist/record/object.js';
import { Records } from '../dist/sync/records.js';
import { run } from './processes.mjs';

/** Settings of git that no machine's own reach. */
const GIT = Object.freeze({ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' });

/**
 * What a push came to.
 *
 * @typedef {object} Pushed
 * @property {string} who
 * @property {number | null} code its exit status
 * @property {number} wall milliseconds
 * @property {number} tries
 * @property {number} merges how many of them had to merge
 * @property {number} waited milliseconds of pauses
 * @property {string | undefined} fault what went wrong, in one line
 */

/** A work tree with its database. */
export class FleetClone {
  /** @type {string} */
  name;
  /** @type {string} */
  #root;
  /** @type {string} */
  #home;
  /** @type {string} */
  #command;

  /**
   * @param {string} home
   * @param {string} name
   * @param {string} command the built command that it runs
   */
  constructor(home, name, command) {
    this.name = name;
    this.#home = home;
    this.#command = command;
    this.#root = join(home, name);
  }

  get dir() {
    return join(this.#root, '.savecontext');
  }

  get #db() {
    return join(this.#home, `${this.name}.db`);
  }

  /** Clones the repository, makes a database, and takes into it what is there. */
  create() {
    git(this.#home, 'clone', '--quiet', 'server.git', this.name);
    mkdirSync(this.dir, { recursive: true });
    Store.open(this.#db, { create: true }).close();
    this.#withStore((store) => store.project(this.#root, { dir: this.dir, history: gitHistory(this.dir) }).sync());
  }

  /**
   * Runs the command as its users do.
   *
   * @param {...string} parameters
   */
  run(...parameters) {
    const env = { ...GIT, SC_DB: this.#db, SC_ACTOR: this.name, HOME: this.#home };
    return run(process.execPath, [this.#command, ...parameters], { cwd: this.#root, env });
  }

  /** @returns {Promise<Pushed>} */
  async push() {
    const { code, wall, out, errors } = await this.run('push', '--json');
    const json = parsed(out);
    const said = { who: this.name, code, wall, tries: Number(json?.tries ?? 0), waited: Number(json?.waited ?? 0) };
    const merges = (json?.merged ?? []).filter((/** @type {string} */ each) => each === 'merge').length;
    const isGood = code === 0 && json?.inSync === true && said.tries > 0;
    const fault = `push of ${this.name} ended with ${String(code)}: ${out.trim() || errors.trim() || 'without a word'}`;
    return { ...said, merges, fault: isGood ? undefined : fault };
  }

  /** Pulls; gives what went wrong, if anything. */
  async pull() {
    const { code, out, errors } = await this.run('pull', '--json');
    const isGood = code === 0 && parsed(out)?.inSync === true;
    return isGood ? undefined : `pull of ${this.name} ended with ${String(code)}: ${out.trim() || errors.trim()}`;
  }

  /**
   * Writes into the database, as another program would.
   *
   * @param {(records: Records, read: (type: string, id: string) => any) => void} body
   */
  edit(body) {
    this.#withStore((store) => {
      const records = new Records(store, this.#root);
      body(records, (type, id) => {
        const found = records.get(type, id);
        return found === undefined ? undefined : JSON.parse(toJson(found));
      });
    });
  }

  /** All records of the database, each as a line of JSON, by id. @returns {Map<string, string>} */
  records() {
    return this.#withStore((store) => {
      const records = new Records(store, this.#root);
      const all = store.registry.entities.flatMap(({ type }) => [...records.list(type)]);
      return new Map(all.map((content) => [content.id, toJson(content)]));
    });
  }

  /** The journal. */
  journal() {
    return this.#withStore((store) => store.project(this.#root).conflicts.list());
  }

  /** The data files, each as its text. @returns {Record<string, string>} */
  files() {
    const names = readdirSync(this.dir).filter((name) => name.endsWith('.jsonl'));
    return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(this.dir, name), 'utf8')]));
  }

  /** What git does not have of the work tree, and where HEAD is. */
  gitState() {
    return { status: git(this.#root, 'status', '--porcelain'), head: git(this.#root, 'rev-parse', 'HEAD') };
  }

  /**
   * @template T
   * @param {(store: Store) => T} body
   */
  #withStore(body) {
    const store = Store.open(this.#db);
    try {
      return body(store);
    } finally {
      store.close();
    }
  }
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} cwd
 * @param {...string} parameters
 */
export function git(cwd, ...parameters) {
  const env = { ...process.env, ...GIT };
  return execFileSync('git', parameters, { cwd, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
}
