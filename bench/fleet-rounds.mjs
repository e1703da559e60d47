import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FleetClone, git } from './fleet-clone.mjs';
import { COMMAND } from './processes.mjs';

/** The issue that every clone edits in every round. */
export const SHARED = 'issue_shared';

/** After so many rounds a clone deletes what it added. */
const LIFETIME = 2;

/** Every so many rounds a clone sets the one field that others set too. */
const CLASH = 4;

/**
 * A value that a clone wrote into the field that all have in common.
 *
 * @typedef {object} Written
 * @property {string} value
 * @property {string} over what the clone found there
 */

/** Clones of one bare repository, each with a database of its own, and what they wrote. */
export class Fleet {
  /** @type {string} */
  root;
  /** @type {readonly FleetClone[]} */
  clones;
  /** Ids that must be everywhere in the end. @type {Set<string>} */
  kept = new Set([SHARED]);
  /** Ids that must be nowhere but among the deletions. @type {Set<string>} */
  deleted = new Set();
  /** Labels that the common issue must have. @type {Set<string>} */
  labels = new Set();
  /** What the title of the common issue was set to. @type {Written[]} */
  titles = [];

  /**
   * @param {string} root
   * @param {readonly FleetClone[]} clones
   */
  constructor(root, clones) {
    this.root = root;
    this.clones = clones;
  }

  /**
   * Makes a bare repository with one issue in it, and clones of it.
   *
   * @param {number} count
   * @param {string} command the built command that they run
   */
  static async create(count, command = COMMAND) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'scsync-fleet-')));
    const names = Array.from({ length: count }, (_, index) => `c${index + 1}`);
    const fleet = new Fleet(
      root,
      names.map((name) => new FleetClone(root, name, command)),
    );
    try {
      await fleet.#begin();
      return fleet;
    } catch (error) {
      fleet.close();
      throw error;
    }
  }

  async #begin() {
    git(this.root, 'init', '--quiet', '--bare', '--initial-branch=main', 'server.git');
    const [first, ...others] = this.clones;
    if (first === undefined) throw new Error('a fleet has at least one clone');
    first.create();
    const { code, out, errors } = await first.run('init');
    if (code !== 0) throw new Error(`init failed: ${out}${errors}`);
    first.edit((records) => {
      records.put('issue', SHARED, { title: 'first' });
    });
    const { fault } = await first.push();
    if (fault !== undefined) throw new Error(fault);
    for (const clone of others) clone.create();
  }

  /** Every clone adds, edits and deletes, then all push at the same time. @param {number} round */
  async round(round) {
    for (const [index, clone] of this.clones.entries()) this.#edit(clone, round, (index + round) % CLASH === 0);
    return Promise.all(this.clones.map((clone) => clone.push()));
  }

  /**
   * @param {FleetClone} clone
   * @param {number} round
   * @param {boolean} clashes
   */
  #edit(clone, round, clashes) {
    const of = (/** @type {string} */ prefix, /** @type {number} */ n) => `${prefix}_${clone.name}r${n}`;
    clone.edit((records, read) => {
      const [issue, memory] = [of('issue', round), of('mem', round)];
      records.put('issue', issue, { title: `by ${clone.name}`, labels: [clone.name] });
      records.put('memory', memory, { key: memory, value: `by ${clone.name}`, category: 'note' });
      for (const id of [issue, memory]) this.kept.add(id);
      // A clone that never pulled has no common issue yet.
      const common = read('issue', SHARED);
      if (common !== undefined) {
        const label = of('label', round);
        records.put('issue', SHARED, { labels: [...common.labels, label] });
        this.labels.add(label);
        if (clashes) {
          const title = of('title', round);
          records.put('issue', SHARED, { title });
          this.titles.push({ value: title, over: common.title });
        }
      }
      const old = of('mem', round - LIFETIME);
      if (this.kept.delete(old)) {
        records.remove('memory', old);
        this.deleted.add(old);
      }
    });
  }

  close() {
    rmSync(this.root, { recursive: true, force: true });
  }
}
