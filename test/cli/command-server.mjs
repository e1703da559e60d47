/** Carries out calls of the built command as a process of each would, with its arguments, environment, folder and streams. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';

/** A stream that keeps what is written to it. */
class Kept extends Writable {
  /** @type {Buffer[]} */
  #chunks = [];

  /**
   * @override
   * @param {Buffer} chunk
   * @param {string} _encoding
   * @param {() => void} done
   */
  _write(chunk, _encoding, done) {
    this.#chunks.push(chunk);
    done();
  }

  get text() {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** @param {Readonly<Record<string, unknown>>} values */
function setOfProcess(values) {
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(process, name, { value, configurable: true });
}

const require = createRequire(import.meta.url);

/** @param {{ main: string, args: string[], cwd: string, env: Record<string, string>, input: string | Uint8Array }} call */
async function carryOut({ main, args, cwd, env, input }) {
  for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  process.chdir(cwd);
  const [stdout, stderr] = [new Kept(), new Kept()];
  setOfProcess({ stdin: Readable.from(input.length === 0 ? [] : [Buffer.from(input)]), stdout, stderr });
  process.argv = [process.execPath, main, ...args];
  process.exitCode = undefined;
  try {
    // The module that runs the command is run anew, what it needs is there.
    const program = join(main, '../../sc-sync/main.cjs');
    Reflect.deleteProperty(require.cache, program);
    await require(program).ended;
  } catch (error) {
    stderr.write(error instanceof Error ? (error.stack ?? '') : String(error));
    process.exitCode = 1;
  }
  const status = process.exitCode ?? 0;
  process.exitCode = 0;
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** Until its statements are collected, `@photostructure/sqlite` keeps a database open that was closed. */
async function freeDatabases() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

process.on('message', (/** @type {Parameters<typeof carryOut>[0] | 'free'} */ call) => {
  void (call === 'free' ? freeDatabases() : carryOut(call)).then((answer) => process.send?.(answer ?? null));
});
