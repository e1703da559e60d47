import { copyFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { DRIVER, command, emptyProcess, median, run, step } from './processes.mjs';
import { CHANGED_FILE, Scene } from './scene.mjs';
import { measureStart } from './start.mjs';

/** @import { Step } from './processes.mjs' */

/**
 * One line of the table.
 *
 * @typedef {object} Result
 * @property {string} workload its number
 * @property {string} title
 * @property {number | null} wall the command as a whole process, milliseconds
 * @property {number | null} rss peak memory, bytes
 * @property {number} figure what is compared with the floor
 * @property {string} unit of figure and floor
 * @property {number} floor
 * @property {string} floorTitle
 * @property {number} ratio
 * @property {number} [cpuRatio] the same of processor times
 * @property {string} [note]
 * @property {number} [most] the greatest ratio that the goal allows
 * @property {number} [referenceFactor] how many times as fast as the reference it should be
 */

/**
 * What the workloads are run with.
 *
 * @typedef {object} Setting
 * @property {Scene} scene
 * @property {number} runs
 * @property {number} processes how many writers there are in workload 9
 * @property {number} seconds how long they write
 * @property {number} rounds of workload 8
 */

/**
 * What several writers did.
 *
 * @typedef {object} Writing
 * @property {number} rate writes a second
 * @property {number} busy how often the database was locked for too long
 * @property {number} stall how long the write took that waited longest, milliseconds
 * @property {number} exports
 */

/** @type {Readonly<Record<string, (setting: Setting) => Promise<Result[]>>>} */
export const WORKLOADS = {
  start: ({ scene, runs }) => measureStart(runs, scene.seed),

  1: async ({ scene, runs }) => {
    const [done, floor, forming, keeping] = await repeat(
      runs,
      () => {
        scene.restore('new', undefined);
      },
      measured(scene, 'export'),
      () => step('select', scene.input()),
      () => step('form', scene.input()),
      () => step('duty', scene.input()),
    );
    const written = scene.lines().length;
    check(written >= scene.n && done.found['written'] === written, `${written} lines were written`);
    return [
      compared('1', `full export of ${scene.n}`, done, floor, 'SELECT of the same columns', { referenceFactor: 1 }),
      compared('1', `full export of ${scene.n}`, done, forming, 'the same, forming lines, hashing, writing', {
        most: 1.6,
      }),
      compared('1', `full export of ${scene.n}`, done, keeping, 'the same from exact values, keeping each line'),
    ];
  },

  2: async ({ scene, runs }) => {
    const [done, floor] = await repeat(
      runs,
      () => {
        scene.restore('edited', 'synced');
      },
      measured(scene, 'export'),
      () => step('rewrite', { ...scene.input(), name: CHANGED_FILE }),
    );
    const lines = scene.changedLines('synced');
    check(lines === 10, `${lines} lines differ after 10 changes`);
    return [
      {
        ...compared('2', 'export after 10 changes', done, floor, `reading, hashing, writing ${CHANGED_FILE}`),
        ...{ most: 2, referenceFactor: 20 },
        note: `${lines} lines differ`,
      },
    ];
  },

  3: async ({ scene, runs }) => {
    const prepare = async () => {
      scene.restore(undefined, 'synced');
      await step('init', scene.input());
    };
    const other = scene.kept('floor.db');
    const floor = (/** @type {boolean} */ triggers) => async () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${other}${suffix}`, { force: true });
      return step('insert', { db: other, source: scene.kept('synced.db'), triggers });
    };
    const [done, withTriggers, plain, parsing, keeping] = await repeat(
      runs,
      prepare,
      measured(scene, 'import'),
      floor(true),
      floor(false),
      () => step('parse', { ...scene.input(), dir: scene.kept('synced') }),
      () => step('dutyLines', { db: other, dir: scene.kept('synced') }),
    );
    check(done.found['created'] === scene.lines().length, `${String(done.found['created'])} records were created`);
    const title = `first import of ${scene.n}`;
    const lock = Number(done.found['locked']) / (scene.n / 1000);
    await prepare();
    await step('import', scene.input());
    await floor(false)();
    const [size, rows] = [scene.db, other].map((path) => statSync(path).size / 1e6);
    return [
      compared('3', title, done, plain, 'inserting the same rows', { referenceFactor: 15 }),
      compared('3', title, done, withTriggers, "the same with the reference's triggers"),
      compared('3', title, done, sum(plain, parsing), 'the same, reading and parsing', { most: 3 }),
      compared('3', title, done, sum(plain, keeping), 'the same, hashing and keeping each line'),
      {
        ...{ workload: '3', title: `${title}: the write lock, for 1,000 records`, wall: null, rss: null, unit: 'ms' },
        ...{ figure: lock, floor: 50, floorTitle: 'as long as others may wait', ratio: lock / 50, most: 1 },
      },
      {
        ...{ workload: '3', title: 'the database after it', wall: null, rss: null, unit: 'MB' },
        ...{
          figure: size ?? 0,
          floor: rows ?? 0,
          floorTitle: 'its rows alone',
          ratio: (size ?? 0) / (rows ?? 0),
          most: 1.9,
        },
      },
    ];
  },

  4: async ({ scene, runs }) => {
    scene.restore('synced', 'synced');
    const [done, floor] = await repeat(runs, nothing, measured(scene, 'import'), hashing(scene));
    check(done.found['created'] === 0 && done.found['updated'] === 0, 'something was imported');
    const nodes = [];
    for (let index = 0; index < runs; index++) nodes.push(await emptyProcess());
    return [
      {
        ...compared('4', 'import with nothing changed', done, floor, 'reading and hashing the files', { most: 1.3 }),
        referenceFactor: 40,
      },
      asProcess('4', 'the same as a whole process', done.wall, median(nodes), 2),
    ];
  },

  5: async ({ scene, runs }) => {
    scene.restore('synced', 'synced');
    const [unchanged, reading, hash] = await repeat(
      runs,
      nothing,
      () => step('import', scene.input()),
      () => step('read', { ...scene.input(), name: CHANGED_FILE }),
      hashing(scene),
    );
    const hashed = sum(hash, reading);
    const [done] = await repeat(
      runs,
      () => {
        scene.restore('synced', 'changed');
      },
      measured(scene, 'import'),
    );
    check(done.found['updated'] === 10, `${String(done.found['updated'])} records were updated`);
    const title = 'import after 10 changed lines';
    return [
      compared('5', title, done, sum(unchanged, reading), 'workload 4 and reading the changed file', { most: 1.3 }),
      compared('5', title, done, hashed, 'reading and hashing the files, and reading the changed file', { most: 3 }),
    ];
  },

  6: async ({ scene, runs }) => {
    scene.restore('synced', 'synced');
    await step('change', { ...scene.input(), round: 1 });
    await step('export', scene.input());
    scene.keep('otherwise');
    return [...(await mergeFiles(scene, runs, undefined)), ...(await mergeFiles(scene, runs, 'id'))];
  },

  7: async ({ scene, runs }) => {
    scene.restore('synced', 'synced');
    const [inSync, floor] = await repeat(runs, nothing, measured(scene, 'status'), hashing(scene));
    check(inSync.found['inSync'] === true, 'the project is not in sync');
    const empty = await Scene.create(1, scene.seed);
    try {
      empty.restore(undefined, undefined);
      await step('init', empty.input());
      const nodes = [];
      const walls = [];
      for (let index = 0; index < runs * 3; index++) {
        nodes.push(await emptyProcess());
        walls.push(await command('status', empty.input()));
      }
      const node = median(nodes);
      return [
        compared('7', `status of ${scene.n} in sync`, inSync, floor, 'reading and hashing the files'),
        asProcess('7', 'the same as a whole process', inSync.wall, node, 1.8),
        asProcess('7', 'status of an empty project', median(walls), node, 1.6),
      ];
    } finally {
      empty.close();
    }
  },

  8: async ({ scene, rounds }) => {
    scene.restore('synced', 'synced');
    rmSync(join(scene.project, '.git'), { recursive: true, force: true });
    try {
      scene.git('init', '--quiet');
      for (const [name, value] of Object.entries({
        'user.name': 'bench',
        'user.email': 'bench@localhost',
        'gc.auto': '0',
      })) {
        scene.git('config', name, value);
      }
      scene.git('add', '.');
      scene.git('commit', '--quiet', '--message', 'first');
      const before = packedSize(scene);
      const done = await step('rounds', { ...scene.input(), rounds });
      const growth = packedSize(scene) - before;
      const bytes = Number(done.found['compressed']);
      check(done.found['lines'] === rounds * 10, `${String(done.found['lines'])} lines changed`);
      return [
        {
          workload: '8',
          title: `${rounds} rounds of 10 changes, export, commit`,
          ...{
            wall: null,
            rss: done.rss,
            figure: growth / 1024,
            floor: bytes / 1024,
            unit: 'KB',
            ratio: growth / bytes,
          },
          floorTitle: 'the changed lines, compressed',
          note: `${(done.inner / rounds).toFixed(0)} ms each export`,
          most: 2,
        },
      ];
    } finally {
      rmSync(join(scene.project, '.git'), { recursive: true, force: true });
    }
  },

  9: async ({ scene, runs, processes, seconds }) => {
    /** @type {Record<'without' | 'tracked' | 'exporting', Writing>[]} */
    const all = [];
    for (let index = 0; index < runs; index++) {
      const without = await writeTogether(scene, scene.untracked(), processes, seconds, false);
      const tracked = await writeTogether(scene, 'synced', processes, seconds, false);
      const exporting = await writeTogether(scene, 'synced', processes, seconds, true);
      all.push({ without, tracked, exporting });
    }
    const rate = (/** @type {'without' | 'tracked' | 'exporting'} */ name) => median(all.map((one) => one[name].rate));
    const stall = (/** @type {'without' | 'tracked' | 'exporting'} */ name) =>
      median(all.map((one) => one[name].stall));
    const note = (/** @type {'tracked' | 'exporting'} */ name) =>
      `nothing lost; ${median(all.map((one) => one[name].busy))} busy, ${median(all.map((one) => one[name].exports))} exports`;
    return /** @type {const} */ (['tracked', 'exporting']).flatMap((name) => {
      const title = `${processes} writing processes${name === 'exporting' ? ', one exporting' : ''}`;
      const floorTitle = 'the same writers without tracking';
      const common = { workload: '9', wall: null, rss: null, floorTitle, note: note(name) };
      return [
        {
          ...common,
          ...{ title, figure: rate(name), floor: rate('without'), unit: 'writes/s' },
          ratio: rate(name) / rate('without'),
        },
        {
          ...common,
          ...{
            title: `${title}: the longest wait of a write`,
            figure: stall(name),
            floor: stall('without'),
            unit: 'ms',
          },
          ratio: stall(name) / stall('without'),
          ...(name === 'exporting' ? { most: 1 } : {}),
        },
      ];
    });
  },

  10: async ({ scene, runs }) => {
    const untracked = scene.untracked();
    const results = [];
    // A trigger for a deletion notes its time besides.
    for (const [kind, most] of /** @type {const} */ ([
      ['updates', 1.3],
      ['inserts', 1.1],
      ['deletions', 4],
    ])) {
      const steps = (/** @type {string} */ name) => () => {
        scene.restore(name, undefined);
        return step(kind, scene.input());
      };
      const [done, floor] = await repeat(Math.max(runs, 5), nothing, steps('synced'), steps(untracked));
      results.push(
        compared(
          '10',
          `10,000 ${kind} of a row with tracking`,
          done,
          floor,
          "with the other program's triggers alone",
          {
            most,
          },
        ),
      );
    }
    return results;
  },
};

/**
 * A figure: how long the whole command takes, and how long the step of the engine.
 *
 * @typedef {{ readonly command?: () => Promise<number>, readonly step: () => Promise<Step> }} Measured
 */

/**
 * @param {Scene} scene
 * @param {'export' | 'import' | 'status'} name
 * @returns {Measured}
 */
function measured(scene, name) {
  return { command: () => command(name, scene.input()), step: () => step(name, scene.input()) };
}

/**
 * Measures steps by turns, and gives the medians of each.
 *
 * @param {number} runs
 * @param {() => Promise<void> | void} prepare called before each first step, and before its command
 * @param {Measured | (() => Promise<Step>)} first
 * @param {readonly (() => Promise<Step>)[]} others
 * @returns {Promise<[Step, Step, Step, Step, Step]>} the last ones repeat the first where there are fewer
 */
async function repeat(runs, prepare, first, ...others) {
  const figure = typeof first === 'function' ? { step: first, command: undefined } : first;
  const bodies = [figure.step, ...others];
  /** @type {number[]} */
  const commands = [];
  /** @type {Step[][]} */
  const steps = bodies.map(() => []);
  for (let index = 0; index < runs; index++) {
    await prepare();
    if (figure.command !== undefined) {
      commands.push(await figure.command());
      await prepare();
    }
    for (const [place, body] of bodies.entries()) steps[place]?.push(await body());
  }
  const middle = (/** @type {number} */ place) => {
    const all = steps[place] ?? steps[0] ?? [];
    return {
      wall: median(place === 0 && commands.length > 0 ? commands : all.map(({ wall }) => wall)),
      cpu: median(all.map(({ cpu }) => cpu)),
      inner: median(all.map(({ inner }) => inner)),
      rss: median(all.map(({ rss }) => rss)),
      found: all.at(-1)?.found ?? {},
    };
  };
  return [middle(0), middle(1), middle(2), middle(3), middle(4)];
}

/**
 * Two steps after each other.
 *
 * @param {Step} one
 * @param {Step} other
 * @returns {Step}
 */
function sum(one, other) {
  return { ...one, inner: one.inner + other.inner, cpu: one.cpu + other.cpu };
}

/**
 * @param {string} workload
 * @param {string} title
 * @param {Step} done
 * @param {Step} floor
 * @param {string} floorTitle
 * @param {Pick<Result, 'most' | 'referenceFactor'>} [goal]
 * @returns {Result}
 */
function compared(workload, title, done, floor, floorTitle, goal = {}) {
  return {
    ...{ workload, title, wall: done.wall, rss: done.rss, figure: done.inner, floor: floor.inner, unit: 'ms' },
    ...{ floorTitle, ratio: done.inner / floor.inner, cpuRatio: done.cpu / floor.cpu, ...goal },
  };
}

/**
 * A whole command beside Node that does nothing.
 *
 * @param {string} workload
 * @param {string} title
 * @param {number} wall
 * @param {number} node
 * @param {number} most
 * @returns {Result}
 */
function asProcess(workload, title, wall, node, most) {
  return {
    ...{ workload, title, wall, rss: null, figure: wall, unit: 'ms' },
    ...{ floor: node, floorTitle: 'node -e 0', ratio: wall / node, most },
  };
}

/**
 * Lets several processes write the same database for a while, and checks that every write is in the files afterwards.
 *
 * @param {Scene} scene
 * @param {string} database
 * @param {number} processes
 * @param {number} seconds
 * @param {boolean} exporting
 * @returns {Promise<Writing>}
 */
async function writeTogether(scene, database, processes, seconds, exporting) {
  scene.restore(database, database === 'synced' ? 'synced' : undefined);
  // Time for all processes to start.
  const from = Date.now() + 1000;
  const input = { ...scene.input(), from, until: from + seconds * 1000 };
  const exporter = exporting ? step('exporter', input) : undefined;
  const writers = await Promise.all(
    Array.from({ length: processes }, (_, writer) => step('writer', { ...input, writer: writer + 1 })),
  );
  const exports = Number((await exporter)?.found['exports'] ?? 0);
  if (database === 'synced') {
    await step('export', scene.input());
    const lines = new Map(scene.lines().map((line) => [/"id":"([^"]*)"/.exec(line)?.[1], line]));
    for (const { found } of writers) {
      for (const [id, value] of Object.entries(/** @type {Record<string, number>} */ (found['last']))) {
        check(lines.get(id)?.includes(`"value":"${value}"`) === true, `a write of ${id} was lost`);
      }
    }
  }
  const sum = (/** @type {string} */ name) => writers.reduce((total, { found }) => total + Number(found[name]), 0);
  const stall = Math.max(...writers.map(({ found }) => Number(found['stall'])));
  return { rate: sum('writes') / seconds, busy: sum('busy'), stall, exports };
}

/**
 * Merges three versions of the file with the changed lines, in process and as git starts the driver.
 *
 * @param {Scene} scene
 * @param {number} runs
 * @param {string | undefined} key of the lines of another program
 * @returns {Promise<Result[]>}
 */
async function mergeFiles(scene, runs, key) {
  const dir = scene.kept(`merge-${key ?? 'data'}`);
  const input = { ...scene.input(), dir, name: CHANGED_FILE, key };
  const { found } = await step('versions', {
    ...input,
    versions: ['synced', 'changed', 'otherwise'].map((name) => scene.kept(name)),
  });
  const driver = async () => {
    copyFileSync(join(dir, 'ours'), join(dir, CHANGED_FILE));
    const path = key === undefined ? `.savecontext/${CHANGED_FILE}` : CHANGED_FILE;
    const words = [...(key === undefined ? [] : ['--key', key]), 'base', CHANGED_FILE, 'theirs', path];
    const { wall, code, errors } = await run(process.execPath, [DRIVER, ...words], { cwd: dir });
    check(code === 0, `the driver ended with ${String(code)}: ${errors}`);
    return wall;
  };
  const [done, floor] = await repeat(runs, nothing, { command: driver, step: () => step('merge', input) }, () =>
    step('copy', input),
  );
  check(done.found['problems'] === 0 && done.found['lines'] === found['lines'], 'lines were lost');
  const nodes = [];
  for (let index = 0; index < runs; index++) nodes.push(await emptyProcess());
  const node = median(nodes);
  const title = `merge of ${String(found['lines'])} lines${key === undefined ? '' : ` by ${key}`}`;
  const least = node + floor.inner;
  return [
    compared('6', title, done, floor, 'reading three files and writing one', {
      most: key === undefined && Number(found['lines']) >= 20_000 ? 2 : 3,
    }),
    {
      ...{
        workload: '6',
        title: 'the same as a whole process',
        wall: done.wall,
        rss: null,
        figure: done.wall,
        unit: 'ms',
      },
      ...{ floor: least, floorTitle: 'node -e 0, reading three and writing one', ratio: done.wall / least },
    },
  ];
}

/** @param {Scene} scene */
function hashing(scene) {
  return () => step('hash', scene.input());
}

function nothing() {
  return undefined;
}

/**
 * The size of the repository when everything in it is packed anew, with a window wide enough that git finds the deltas:
 * with its defaults it now and then keeps one more whole file, which says nothing of how the changes grow.
 *
 * @param {Scene} scene
 */
function packedSize(scene) {
  scene.git('repack', '-a', '-d', '-f', '--window=50', '--depth=250', '--quiet');
  scene.git('prune-packed', '--quiet');
  const kilobytes = /^size-pack: (\d+)/m.exec(scene.git('count-objects', '-v'))?.[1] ?? '0';
  return Number(kilobytes) * 1024;
}

/**
 * @param {boolean} holds
 * @param {string} otherwise
 */
function check(holds, otherwise) {
  if (!holds) throw new Error(`a workload went wrong: ${otherwise}`);
}
