import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { countsOf, generate } from './generate.mjs';
import { COMMAND, median, runTimed } from './processes.mjs';

/** @import { Timed } from './processes.mjs' */

/**
 * What both programs take for the same work, whole processes.
 *
 * @typedef {object} PeerFigure
 * @property {number} n
 * @property {string} title
 * @property {{ readonly wall: number, readonly cpu: number }} ours
 * @property {{ readonly wall: number, readonly cpu: number }} other
 */

/** Ours and beads_rust (`br`) beside each other, each with the same issues in its own form. It may need `ulimit -s 1000000`. */
export class BeadsRust {
  #binary;
  #root;
  #n;

  /**
   * @param {string} binary
   * @param {string} root a folder for all data
   * @param {number} n
   */
  constructor(binary, root, n) {
    this.#binary = binary;
    this.#root = root;
    this.#n = n;
  }

  /**
   * @param {string} binary
   * @param {number} n how many issues
   * @param {number} seed
   * @param {number} runs
   * @returns {Promise<PeerFigure[]>}
   */
  static async measure(binary, n, seed, runs) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'bench-br-')));
    try {
      const peer = new BeadsRust(binary, root, n);
      await peer.#fill(seed);
      /** @type {[string, () => Promise<Timed>, () => Promise<Timed>][]} */
      const works = [
        ['first import', () => peer.#importOurs(), () => peer.#importTheirs()],
        ['one change, and its export', () => peer.#changeOurs(), () => peer.#changeTheirs()],
        ['import, nothing changed', () => peer.#ours('sync'), () => peer.#theirs('sync', '--import-only')],
      ];
      /** @type {PeerFigure[]} */
      const figures = [];
      for (const [title, ours, theirs] of works) {
        console.error(`${title} of ${n} beside br ...`);
        /** @type {[Timed[], Timed[]]} */
        const done = [[], []];
        for (let index = 0; index < runs; index++) {
          done[0].push(await ours());
          done[1].push(await theirs());
        }
        figures.push({ n, title, ours: middle(done[0]), other: middle(done[1]) });
      }
      return figures;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  get #project() {
    return join(this.#root, 'ours');
  }

  get #peer() {
    return join(this.#root, 'theirs');
  }

  get #ourFile() {
    return join(this.#project, '.savecontext', 'issues.jsonl');
  }

  get #theirFile() {
    return join(this.#peer, '.beads', 'issues.jsonl');
  }

  /** Makes the lines of both. @param {number} seed */
  async #fill(seed) {
    for (const folder of [this.#project, this.#peer]) {
      mkdirSync(folder);
      await runTimed('git', ['init', '--quiet'], { cwd: folder });
    }
    const none = Object.fromEntries(Object.keys(countsOf(1)).map((table) => [table, 0]));
    const counts = /** @type {import('./generate.mjs').Counts} */ ({ ...none, issues: this.#n });
    generate(join(this.#root, 'work.db'), this.#n, seed, { project: this.#project, counts });
    await this.#ours('init');
    await this.#ours('export');
    cpSync(this.#ourFile, join(this.#root, 'ours.jsonl'));
    writeFileSync(join(this.#root, 'theirs.jsonl'), this.#lines(this.#ourFile).map(theirLine).sort().join(''));
  }

  async #importOurs() {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.#root, `work.db${suffix}`), { force: true });
    cpSync(join(this.#root, 'ours.jsonl'), this.#ourFile);
    await this.#ours('init');
    return this.#ours('import');
  }

  async #importTheirs() {
    rmSync(join(this.#peer, '.beads'), { recursive: true, force: true });
    await this.#theirs('init', '--prefix', 'bench');
    cpSync(join(this.#root, 'theirs.jsonl'), this.#theirFile);
    return this.#theirs('sync', '--import-only');
  }

  /** Two processes of ours. */
  async #changeOurs() {
    const { id, title } = this.#newTitle(this.#ourFile);
    const [put, exported] = [await this.#ours('put', id, `title=${title}`), await this.#ours('export')];
    this.#check(this.#ourFile, title);
    return { ...put, wall: put.wall + exported.wall, cpu: put.cpu + exported.cpu };
  }

  /** One process, which exports after the change. */
  async #changeTheirs() {
    const { id, title } = this.#newTitle(this.#theirFile);
    const done = await this.#theirs('update', id, '--title', title);
    this.#check(this.#theirFile, title);
    return done;
  }

  /** A record in the middle, and a title that it does not have yet. @param {string} path */
  #newTitle(path) {
    const { id, title } = JSON.parse(this.#lines(path)[Math.floor(this.#n / 2)] ?? '');
    return { id: String(id), title: `changed ${String(title).length}`.padEnd(String(title).length + 1, '.') };
  }

  /**
   * @param {string} path
   * @param {string} title
   */
  #check(path, title) {
    const lines = this.#lines(path);
    const found = lines.filter((line) => line.includes(JSON.stringify(title))).length;
    if (lines.length === this.#n && found === 1) return;
    throw new Error(`${path} has ${lines.length} lines, and ${found} with the new title`);
  }

  /** @param {string} path */
  #lines(path) {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  }

  /** @param {...string} words */
  #ours(...words) {
    const call = [COMMAND, '--db', join(this.#root, 'work.db'), '--quiet', ...words];
    return runTimed(process.execPath, call, { cwd: this.#project, env: { HOME: this.#root } });
  }

  /** @param {...string} words */
  #theirs(...words) {
    return runTimed(this.#binary, words, { cwd: this.#peer, env: { HOME: this.#root } });
  }
}

/**
 * An issue of ours as a line of beads.
 *
 * @param {string} line
 */
function theirLine(line) {
  const { id, title, description, details, status, priority, issue_type, ...issue } = JSON.parse(line);
  const time = (/** @type {number} */ stamp) => new Date(stamp).toISOString();
  const name = (/** @type {string} */ key) => key.replace('issue_', 'bench-').replace(/-(\w+)$/, '$1');
  const dependencies = (issue.dependencies ?? []).map((/** @type {Record<string, string>} */ each) => ({
    ...{ issue_id: name(id), depends_on_id: name(each['depends_on_id'] ?? ''), type: 'blocks' },
    ...{ created_at: time(issue.created_at), created_by: 'bench' },
  }));
  const closed = issue.closed_at === null ? {} : { closed_at: time(issue.closed_at), close_reason: issue.close_reason };
  return `${JSON.stringify({
    ...{ id: name(id), title, description, ...(details === null ? {} : { notes: details }) },
    ...{ status, priority, issue_type, created_at: time(issue.created_at), created_by: 'bench' },
    ...{ updated_at: time(issue.updated_at), ...closed, labels: (issue.labels ?? []).map(plain), dependencies },
  })}\n`;
}

/** A label has no other characters there. @param {string} label */
function plain(label) {
  return label.replaceAll(/[^\w:-]/g, '_');
}

/** @param {readonly Timed[]} all */
function middle(all) {
  return { wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) };
}
