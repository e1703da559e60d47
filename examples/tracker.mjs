// A tracker numbers its issues, and has keys of two columns: the labels of an issue, and what blocks what.
// It syncs by itself: the library reads the registry that `sc-sync adopt` wrote once, and git carries the files.
// Two machines go on, and both have the same in the end. Run it with: node examples/tracker.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DatabaseSync } from '@photostructure/sqlite'; // or from 'node:sqlite', since Node 22.16
import { Store, registryIn } from 'savecontext-sync';

const command = fileURLToPath(new URL('bin/sc-sync.cjs', import.meta.resolve('savecontext-sync')));
const folder = mkdtempSync(join(tmpdir(), 'tracker-'));
const server = join(folder, 'server.git');
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', server]);

/** Somebody with a clone of the repository, and the tracker with its database. */
class Tracker {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.clone = join(folder, name);
    this.path = join(folder, `${name}.db`);
    execFileSync('git', ['clone', '--quiet', server, this.clone], { stdio: 'pipe' });
    this.database = new DatabaseSync(this.path);
    this.database.exec(`
      CREATE TABLE ticket (id INTEGER PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open');
      CREATE TABLE ticket_label (ticket INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE, label TEXT NOT NULL,
        PRIMARY KEY (ticket, label));
      CREATE TABLE blocks (ticket INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
        other INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE, PRIMARY KEY (ticket, other));`);
  }

  /** Runs the command in the clone. @param {string[]} words */
  run(...words) {
    execFileSync(process.execPath, [command, '--db', this.path, ...words], { cwd: this.clone, stdio: 'pipe' });
  }

  /** Sets up the clone for git, and the database for sync. */
  setUp() {
    this.run('init');
    const dir = join(this.clone, '.sc-sync');
    this.project = Store.from(this.database, { registry: registryIn(dir) }).project(this.clone, {
      dir,
      actor: this.name,
    });
  }

  /** @param {string[]} words */
  git(...words) {
    const identity = ['-c', `user.name=${this.name}`, '-c', `user.email=${this.name}@example.org`];
    execFileSync('git', [...identity, ...words], { cwd: this.clone, stdio: 'pipe' });
  }

  syncAndCommit() {
    if (this.project?.sync().inSync !== true) throw new Error(`${this.name} is not in sync`);
    this.git('add', '.sc-sync');
    this.git('commit', '--quiet', '--allow-empty', '-m', `what ${this.name} did`);
  }

  exchange() {
    this.syncAndCommit();
    this.git('pull', '--quiet', '--no-rebase', '--no-edit', 'origin', 'main');
    this.syncAndCommit();
    this.git('push', '--quiet', 'origin', 'HEAD:main');
  }

  show() {
    const sql = `SELECT title, state, (SELECT group_concat(label, ' ' ORDER BY label) FROM ticket_label WHERE ticket = t.id) AS labels,
        (SELECT group_concat(o.title) FROM blocks b JOIN ticket o ON o.id = b.other WHERE b.ticket = t.id) AS blocks
      FROM ticket t ORDER BY title`;
    for (const row of this.database.prepare(sql).all()) console.log(`${this.name}: ${Object.values(row).join(' | ')}`);
  }
}

const ann = new Tracker('ann');
ann.database.exec(`
  INSERT INTO ticket (title) VALUES ('Login fails'), ('Release');
  INSERT INTO ticket_label VALUES (1, 'bug');
  INSERT INTO blocks VALUES (1, 2)`);
ann.run('adopt');
ann.setUp();
ann.syncAndCommit();
ann.git('push', '--quiet', 'origin', 'HEAD:main');

const ben = new Tracker('ben');
ben.setUp();
ben.syncAndCommit();

// Both give the number 3 to another ticket that blocks the release, and both label the first one.
ann.database.exec(`
  INSERT INTO ticket (title) VALUES ('Docs are old');
  INSERT INTO blocks VALUES (3, 2);
  INSERT INTO ticket_label VALUES (1, 'urgent');
  UPDATE ticket SET title = 'Login fails on Mondays' WHERE id = 1`);
ben.database.exec(`
  INSERT INTO ticket (title) VALUES ('Slow start');
  INSERT INTO blocks VALUES (3, 2);
  INSERT INTO ticket_label VALUES (1, 'login');
  UPDATE ticket SET state = 'done' WHERE id = 1`);
ann.exchange();
ben.exchange();
ann.exchange();
ann.show();
ben.show();

ann.database.close();
ben.database.close();
rmSync(folder, { recursive: true });
