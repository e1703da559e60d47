// The main job, as two people would do it: one database goes into git, another takes it out, both go on, and both end equal.
// Uses only the package's public library and the real command.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DatabaseSync } from '@photostructure/sqlite';

import { Store, getSyncStatus, projectExportDir } from '../dist/index.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(root, 'dist/bin/sc-sync.cjs');
const folder = mkdtempSync(join(tmpdir(), 'savecontext-sync-'));

/** The project's path in the database that the reference program made. */
const REFERENCE_PROJECT = '/projects/atlas';
const TYPES = ['session', 'plan', 'issue', 'context_item', 'memory', 'checkpoint', 'time_entry'];

/** @type {(text?: string) => void} */
const say = (text = '') => void process.stdout.write(`${text}\n`);

/** Somebody with a clone of the repository and a database of their own. */
class Person {
  /** @param {string} name @param {string[]} projectOption */
  constructor(name, projectOption = []) {
    this.name = name;
    this.clone = join(folder, name, 'atlas');
    this.database = join(folder, name, 'memory.db');
    this.projectOption = projectOption;
  }

  /** Runs the real command and gives what it printed; records rolled back by a change of branch are no failure here. @param {string[]} words */
  run(...words) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [command, '-C', this.clone, '--db', this.database, ...this.projectOption, ...words],
      { encoding: 'utf8', env: { ...process.env, SC_ACTOR: this.name } },
    );
    if (status !== 0 && status !== 1) throw new Error(`sc-sync ${words.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Runs the real command and shows it. @param {string[]} words */
  show(...words) {
    say(`  ${this.name}$ sc-sync ${words.map((word) => (/[\s"[]/.test(word) ? `'${word}'` : word)).join(' ')}`);
    for (const line of this.run(...words)
      .trimEnd()
      .split('\n'))
      say(`      ${line}`);
  }

  /** Runs git in the clone and gives what it printed. @param {string[]} words */
  git(...words) {
    say(`  ${this.name}$ git ${words.join(' ')}`);
    const identity = ['-c', `user.name=${this.name}`, '-c', `user.email=${this.name}@example.org`];
    return execFileSync('git', [...identity, ...words], {
      cwd: this.clone,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** All records of a type, as text that does not depend on their order in memory. @param {string} type */
  records(type) {
    return this.run('list', type, '--json');
  }
}

/** Compares both databases record by record. @param {Person} a @param {Person} b */
function compare(a, b) {
  const different = TYPES.filter((type) => a.records(type) !== b.records(type));
  const counts = TYPES.map((type) => `${JSON.parse(a.records(type)).records?.length ?? 0} ${type}`).join(', ');
  say(
    different.length === 0 ? `  both databases hold the same: ${counts}` : `  THEY DIFFER in ${different.join(', ')}`,
  );
  return different.length === 0;
}

/** Says whether a database and its files agree, by the library. @param {Person} person @param {string} projectPath */
function inSync(person, projectPath) {
  const store = Store.open(person.database);
  try {
    return getSyncStatus(store, { projectPath, dir: projectExportDir(person.clone) }).inSync;
  } finally {
    store.close();
  }
}

say(
  '1. alice has a database that the SaveContext command line made. Its project goes into a git repository, and to a server.',
);
const alice = new Person('alice', ['--project', REFERENCE_PROJECT]);
const bob = new Person('bob');
mkdirSync(alice.clone, { recursive: true });
mkdirSync(join(folder, 'bob'));
copyFileSync(join(root, 'test/fixtures/reference/full/before.db'), alice.database);
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(folder, 'server.git')]);
alice.git('init', '--quiet', '--initial-branch=main');
alice.git('remote', 'add', 'origin', join('..', '..', 'server.git'));
alice.show('init');
alice.show('push');

say();
say('2. bob clones it, and takes the records into a database of his own.');
execFileSync('git', ['clone', '--quiet', join(folder, 'server.git'), bob.clone]);
bob.show('init');
bob.show('pull');
let equal = compare(alice, bob);

say();
say('3. Both go on at the same time: other records, other fields of one record, the same field of one record.');
const [issue, other] = JSON.parse(alice.records('issue')).records;
const [memory] = JSON.parse(alice.records('memory')).records;
alice.show('put', 'issue', issue.id, 'title=A title by alice', 'labels=["from-alice"]');
bob.show('put', 'issue', issue.id, 'priority=4', 'labels=["from-bob"]');
alice.show('put', 'issue', other.id, 'details=what alice found');
bob.show('put', 'issue', other.id, 'details=what bob found');
alice.show('rm', 'memory', memory.id);
bob.show('put', 'memory', 'key=release', 'value=npm run build && npm publish');

say();
say('4. Both push. bob is later: his push merges what alice pushed, field by field, and then sends it.');
alice.show('push');
bob.show('push');
alice.show('pull');
equal = compare(alice, bob) && equal;

say();
say('5. alice works on a branch, and a forge merges it with the button, where nobody has a merge driver.');
alice.git('switch', '--quiet', '-c', 'feature');
alice.show('put', 'issue', issue.id, 'description=written on a branch');
alice.show('push');
bob.show('put', 'memory', 'key=style', 'value=one record a line');
bob.show('push');
const forge = join(folder, 'forge');
execFileSync('git', ['clone', '--quiet', join(folder, 'server.git'), forge]);
const inForge = (/** @type {string[]} */ ...words) => {
  say(`  forge$ git ${words.join(' ')}`);
  execFileSync('git', ['-c', 'user.name=forge', '-c', 'user.email=forge@example.org', ...words], {
    cwd: forge,
    stdio: 'ignore',
  });
};
inForge('merge', '--no-ff', '-m', 'feature', 'origin/feature');
inForge('push', '--quiet');
alice.git('switch', '--quiet', 'main');
say('  (main has the line from before the branch: the database keeps its newer version, and says so)');
alice.show('pull');
bob.show('pull');

say();
say('6. What became of it.');
bob.show('log', issue.id);
const merged = JSON.parse(bob.run('get', 'issue', issue.id, '--json')).record;
say(
  `  one issue, all edits: title "${merged.title}", priority ${merged.priority}, labels ${merged.labels.join(' and ')}, "${merged.description}"`,
);
bob.show('conflicts');
equal = compare(alice, bob) && equal;

/** The bytes of the data files. @param {Person} person */
const files = (person) =>
  readdirSync(projectExportDir(person.clone))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => `${name}\n${readFileSync(join(projectExportDir(person.clone), name), 'utf8')}`)
    .join('\n');
const sameFiles = files(alice) === files(bob);
say(sameFiles ? '  the files of both clones are the same, byte for byte' : '  THE FILES DIFFER');
const settled = inSync(alice, REFERENCE_PROJECT) && inSync(bob, bob.clone);
say(settled ? '  both databases agree with their files' : '  A DATABASE AND ITS FILES DISAGREE');

say();
say(
  '7. Any other database: a program of notes numbers its rows, and knows nothing of sync. carol and dan have one each.',
);
const [carol, dan] = [new Person('carol'), new Person('dan')];
const notesServer = join(folder, 'notes.git');
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', notesServer]);
const programs = [carol, dan].map(({ clone, database }) => {
  execFileSync('git', ['clone', '--quiet', notesServer, clone], { stdio: 'ignore' });
  const program = new DatabaseSync(database);
  program.exec(`CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL, password TEXT);
    CREATE TABLE note (id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL REFERENCES topic (id), title TEXT NOT NULL, body TEXT)`);
  return program;
});
const [atCarol, atDan] = programs;
atCarol?.exec(`INSERT INTO topic VALUES (1, 'bread', 'rye-and-salt'); INSERT INTO note VALUES (1, 1, 'Rye', NULL)`);
carol.show('adopt');
carol.run('init');
carol.show('push');
execFileSync('git', ['pull', '--quiet'], { cwd: dan.clone });
dan.run('init');
dan.run('sync');
say('  dan has them too. Now both give the number 2 to a new note, and change another field of the first one.');
atCarol?.exec(
  `INSERT INTO note VALUES (2, 1, 'Oats by carol', NULL); UPDATE note SET title = 'Rye bread' WHERE id = 1`,
);
atDan?.exec(`INSERT INTO note VALUES (2, 1, 'Barley by dan', NULL); UPDATE note SET body = 'for an hour' WHERE id = 1`);
carol.run('push');
dan.show('push');
carol.run('pull');
const notes = programs.map((program) => {
  const rows = program.prepare(`SELECT name || ': ' || title || coalesce(', ' || body, '') AS t FROM note n
    JOIN topic ON topic.id = topic_id ORDER BY t`);
  return rows.all().map(({ t }) => String(t));
});
for (const program of programs) program.close();
const sameNotes = notes[0]?.join('; ') === notes[1]?.join('; ');
say(sameNotes ? `  both hold the same: ${String(notes[0]?.join('; '))}` : '  THE NOTES DIFFER');

const isGood = equal && sameFiles && settled && sameNotes;
say();
say(`${isGood ? 'All equal.' : 'SOMETHING IS WRONG.'} Everything is left in ${folder}: look around.`);
process.exitCode = isGood ? 0 : 1;
