import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { COMMAND, DRIVER, emptyProcess, median, run, step } from './processes.mjs';
import { Scene } from './scene.mjs';

/** @import { Result } from './workloads.mjs' */

const SQLITE = fileURLToPath(new URL('sqlite.mjs', import.meta.url));

/**
 * How long programs take that have next to nothing to do, beside Node itself and Node with SQLite.
 *
 * @param {number} runs
 * @param {number} seed
 * @returns {Promise<Result[]>}
 */
export async function measureStart(runs, seed) {
  const scene = await Scene.create(1, seed);
  try {
    scene.restore(undefined, undefined);
    await step('init', scene.input());
    const { db, project } = scene.input();
    const versions = ['base', 'ours', 'theirs'].map((name) => join(scene.root, `${name}.jsonl`));
    for (const path of versions) writeFileSync(path, '{"id":"1"}\n');
    const call = [COMMAND, '--db', db, '-C', project];
    /** @type {Readonly<Record<string, readonly string[]>>} */
    const programs = {
      'sc-sync --version': [COMMAND, '--version'],
      'sc-sync list issue, no records': [...call, 'list', 'issue'],
      'sc-sync status, no records': [...call, 'status'],
      'the merge driver, one line': [DRIVER, '--key', 'id', ...versions, 'x.jsonl'],
    };
    /** @type {{ readonly node: number, readonly sqlite: number, readonly programs: readonly number[] }[]} */
    const all = [];
    for (let index = 0; index < runs * 3; index++) {
      const node = await emptyProcess();
      const sqlite = await timeOf([SQLITE]);
      const walls = [];
      for (const words of Object.values(programs)) walls.push(await timeOf(words));
      all.push({ node, sqlite, programs: walls });
    }
    const node = median(all.map((each) => each.node));
    const sqlite = median(all.map((each) => each.sqlite));
    const row = (/** @type {string} */ title, /** @type {number} */ wall) => ({
      ...{ workload: 'start', title, wall, rss: null, figure: wall, unit: 'ms' },
      ...{ floor: node, floorTitle: 'node -e 0', ratio: wall / node },
    });
    return [
      row('Node that opens SQLite', sqlite),
      ...Object.keys(programs).map((title, place) => row(title, median(all.map((each) => each.programs[place] ?? 0)))),
    ];
  } finally {
    scene.close();
  }
}

/** @param {readonly string[]} words */
async function timeOf(words) {
  const { wall, code, errors } = await run(process.execPath, words);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${String(code)}:\n${errors}`);
  return wall;
}
