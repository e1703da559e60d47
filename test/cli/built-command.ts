import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

/** The built command. */
export const MAIN = fileURLToPath(new URL('../../dist/bin/sc-sync.cjs', import.meta.url));

/** What a run of the command gave. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CommandCall {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

const PATIENCE = 120_000;

/** Carries out calls, one at a time. */
let carryOut: ((call: unknown) => Ran) | undefined;

/** Runs the built command in a process that does so for all tests of a worker: to start one takes longer than most commands. */
export function runBuilt(args: readonly string[], { cwd, env, input = '' }: CommandCall): Ran {
  if (!existsSync(MAIN)) throw new Error('the command is not built: npm run build');
  // What is meant for Node itself needs a process of its own, and so does help: it has the registry that was there at the start.
  const isHelp = args.includes('--help') || args[0] === 'completions';
  if (isHelp || 'NODE_OPTIONS' in env) return runProcess(args, { cwd, env, input });
  carryOut ??= startServer();
  // It takes a database that nobody has open.
  if (args.includes('restore')) freeDatabases();
  return carryOut({ main: MAIN, args, cwd, env, input });
}

/** Frees what closed databases of earlier calls still hold. */
export function freeDatabases(): void {
  carryOut?.('free');
}

function runProcess(args: readonly string[], options: CommandCall): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { ...options, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function startServer(): (call: unknown) => Ran {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL('command-thread.mjs', import.meta.url), {
    workerData: { answered, port: port2 },
    transferList: [port2],
  });
  thread.unref();
  port1.unref();
  return (call) => {
    Atomics.store(answered, 0, 0);
    thread.postMessage(call);
    if (Atomics.wait(answered, 0, 0, PATIENCE) === 'timed-out') throw new Error('the command does not end');
    return receiveMessageOnPort(port1)?.message as Ran;
  };
}
