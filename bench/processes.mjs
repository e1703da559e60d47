import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
/** The built merge driver. */
export const DRIVER = fileURLToPath(new URL('../dist/bin/merge-driver.cjs', import.meta.url));
/** The built command. */
export const COMMAND = fileURLToPath(new URL('../dist/bin/sc-sync.cjs', import.meta.url));

/**
 * What one whole process took.
 *
 * @typedef {object} Run
 * @property {number} wall milliseconds from its start to its end
 * @property {number | null} rss its peak memory in bytes, where that can be told
 * @property {number | null} code its exit code
 * @property {string} out what it printed
 * @property {string} errors what it printed as errors
 */

/**
 * What one step of the worker took.
 *
 * @typedef {object} Step
 * @property {number} wall
 * @property {number} inner milliseconds that the step itself took, without the start of Node
 * @property {number} cpu milliseconds of processor time that the step itself took, which noise of others changes less
 * @property {number} rss
 * @property {Readonly<Record<string, unknown>>} found
 */

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {{ readonly cwd?: string, readonly env?: Readonly<Record<string, string>>, readonly watchMemory?: boolean }} [options]
 * `watchMemory` looks up the peak memory from outside now and then, on Linux
 * @returns {Promise<Run>}
 */
export function run(program, parameters, { cwd, env = {}, watchMemory = false } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, parameters, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    /** @type {number | null} */
    let rss = null;
    const timer = setInterval(
      () => {
        if (watchMemory) rss = peakMemory(child.pid) ?? rss;
      },
      watchMemory ? 5 : 60_000,
    );
    const text = { out: '', errors: '' };
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => (text.out += chunk.toString()));
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => (text.errors += chunk.toString()));
    child.on('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.on('close', (code) => {
      const wall = performance.now() - start;
      clearInterval(timer);
      resolve({ wall, rss, code, ...text });
    });
  });
}

/**
 * What a program took with all that it started.
 *
 * @typedef {object} Timed
 * @property {number} wall milliseconds
 * @property {number} cpu milliseconds of the processor
 * @property {number | null} code
 * @property {string} out what it printed, of both kinds
 */

/** Says after a program what the shell's children took: the last two times of `times`. */
const TIMED = '"$@" 2>&1; code=$?; times >&2; exit $code';

/**
 * Runs a program to its end, and tells its processor time, which noise of others changes less. Needs `sh`.
 *
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {{ readonly cwd?: string, readonly env?: Readonly<Record<string, string>>, readonly mayFail?: boolean }} [options]
 * @returns {Promise<Timed>}
 */
export async function runTimed(program, parameters, { mayFail = false, ...options } = {}) {
  const { wall, code, out, errors } = await run('sh', ['-c', TIMED, 'sh', program, ...parameters], options);
  if (code !== 0 && !mayFail) throw new Error(`${program} ${parameters.join(' ')} ended with ${String(code)}:\n${out}`);
  const times = [...errors.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return { wall, cpu: times.slice(-2).reduce((sum, seconds) => sum + seconds, 0) * 1000, code, out };
}

/**
 * Runs one step of the worker in a process of its own.
 *
 * @param {string} name
 * @param {Readonly<Record<string, unknown>>} input
 * @returns {Promise<Step>}
 */
export async function step(name, input) {
  const { wall, code, out, errors } = await run(process.execPath, [WORKER, name, JSON.stringify(input)]);
  if (code !== 0) throw new Error(`the step ${name} failed:\n${errors}`);
  const { inner, cpu, rss, ...found } = /** @type {Record<string, unknown>} */ (JSON.parse(out));
  return { wall, inner: Number(inner), cpu: Number(cpu), rss: Number(rss), found };
}

/**
 * Runs the command line as a user does, and gives the time of the whole process.
 *
 * @param {string} name
 * @param {{ readonly db: string, readonly project: string }} input
 */
export async function command(name, { db, project }) {
  const parameters = [COMMAND, '--db', db, '-C', project, '--quiet', name];
  const { wall, code, errors } = await run(process.execPath, parameters);
  if (code !== 0) throw new Error(`the command ${name} ended with ${String(code)}:\n${errors}`);
  return wall;
}

/** A process of Node that does nothing. */
export async function emptyProcess() {
  const { wall } = await run(process.execPath, ['-e', '0']);
  return wall;
}

/**
 * The middle value; of an even number of values the smaller middle one.
 *
 * @param {readonly number[]} values
 */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** @param {number | undefined} pid */
function peakMemory(pid) {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
