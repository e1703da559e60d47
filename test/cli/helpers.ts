import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

import { Store } from '../../src/savecontext/store.js';
import { copyEmptyDatabase } from '../empty-database.js';
import { runBuilt } from './built-command.js';
import type { Ran } from './built-command.js';
import { expectValid } from './valid.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/reference/', import.meta.url));

/** The project that the databases of the reference program hold. */
export const ATLAS = '/projects/atlas';

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Replaces a text in a file. */
export function edit(path: string, from: string | RegExp, to: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

/** A folder with a home, a database and a project, in which the built command runs. */
export class Sandbox {
  readonly root: string;
  readonly project: string;
  readonly dir: string;
  readonly db: string;

  constructor() {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'sc-sync-cli-')));
    this.project = join(this.root, 'work', 'proj');
    this.dir = join(this.project, '.savecontext');
    this.db = join(this.root, 'memory.db');
    mkdirSync(this.project, { recursive: true });
    mkdirSync(join(this.root, 'home'));
    onTestFinished(() => {
      rmSync(this.root, { recursive: true, force: true });
    });
  }

  /** A sandbox with a database of the reference program, for example `full/before.db`. */
  static withFixture(name: string): Sandbox {
    const sandbox = new Sandbox();
    sandbox.copyFixture(name, sandbox.db);
    return sandbox;
  }

  copyFixture(name: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(FIXTURES, name), to, { recursive: true });
  }

  /** Runs the command in the project's folder, with an environment of its own. */
  run(args: readonly string[], { cwd = this.project, input = '', env = {} }: RunOptions = {}): Ran {
    return runBuilt(args, {
      cwd,
      input,
      env: {
        PATH: process.env['PATH'] ?? '',
        TMPDIR: tmpdir(),
        HOME: join(this.root, 'home'),
        USERPROFILE: join(this.root, 'home'),
        SC_DB: this.db,
        SC_ACTOR: 'tester',
        ...env,
      },
    });
  }

  /** Runs what must succeed, and gives what it printed. */
  ok(args: readonly string[], options?: RunOptions): string {
    const ran = this.run(args, options);
    expect(ran, args.join(' ')).toMatchObject({ status: 0, stderr: '' });
    return ran.stdout;
  }

  /** Runs with `--json`: exactly one object, on one line, and nothing beside it. */
  json(args: readonly string[], options: RunOptions & { readonly status?: number } = {}): JsonObject {
    const ran = this.run([...args, '--json'], options);
    expect(ran, args.join(' ')).toMatchObject({ status: options.status ?? 0, stderr: '' });
    return oneObject(ran.stdout, args);
  }

  /** Runs what must fail, and gives the error that `--json` prints. */
  error(args: readonly string[], status: number, options?: RunOptions): JsonObject {
    const { error } = this.json(args, { ...options, status });
    const report = error as JsonObject;
    expect(Object.keys(report)).toEqual(['code', 'message', 'details', 'hint', 'retryable']);
    return report;
  }

  /** Does something to the database by the library. */
  withStore<T>(body: (store: Store) => T): T {
    if (!existsSync(this.db)) copyEmptyDatabase(this.db);
    const store = Store.open(this.db, { create: true });
    try {
      return body(store);
    } finally {
      store.close();
    }
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The one object that a text of one line is. What a verb printed must be as its schema says. */
export function oneObject(text: string, args: readonly string[]): JsonObject {
  expect(text).toMatch(/^\{.*\}\n$/);
  const object = JSON.parse(text) as JsonObject;
  expectValid(args, object);
  return object;
}

/** The record of `get --json` and `put --json`. */
export function recordIn(object: JsonObject): JsonObject {
  return object['record'] as JsonObject;
}
