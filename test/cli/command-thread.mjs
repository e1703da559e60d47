/** Passes one call after the other to the process that carries them out, and wakes the thread that waits for the answer. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ answered: Int32Array, port: import('node:worker_threads').MessagePort }} */
const { answered, port } = workerData;
const server = fork(fileURLToPath(new URL('command-server.mjs', import.meta.url)), {
  execArgv: ['--expose-gc'],
  serialization: 'advanced',
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});

/** @param {unknown} answer */
function give(answer) {
  port.postMessage(answer);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}

server.on('message', give);
server.on('exit', (status) => {
  give({ status, stdout: '', stderr: 'the process that runs commands is gone' });
});
parentPort?.on('message', (call) => server.send(call));
