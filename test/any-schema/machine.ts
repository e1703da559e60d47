import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { runBuilt } from '../cli/built-command.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** A machine: a home, a clone of the shared repository, and a database of another program. */
export class Machine {
  readonly clone: string;
  readonly db: string;
  readonly sql: Sql;
  readonly #home: string;

  /** @param schema makes the tables, where the database `NAME.db` is not there yet */
  constructor(root: string, name: string, schema = '') {
    this.#home = join(root, `${name}-home`);
    this.clone = join(root, name);
    this.db = join(root, `${name}.db`);
    mkdirSync(this.#home);
    this.git(root, 'clone', '--quiet', join(root, 'shared.git'), this.clone);
    this.sql = new Sql(openDriver(this.db));
    this.sql.exec(`PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; ${schema}`);
  }

  get env(): Record<string, string> {
    const { PATH = '', TMPDIR = '/tmp' } = process.env;
    const who = { GIT_AUTHOR_NAME: 'ann', GIT_AUTHOR_EMAIL: 'ann@example.invalid' };
    const committer = { GIT_COMMITTER_NAME: 'ann', GIT_COMMITTER_EMAIL: 'ann@example.invalid' };
    return { PATH, TMPDIR, HOME: this.#home, GIT_CONFIG_NOSYSTEM: '1', ...who, ...committer };
  }

  git(cwd: string, ...args: readonly string[]): string {
    return execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
      cwd,
      env: this.env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  run(...args: readonly string[]): { readonly status: number | null; readonly text: string; readonly says: string } {
    const ran = runBuilt(args, { cwd: this.clone, env: this.env });
    return { status: ran.status, text: ran.stdout, says: ran.stderr };
  }

  ok(...args: readonly string[]): string {
    const { status, text, says } = this.run(...args);
    expect({ status, says }, args.join(' ')).toEqual({ status: 0, says: '' });
    return text;
  }

  rows(query: string): unknown {
    return this.sql.all(query);
  }
}

/** A folder with an empty repository that machines share. */
export function sharedRepository(): string {
  const root = temporaryFolder();
  execFileSync('git', ['-c', 'init.defaultBranch=main', 'init', '--quiet', '--bare', join(root, 'shared.git')]);
  return root;
}
