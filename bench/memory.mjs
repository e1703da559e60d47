/**
 * Shows whether peak memory and processor time grow with the number of records, verb by verb, each in a process of its
 * own:
 *
 *     npm run build && node bench/memory.mjs [--n 10000,100000] [--keys text] [--changes 10]
 *
 * `--changes 10,1000` exports and imports so many changed records one after the other.
 * With `--keys integer` the records are notes with numbers as their keys, in topics, and not those of SaveContext.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Exporter, Importer, Store, getSyncStatus, registryIn, savecontext } from '../dist/index.js';
import { openDriver } from '../dist/store/drivers/open-driver.js';
import { generate } from './generate.mjs';
import { generateNotes, NOTES } from './notes.mjs';
import { run } from './processes.mjs';

/** @import { Registry } from '../dist/index.js' */

/** How much more memory the largest number of records may take than the smallest. */
const GOAL = 1.3;

/**
 * Two machines: `from` has the records first, `to` gets them.
 *
 * @typedef {object} Place
 * @property {string} db
 * @property {string} project
 * @property {string} dir the data folder
 */

/** @typedef {{ readonly records: number, readonly megabytes: number, readonly cpu: number, readonly wall: number }} Measured */

/** What is measured; each gives the number of records that it wrote. */
const TASKS = Object.freeze({
  open: () => 0,
  export: (/** @type {Store<Registry>} */ store, /** @type {Place} */ { project, dir }) =>
    new Exporter(store, { projectPath: project, dir }).export().total.written,
  import: (/** @type {Store<Registry>} */ store, /** @type {Place} */ { project, dir }) => {
    const { total } = new Importer(store, { projectPath: project }).importAll(dir);
    return total.created + total.updated;
  },
  status: (/** @type {Store<Registry>} */ store, /** @type {Place} */ { project, dir }) => {
    if (!getSyncStatus(store, { projectPath: project, dir }).inSync) throw new Error('the project is not in sync');
    return 0;
  },
});

/** @typedef {keyof typeof TASKS} Task */

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '10000,100000' },
    keys: { type: 'string', default: 'text' },
    changes: { type: 'string', default: '10' },
    task: { type: 'string' },
    place: { type: 'string', default: '' },
  },
});
const isInteger = values.keys === 'integer';

if (values.task === undefined) await compare(values.n.split(',').map(Number));
else measure(/** @type {Task} */ (values.task), /** @type {Place} */ (JSON.parse(values.place)));

/**
 * Runs one task in this process, and prints what it took.
 *
 * @param {Task} task
 * @param {Place} place
 */
function measure(task, place) {
  /** @type {Registry} */
  const registry = isInteger ? registryIn(place.dir) : savecontext;
  const store = Store.open(place.db, { create: true, registry });
  const [start, before] = [performance.now(), process.cpuUsage()];
  const records = TASKS[task](store, place);
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - start) / 1000;
  store.close();
  const cpu = (user + system) / 1e6;
  console.log(JSON.stringify({ records, wall, cpu, megabytes: process.resourceUsage().maxRSS / 1024 }));
}

/**
 * @param {Task} task
 * @param {Place} place
 * @param {number} [expected] how many records it has to write
 * @returns {Promise<Measured>}
 */
async function inProcess(task, place, expected) {
  const words = [fileURLToPath(import.meta.url), '--keys', values.keys, '--task', task];
  const { code, out, errors } = await run(process.execPath, [...words, '--place', JSON.stringify(place)]);
  if (code !== 0) throw new Error(`${task} failed: ${errors}`);
  const measured = /** @type {Measured} */ (JSON.parse(out));
  if (expected !== undefined && measured.records !== expected) {
    throw new Error(`${task} wrote ${measured.records} records, not ${expected}`);
  }
  return measured;
}

/** @param {readonly number[]} sizes */
async function compare(sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  try {
    /** @type {Record<string, Measured>} */
    let first = {};
    for (const n of sizes) {
      const results = await runAll(join(folder, String(n)), n);
      if (n === sizes[0]) first = results;
      for (const [title, measured] of Object.entries(results)) print(title, n, measured, first[title] ?? measured);
      rmSync(join(folder, String(n)), { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} n
 * @returns {Promise<Record<string, Measured>>}
 */
async function runAll(folder, n) {
  const [from, to] = [place(folder, 'from'), place(folder, 'to')];
  if (isInteger) generateNotes(from.db, to.db, n);
  else generate(from.db, n, 1, { project: from.project });
  const open = await inProcess('open', from);
  const exported = await inProcess('export', from);
  cpSync(from.dir, to.dir, { recursive: true });
  const imported = await inProcess('import', to, exported.records);
  const status = await inProcess('status', from);
  const again = await inProcess('import', to, 0);
  /** @type {Record<string, Measured>} */
  const changed = {};
  for (const changes of values.changes.split(',').map(Number)) {
    change(from.db, changes);
    changed[`export after ${changes} changes`] = await inProcess('export', from, changes);
    cpSync(from.dir, to.dir, { recursive: true });
    changed[`import after ${changes} changed lines`] = await inProcess('import', to, changes);
  }
  return {
    ...{ 'open only': open, 'full export': exported, 'first import': imported },
    ...{ 'status, in sync': status, 'import, nothing changed': again, ...changed },
  };
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {Place}
 */
function place(folder, name) {
  const project = join(folder, name);
  const dir = join(project, isInteger ? '.sc-sync' : '.savecontext');
  mkdirSync(dir, { recursive: true });
  if (isInteger) writeFileSync(join(dir, 'registry.json'), JSON.stringify(NOTES));
  return { db: join(folder, `${name}.db`), project, dir };
}

/**
 * Changes some records, spread over all.
 *
 * @param {string} db
 * @param {number} changes
 */
function change(db, changes) {
  const [table, column] = isInteger ? ['note', 'body'] : ['context_items', 'value'];
  const database = openDriver(db);
  database.exec(
    `UPDATE ${table} SET ${column} = ${column} || '.' WHERE id IN (SELECT id FROM
       (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS all_of FROM ${table})
     WHERE (place - 1) % (all_of / ${changes}) = 0 AND place <= all_of / ${changes} * ${changes})`,
  );
  database.close();
}

/**
 * @param {string} title
 * @param {number} n
 * @param {Measured} measured
 * @param {Measured} first of the smallest number of records
 */
function print(title, n, { megabytes, wall, cpu }, first) {
  const ratio = megabytes / first.megabytes;
  if (ratio > GOAL) process.exitCode = 1;
  console.log(
    `${title} of ${n}: ${megabytes.toFixed(0)} MB at most, ${ratio.toFixed(2)} times the first (goal: ${GOAL}); ` +
      `${cpu.toFixed(2)} s of the processor, ${((cpu / n) * 1e6).toFixed(1)} us a record; ${wall.toFixed(2)} s`,
  );
}
