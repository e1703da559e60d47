import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import type { SyncStore } from '../../src/store/store.js';
import { builtModule } from '../files/child.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** What a process does before it is killed. */
export type Task = 'export' | 'full export' | 'import' | 'sync';

/** The time at which everything happens, so that a run that was killed and repeated ends in the same bytes. */
export const NOW = 1_900_000_000_000;

/**
 * Runs a task, counting each effect on files and each statement that writes; the process kills itself before one of them. What waits for
 * the disk is no such effect: a process that is killed leaves the same files before and after it.
 */
const SCRIPT = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const [database, project, task, killAt] = process.argv.slice(2);
const trace = [];
const step = (name) => {
  trace.push(name);
  if (trace.length !== Number(killAt)) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
};
for (const name of ['writeSync', 'renameSync', 'rmSync', 'mkdirSync', 'copyFileSync']) {
  const original = fs[name];
  fs[name] = (...values) => {
    step(name);
    return original(...values);
  };
}
const { openSync, constants } = fs;
const CHANGES = constants.O_WRONLY | constants.O_RDWR;
fs.openSync = (path, flags, ...values) => {
  if (typeof flags === 'number' ? (flags & CHANGES) !== 0 : flags !== 'r') step('openSync');
  return openSync(path, flags, ...values);
};
syncBuiltinESMExports();
const { Store } = await import(${JSON.stringify(builtModule('index.js'))});
const { openDriver } = await import(${JSON.stringify(builtModule('store/drivers/open-driver.js'))});
const db = openDriver(database);
const store = Store.from({
  exec: (sql) => {
    step(sql.slice(0, 20));
    db.exec(sql);
  },
  prepare: (sql) => {
    const statement = db.prepare(sql);
    return {
      run: (...values) => {
        step('run');
        return statement.run(...values);
      },
      get: (...values) => statement.get(...values),
      all: (...values) => statement.all(...values),
      setReadBigInts: (value) => statement.setReadBigInts(value),
      setReturnArrays: (value) => statement.setReturnArrays(value),
    };
  },
  close: () => db.close(),
});
const work = store.project(project, { now: () => ${NOW} });
if (task === 'sync') work.sync();
else if (task === 'import') work.import();
else work.export({ full: task === 'full export' });
process.stdout.write(JSON.stringify(trace));
`;

/** A folder whose content is put back before each run: an export directory is known by its path. */
export class Stage {
  readonly folder: string;
  readonly #template: string;
  readonly #script: string;

  /** \`prepare\` fills the folder, and leaves nothing of it open. */
  constructor(prepare: (folder: string) => void) {
    const parent = memoryFolder();
    this.folder = join(parent, 'world');
    this.#template = join(parent, 'template');
    this.#script = join(parent, 'script.mjs');
    mkdirSync(this.folder);
    prepare(this.folder);
    cpSync(this.folder, this.#template, { recursive: true });
    writeFileSync(this.#script, SCRIPT);
  }

  reset(): void {
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name), { recursive: true });
    cpSync(this.#template, this.folder, { recursive: true });
  }

  /** Runs a task to its end in a process of its own; gives the names of its steps. */
  trace(task: Task): readonly string[] {
    const { stdout } = this.#run(task, 0);
    return JSON.parse(stdout) as string[];
  }

  /** Runs a task that kills itself before a step, counted from 1. */
  kill(task: Task, step: number): void {
    const { signal } = this.#run(task, step);
    if (signal !== 'SIGKILL') throw new Error(`step ${step} of ${task} was never reached`);
  }

  #run(task: Task, killAt: number): { readonly stdout: string; readonly signal: string | null } {
    const database = join(this.folder, 'data.db');
    const values = [this.#script, database, join(this.folder, 'project'), task, String(killAt)];
    const { stdout, stderr, signal } = spawnSync(process.execPath, values, { encoding: 'utf8' });
    if (signal === null && stderr !== '') throw new Error(stderr);
    return { stdout, signal };
  }
}

/** What changes nothing that outlives the process. */
const PASSING = /^(PRAGMA|CREATE TEMP|CREATE INDEX|DELETE FROM temp|SAVEPOINT|RELEASE|BEGIN DEFERRED)/;

/** The steps at which something can go wrong in its own way; of the statements that write rows, only some. */
export function interesting(trace: readonly string[], every: number): readonly number[] {
  return trace.flatMap((name, index) => {
    const isWanted = name === 'run' ? index % every === 0 : !PASSING.test(name);
    return isWanted ? [index + 1] : [];
  });
}

/** A folder in memory where there is such a thing: a process that is killed loses nothing by that, and it is much faster. */
function memoryFolder(): string {
  if (!existsSync('/dev/shm')) return temporaryFolder();
  const folder = mkdtempSync('/dev/shm/sc-sync-');
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The rows and the journal of a database, without what only counts changes. */
export function rowsOf({ sql, registry }: SyncStore): readonly string[] {
  const tables = [
    ...registry.entities.map(({ table }) => table),
    'issue_labels',
    'issue_dependencies',
    'scsync_journal',
  ];
  return tables.flatMap((table) =>
    sql.all(`SELECT * FROM ${table} ORDER BY 1`).map((row) => [table, ...row].join('|')),
  );
}
