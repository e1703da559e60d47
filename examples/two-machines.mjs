// Two machines edit one issue at the same time, and exchange it over a git repository.
// The command `sc-sync init` sets up each clone; the library and git do the rest.
// In the end both databases hold both edits. Run it with: node examples/two-machines.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DatabaseSync } from '@photostructure/sqlite'; // or from 'node:sqlite', since Node 22.16
import { Store } from 'savecontext-sync';

const command = fileURLToPath(new URL('bin/sc-sync.cjs', import.meta.resolve('savecontext-sync')));
const folder = mkdtempSync(join(tmpdir(), 'two-machines-'));
const server = join(folder, 'server.git');
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', server]);

/** A machine with a clone of the repository and a database of its own. */
class Machine {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.clone = join(folder, name);
    const database = join(folder, `${name}.db`);
    execFileSync('git', ['clone', '--quiet', server, this.clone], { stdio: ['ignore', 'ignore', 'pipe'] });
    execFileSync(process.execPath, [command, '-C', this.clone, '--db', database, 'init'], { stdio: 'pipe' });
    // The program's own connection: it writes rows as it always did, and hands the connection to the library.
    this.database = new DatabaseSync(database);
    this.project = Store.from(this.database).project(this.clone, { actor: name });
  }

  /** @param {string[]} words */
  git(...words) {
    const identity = ['-c', `user.name=${this.name}`, '-c', `user.email=${this.name}@example.org`];
    execFileSync('git', [...identity, ...words], { cwd: this.clone, stdio: 'pipe' });
  }

  /** Imports what is new in the files, exports what changed in the database, and commits the files. */
  syncAndCommit() {
    if (!this.project.sync().inSync) throw new Error(`${this.name} is not in sync`);
    this.git('add', '.savecontext');
    this.git('commit', '--quiet', '--allow-empty', '-m', `what ${this.name} did`);
  }

  /** @param {{ isFirst?: boolean }} [options] */
  exchange({ isFirst = false } = {}) {
    this.syncAndCommit();
    if (!isFirst) {
      this.git('pull', '--quiet', '--no-rebase', '--no-edit', 'origin', 'main');
      this.syncAndCommit();
    }
    this.git('push', '--quiet', 'origin', 'HEAD:main');
  }

  show() {
    const [issue] = this.database.prepare('SELECT title, priority FROM issues').all();
    console.log(`${this.name}: ${JSON.stringify(issue)}`);
  }
}

const laptop = new Machine('laptop');
laptop.database
  .prepare(
    `INSERT INTO issues (id, project_path, title, priority, created_at, updated_at)
     VALUES ('issue_1', ?, 'A draft', 2, ?, ?)`,
  )
  .run(laptop.clone, Date.now(), Date.now());
laptop.exchange({ isFirst: true });

const desktop = new Machine('desktop');
desktop.syncAndCommit();
desktop.show();

laptop.database.prepare(`UPDATE issues SET title = 'A title', updated_at = ?`).run(Date.now());
desktop.database.prepare(`UPDATE issues SET priority = 4, updated_at = ?`).run(Date.now());
laptop.exchange();
desktop.exchange();
laptop.exchange();
laptop.show();
desktop.show();

laptop.database.close();
desktop.database.close();
rmSync(folder, { recursive: true });
