// An agent keeps its memory in SQLite: numbers by AUTOINCREMENT, full text that triggers index, a key that is secret.
// Two machines adopt that database. Both add a memory with the same number, and both edit one; git carries the files.
// In the end both find all memories by full text. Run it with: node examples/agent-memory.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DatabaseSync } from '@photostructure/sqlite'; // or from 'node:sqlite', since Node 22.16

const command = fileURLToPath(new URL('bin/sc-sync.cjs', import.meta.resolve('savecontext-sync')));
const folder = mkdtempSync(join(tmpdir(), 'agent-memory-'));
const server = join(folder, 'server.git');
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', server]);

/** A machine with a clone, and with the agent's program, which knows nothing of sync. */
class Machine {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.clone = join(folder, name);
    this.path = join(folder, `${name}.db`);
    execFileSync('git', ['clone', '--quiet', server, this.clone], { stdio: 'pipe' });
    this.database = new DatabaseSync(this.path);
    this.database.exec(`
      CREATE TABLE session (id INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, api_key TEXT);
      CREATE TABLE memory (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id INTEGER NOT NULL REFERENCES session (id),
        title TEXT NOT NULL, weight REAL, created_at_epoch INTEGER NOT NULL);
      CREATE VIRTUAL TABLE memory_fts USING fts5 (title, content=memory, content_rowid=id);
      CREATE TRIGGER memory_added AFTER INSERT ON memory BEGIN
        INSERT INTO memory_fts (rowid, title) VALUES (new.id, new.title); END;
      CREATE TRIGGER memory_changed AFTER UPDATE ON memory BEGIN
        INSERT INTO memory_fts (memory_fts, rowid, title) VALUES ('delete', old.id, old.title);
        INSERT INTO memory_fts (rowid, title) VALUES (new.id, new.title); END;`);
  }

  /** Runs the command in the clone. @param {string[]} words */
  run(...words) {
    const env = { ...process.env, SC_ACTOR: this.name };
    execFileSync(process.execPath, [command, ...words], { cwd: this.clone, env, stdio: 'pipe' });
  }

  /** @param {string} title */
  remember(title) {
    this.database
      .prepare('INSERT INTO memory (session_id, title, created_at_epoch) VALUES (1, ?, ?)')
      .run(title, Date.now());
  }

  /** @param {string} word */
  find(word) {
    const sql = `SELECT m.title, m.weight, s.agent FROM memory_fts f JOIN memory m ON m.id = f.rowid JOIN session s ON s.id = m.session_id
      WHERE memory_fts MATCH ? ORDER BY m.title`;
    console.log(`${this.name}: ${JSON.stringify(this.database.prepare(sql).all(word))}`);
  }
}

const laptop = new Machine('laptop');
laptop.database.exec(`INSERT INTO session (agent, api_key) VALUES ('planner', 'k-4711')`);
laptop.remember('build with npm');
laptop.run('adopt', '--db', laptop.path);
laptop.run('init', '--db', laptop.path);
laptop.run('push');

// The registry comes with the clone.
const desktop = new Machine('desktop');
desktop.run('init', '--db', desktop.path);
desktop.run('sync');
desktop.find('build');
console.log(`desktop has the key: ${JSON.stringify(desktop.database.prepare('SELECT api_key FROM session').all())}`);

// Both give the number 2 to another memory, and change different fields of the first one.
laptop.remember('release build on Friday');
laptop.database.exec(`UPDATE memory SET title = 'build with npm run build' WHERE id = 1`);
desktop.remember('build server is slow');
desktop.database.exec(`UPDATE memory SET weight = 0.9 WHERE id = 1`);
laptop.run('push');
desktop.run('push');
laptop.run('pull');
laptop.find('build');
desktop.find('build');

laptop.database.close();
desktop.database.close();
rmSync(folder, { recursive: true });
