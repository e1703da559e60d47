/**
 * Measures the workloads that the package is made for, each beside the least that it could cost:
 *
 *     npm run bench [-- --n 30000 --only 1,3 --runs 3 --seed 1 --processes 4 --seconds 3 --rounds 100 --reference PATH --br PATH]
 *
 * With several numbers of records, as in `--n 1000,10000,100000`, it says how cost grows with them.
 * Machines are shared and noisy, so only ratios of medians within one run tell anything. `--reference` names the
 * binary of the reference program (`cargo install savecontext-cli` builds it), which is run on the same data.
 * `--br` names the binary of beads_rust, which is run on so many issues; `--only ''` leaves all else out.
 */
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import Table from 'cli-table3';

import { BeadsRust } from './br.mjs';
import { Reference } from './reference.mjs';
import { Scene } from './scene.mjs';
import { WORKLOADS } from './workloads.mjs';

/** @import { PeerFigure } from './br.mjs' */
/** @import { ReferenceFigure } from './reference.mjs' */
/** @import { Result } from './workloads.mjs' */

/** Every version of the files is packed by git, whole: with more records the rounds would take hours. */
const MOST_RECORDS_OF_ROUNDS = 3000;

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '30000' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
    processes: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '100' },
    reference: { type: 'string' },
    br: { type: 'string' },
  },
});
const [seed, runs] = [Number(values.seed), Number(values.runs)];
const sizes = values.n.split(',').map(Number);
const names = values.only.split(',').filter((name) => name !== '');
for (const name of names) if (WORKLOADS[name] === undefined) throw new Error(`there is no workload ${name}`);

/**
 * A result, for so many records, and the reference's figure; the first result of a workload has it.
 *
 * @typedef {Result & { readonly n: number, readonly reference: ReferenceFigure | undefined }} Line
 */

/**
 * Runs the workloads on a project of some records.
 *
 * @param {number} n
 * @returns {Promise<Line[]>}
 */
async function measure(n) {
  /** @type {Line[]} */
  const lines = [];
  const scene = await Scene.create(n, seed);
  try {
    const reference =
      values.reference === undefined
        ? undefined
        : await Reference.create(resolve(values.reference), { root: scene.root, n, seed, runs });
    for (const name of names) {
      console.error(`workload ${name} of ${n} ...`);
      const own = name === '8' && n > MOST_RECORDS_OF_ROUNDS ? await Scene.create(MOST_RECORDS_OF_ROUNDS, seed) : scene;
      try {
        const setting = {
          ...{ scene: own, runs, processes: Number(values.processes) },
          ...{ seconds: Number(values.seconds), rounds: Number(values.rounds) },
        };
        const results = (await WORKLOADS[name]?.(setting)) ?? [];
        const figure = await reference?.measure(name);
        lines.push(...results.map((result, index) => ({ ...result, n, reference: index === 0 ? figure : undefined })));
      } finally {
        if (own !== scene) own.close();
      }
    }
  } finally {
    scene.close();
  }
  return lines;
}

/** @type {Line[]} */
const results = [];
if (names.length > 0) for (const n of sizes) results.push(...(await measure(n)));
/** @type {PeerFigure[]} */
const peers = [];
if (values.br !== undefined) {
  for (const n of sizes) peers.push(...(await BeadsRust.measure(resolve(values.br), n, seed, runs)));
}

/** @param {number | undefined} value */
function short(value) {
  if (value === undefined) return '';
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/**
 * Which of its goals a result meets, in words.
 *
 * @param {Line} result
 */
function goals({ ratio, most, referenceFactor, wall, reference }) {
  const found = [];
  if (most !== undefined) found.push({ goal: `ratio <= ${most}`, met: ratio <= most });
  if (referenceFactor !== undefined) {
    const met = reference === undefined || wall === null ? undefined : reference.wall / wall >= referenceFactor;
    found.push({ goal: `${referenceFactor} times the reference's speed`, met });
  }
  return found;
}

const table = new Table({
  head: [
    '',
    'records',
    'workload',
    'command',
    'memory',
    'figure',
    'floor',
    'ratio',
    'of cpu',
    'reference',
    'times',
    'goal',
  ],
  style: { head: [], border: [], compact: true },
});
for (const result of results) {
  const { workload, n, title, wall, rss, figure, floor, floorTitle, unit, ratio, cpuRatio, note, reference } = result;
  table.push([
    workload,
    n,
    note === undefined ? title : `${title} (${note})`,
    wall === null ? '' : `${short(wall)} ms`,
    rss === null ? '' : `${short(rss / 1e6)} MB`,
    `${short(figure)} ${unit}`,
    `${short(floor)} ${unit}: ${floorTitle}`,
    short(ratio),
    short(cpuRatio),
    reference === undefined ? '' : `${short(reference.wall)} ms${reference.failure === null ? '' : ', then fails'}`,
    reference === undefined || wall === null ? '' : short(reference.wall / wall),
    goals(result)
      .map(({ goal, met }) => `${goal}${met === undefined ? '' : met ? ': met' : ': MISSED'}`)
      .join('; '),
  ]);
}
if (results.length > 0) console.log(table.toString());
if (peers.length > 0) {
  const others = new Table({
    head: ['issues', 'work', 'ours, of the processor', 'br', 'ours of br', 'ours, in all', 'br'],
    style: { head: [], border: [], compact: true },
  });
  for (const { n, title, ours, other } of peers) {
    const times = [ours.cpu, other.cpu].map((time) => `${short(time)} ms`);
    const walls = [ours.wall, other.wall].map((time) => `${short(time)} ms`);
    others.push([n, title, ...times, short(ours.cpu / other.cpu), ...walls]);
  }
  console.log(others.toString());
}
console.log(
  JSON.stringify(
    {
      ...{ node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length, seed, runs },
      results: results.map((result) => ({ ...result, goals: goals(result), reference: result.reference ?? null })),
      peers,
    },
    undefined,
    2,
  ),
);
