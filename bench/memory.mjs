/**
 * Shows whether peak memory grows with the number of records: full export and first import of a small and of a large
 * project, each in a process of its own.
 *
 *     npm run build && node bench/memory.mjs [--small 10000] [--large 100000]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Exporter, Importer, Store } from '../dist/index.js';
import { generate } from './generate.mjs';

/** How much more memory ten times the records may take. */
const GOAL = 1.5;

/** @typedef {{ readonly records: number, readonly megabytes: number, readonly seconds: number }} Measured */

/** What is measured; each gives the number of records that it went through. */
const TASKS = Object.freeze({
  'open only': () => 0,
  'full export': (/** @type {Store} */ store, /** @type {string} */ project) => {
    const { total } = new Exporter(store, { projectPath: project, dir: join(project, '.savecontext') }).export({
      full: true,
    });
    return total.written + total.unchanged;
  },
  'first import': (/** @type {Store} */ store, /** @type {string} */ project) =>
    new Importer(store, { projectPath: project }).importAll(join(project, '.savecontext')).total.created,
});

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '100000' },
    task: { type: 'string' },
    db: { type: 'string', default: '' },
    project: { type: 'string', default: '' },
  },
});

if (values.task === undefined) compare([Number(values.small), Number(values.large)]);
else measure(/** @type {keyof typeof TASKS} */ (values.task), values.db, values.project);

/**
 * Runs one task in this process, and prints what it took.
 *
 * @param {keyof typeof TASKS} task
 * @param {string} db
 * @param {string} project
 */
function measure(task, db, project) {
  const store = Store.open(db, { create: true });
  const start = performance.now();
  const records = TASKS[task](store, project);
  const seconds = (performance.now() - start) / 1000;
  store.close();
  console.log(JSON.stringify({ records, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
}

/**
 * @param {keyof typeof TASKS} task
 * @param {string} db
 * @param {string} project
 * @returns {Measured}
 */
function inProcess(task, db, project) {
  const script = fileURLToPath(import.meta.url);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, '--task', task, '--db', db, '--project', project],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${task} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** @param {readonly number[]} sizes */
function compare(sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  try {
    const runs = sizes.map((n) => runAll(join(folder, String(n)), n));
    for (const task of /** @type {(keyof typeof TASKS)[]} */ (Object.keys(TASKS))) {
      for (const [index, results] of runs.entries()) print(task, sizes[index] ?? 0, results[task]);
      const [small, large] = runs.map((results) => results[task].megabytes);
      if (small === undefined || large === undefined) continue;
      const ratio = large / small;
      console.log(`${task}: ${ratio.toFixed(2)} times the memory (goal: at most ${GOAL})\n`);
      if (ratio > GOAL) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} n
 */
function runAll(folder, n) {
  const from = join(folder, 'from');
  const to = join(folder, 'to');
  mkdirSync(from, { recursive: true });
  const db = join(folder, 'from.db');
  generate(db, n, 1, { project: from });
  const openOnly = inProcess('open only', db, from);
  const exported = inProcess('full export', db, from);
  cpSync(join(from, '.savecontext'), join(to, '.savecontext'), { recursive: true });
  const imported = inProcess('first import', join(folder, 'to.db'), to);
  return { 'open only': openOnly, 'full export': exported, 'first import': imported };
}

/**
 * @param {string} task
 * @param {number} n
 * @param {Measured} measured
 */
function print(task, n, { megabytes, seconds, records }) {
  const speed = records === 0 ? '' : `, ${Math.round(records / seconds)} records/s`;
  console.log(`${task} of ${n}: ${megabytes.toFixed(1)} MB at most${speed}`);
}
