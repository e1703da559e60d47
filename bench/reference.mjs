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

/**
 * Runs the reference's binary on the same data, and gives its figures by workload.
 *
 * @param {string} binary
 * @param {{ readonly root: string, readonly n: number, readonly seed: number, readonly runs: number }} options
 * @returns {Promise<ReadonlyMap<string, ReferenceFigure>>}
 */
export async function measureReference(binary, { root: parent, n, seed, runs }) {
  const root = join(parent, 'reference');
  const project = join(root, 'project');
  const dir = join(project, '.savecontext');
  const db = join(root, 'work.db');
  mkdirSync(project, { recursive: true });
  generate(join(root, 'new.db'), n, seed, { project, tracking: false });
  // Its import takes issues before plans, so that the first issue with a plan would stop it: it gets easier data.
  await step('unplan', { db: join(root, 'new.db') });
  const sc = (/** @type {string} */ database, /** @type {string[]} */ ...parameters) =>
    run(binary, ['--db', database, ...parameters], { cwd: project, env: { HOME: root }, watchMemory: true });
  const drop = (/** @type {string} */ database) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
  };
  const restore = (/** @type {string} */ name) => {
    drop(db);
    cpSync(join(root, name), db);
  };
  /** @type {Map<string, ReferenceFigure>} */
  const figures = new Map();
  const measure = async (
    /** @type {string} */ workload,
    /** @type {() => Promise<void> | void} */ prepare,
    /** @type {() => Promise<Run>} */ body,
  ) => {
    /** @type {Run[]} */
    const all = [];
    for (let index = 0; index < runs; index++) {
      await prepare();
      all.push(await body());
    }
    const failed = all.find(({ code }) => code !== 0);
    figures.set(workload, {
      wall: median(all.map(({ wall }) => wall)),
      rss: median(all.flatMap(({ rss }) => rss ?? [])),
      failure: failed === undefined ? null : failed.errors.trim().slice(-150),
    });
  };

  await measure(
    '1',
    () => {
      restore('new.db');
      rmSync(dir, { recursive: true, force: true });
    },
    () => sc(db, 'sync', 'export', '--force'),
  );
  cpSync(db, join(root, 'synced.db'));
  await measure(
    '2',
    async () => {
      restore('synced.db');
      await step('change', { db, project, dir });
    },
    () => sc(db, 'sync', 'export', '--force'),
  );
  const empty = join(root, 'empty.db');
  await measure(
    '3',
    () => {
      drop(empty);
      writeFileSync(empty, '');
    },
    () => sc(empty, 'sync', 'import', '--force'),
  );
  restore('synced.db');
  await measure(
    '4',
    () => undefined,
    () => sc(db, 'sync', 'import'),
  );
  await measure(
    '7',
    () => undefined,
    () => sc(db, 'sync', 'status'),
  );
  return figures;
}
