/**
 * Lets many clones push to one bare repository at the same time, round after round, and looks whether everything arrives:
 *
 *     npm run build && node bench/fleet.mjs [--clones 16 --rounds 50] [--other path/to/dist/bin/sc-sync.cjs]
 *
 * A second fleet may run another build of the command, each round after or before the first one, to compare the seconds of a push. Prints
 * a table and JSON, and ends with 1 when something was lost, doubled, differs, or ended without saying so.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import Table from 'cli-table3';

import { settle } from './fleet-checks.mjs';
import { Fleet } from './fleet-rounds.mjs';

/** @import { Pushed } from './fleet-clone.mjs' */

const { values } = parseArgs({
  options: {
    clones: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '50' },
    other: { type: 'string' },
  },
});
const [clones, rounds] = [Number(values.clones), Number(values.rounds)];

const { pushes, others, seconds, faults } = await run();
const total = sum(seconds);
const tries = pushes.map((push) => push.tries);
const figures = {
  ...{ clones, rounds, pushes: pushes.length, failed: pushes.filter(({ fault }) => fault !== undefined).length },
  tries: spread(tries),
  merges: sum(pushes.map((push) => push.merges)),
  secondsWaited: sum(pushes.map((push) => push.waited)) / 1000,
  secondsOfPush: spread(pushes.map((push) => push.wall / 1000)),
  secondsOfRound: spread(seconds),
  ...{ seconds: total, pushesPerSecond: pushes.length / total },
  ...(others.length === 0 ? {} : { ofTheOther: compare(pushes, others) }),
};

const table = new Table({ style: { head: [], border: [], compact: true } });
for (const [name, value] of Object.entries(figures)) {
  const parts =
    typeof value === 'number' ? [short(value)] : Object.entries(value).map(([of, n]) => `${of} ${short(n)}`);
  table.push([name, parts.join(', ')]);
}
console.log(table.toString());
for (const fault of faults) console.log(`does not hold: ${fault}`);
console.log(JSON.stringify({ node: process.version, ...figures, faults }, undefined, 2));
if (faults.length > 0) process.exitCode = 1;

/** All rounds, and the look at what came of them. */
async function run() {
  const fleet = await Fleet.create(clones);
  const other = values.other === undefined ? undefined : await Fleet.create(clones, resolve(values.other));
  /** @type {Pushed[]} */
  const pushes = [];
  /** @type {Pushed[]} */
  const others = [];
  /** @type {number[]} */
  const seconds = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      const first = round % 2 === 0;
      if (other !== undefined && first) others.push(...(await other.round(round)));
      const start = performance.now();
      pushes.push(...(await fleet.round(round)));
      seconds.push((performance.now() - start) / 1000);
      if (other !== undefined && !first) others.push(...(await other.round(round)));
      console.error(`round ${round}: ${short(seconds.at(-1) ?? 0)} s`);
    }
    const faults = [...pushes.flatMap(({ fault }) => fault ?? []), ...(await settle(fleet))];
    return { pushes, others, seconds, faults };
  } finally {
    fleet.close();
    other?.close();
  }
}

/**
 * The means of pushes as parts of those of others.
 *
 * @param {readonly Pushed[]} pushes
 * @param {readonly Pushed[]} others
 */
function compare(pushes, others) {
  /** @param {(push: Pushed) => number} figure */
  const ratio = (figure) => sum(pushes.map(figure)) / sum(others.map(figure));
  return { wall: ratio(({ wall }) => wall), tries: ratio(({ tries }) => tries) };
}

/** @param {readonly number[]} all */
function sum(all) {
  return all.reduce((a, b) => a + b, 0);
}

/** @param {readonly number[]} all */
function spread(all) {
  return { mean: sum(all) / all.length, p95: atLeast(all, 0.95), max: Math.max(...all) };
}

/**
 * The smallest of some values that no less than a share of them is at most.
 *
 * @param {readonly number[]} all
 * @param {number} share
 */
function atLeast(all, share) {
  return [...all].sort((a, b) => a - b)[Math.ceil(all.length * share) - 1] ?? Number.NaN;
}

/** @param {number} value */
function short(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
