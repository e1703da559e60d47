import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Clone, folder, pair } from './clones.js';
import { changedBetween, snapshot } from './snapshot.js';

/** Runs a verb with the variables that a hook of another repository would have set. */
function run(clone: Clone, misleading: Clone, ...words: readonly string[]): void {
  const { status, stdout, stderr } = clone.run(words, {
    GIT_DIR: join(misleading.root, '.git'),
    GIT_WORK_TREE: misleading.root,
    GIT_INDEX_FILE: join(misleading.root, '.git/index'),
    GIT_PREFIX: '',
  });
  expect(status, `${words.join(' ')}: ${stdout}${stderr}`).toBe(0);
}

/** Work of the user's that nothing may touch: staged, changed, not tracked. */
function addWork(clone: Clone): void {
  for (const name of ['staged.txt', 'changed.txt']) writeFileSync(join(clone.root, name), 'first\n');
  clone.git('add', 'staged.txt', 'changed.txt');
  clone.git('commit', '--quiet', '-m', 'code', '--', 'staged.txt', 'changed.txt');
  for (const name of ['staged.txt', 'changed.txt', 'untracked.txt']) writeFileSync(join(clone.root, name), 'second\n');
  clone.git('add', 'staged.txt');
}

/** States of a clone of bob's in which the verbs are run. Gives the clone, and the folder in which all of its repository is. */
const STATES: readonly (readonly [
  name: string,
  enter: (bob: Clone, remote: string) => { clone: Clone; all: string },
])[] = [
  ['a branch', (bob) => ({ clone: bob, all: bob.root })],
  [
    'a detached head',
    (bob): { clone: Clone; all: string } => {
      bob.git('checkout', '--quiet', '--detach');
      return { clone: bob, all: bob.root };
    },
  ],
  [
    'the middle of a rebase',
    (bob): { clone: Clone; all: string } => {
      const path = join(bob.root, 'code.txt');
      for (const [branch, text] of [
        ['main', 'one'],
        ['other', 'two'],
      ] as const) {
        bob.git('checkout', '--quiet', '-B', branch, 'origin/main');
        writeFileSync(path, `${text}\n`);
        bob.git('add', 'code.txt');
        bob.git('commit', '--quiet', '-m', text);
      }
      expect(bob.tryGit('rebase', 'main').status).toBe(1);
      return { clone: bob, all: bob.root };
    },
  ],
  [
    'a linked work tree',
    (bob): { clone: Clone; all: string } => {
      const root = join(bob.root, 'linked');
      bob.git('worktree', 'add', '--quiet', '-b', 'linked', root);
      return { clone: new Clone(root, { db: bob.db, isThere: true }), all: bob.root };
    },
  ],
  [
    'a submodule',
    (_, remote): { clone: Clone; all: string } => {
      const outer = new Clone(join(folder(), 'outer'));
      outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', remote, 'inner');
      const clone = new Clone(join(outer.root, 'inner'), { isThere: true, db: join(outer.root, '../inner.db') });
      clone.init();
      return { clone, all: outer.root };
    },
  ],
];

describe('P18: nothing but the data files changes, whatever a hook has set', () => {
  it.each(STATES)('in %s', (_, enter) => {
    const { bob, remote } = pair();
    const misleading = new Clone(join(folder(), 'another repository'));
    const { clone, all } = enter(bob, remote);
    clone.sync();
    addWork(clone);
    clone.put('memory', 'mem_1', 'value=changed');
    const [before, elsewhere] = [snapshot(all), snapshot(misleading.root)];
    for (const verb of ['status', 'sync', 'export', 'import', 'resolve']) run(clone, misleading, verb);
    run(clone, misleading, 'log', 'mem_1');
    const data = clone.dir.slice(all.length + 1);
    const changed = changedBetween(before, snapshot(all)).filter((name) => !name.includes('.sync.lock'));
    expect(changed).toEqual([`${data}/memories.jsonl`]);
    expect(snapshot(misleading.root)).toEqual(elsewhere);
  });

  it('push and pull add their commits, and leave work, settings, hooks and other branches alone', () => {
    const { ann, bob } = pair();
    const misleading = new Clone(join(folder(), 'another repository'));
    addWork(bob);
    bob.git('branch', 'other');
    ann.put('memory', 'mem_2', 'value=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    bob.put('memory', 'mem_1', 'value=by bob');
    const [before, elsewhere] = [snapshot(bob.root), snapshot(misleading.root)];
    const work = bob.git('diff', 'HEAD', '--', ':(exclude).savecontext') + bob.git('diff', '--cached');
    run(bob, misleading, 'push');
    run(bob, misleading, 'pull');
    const changed = changedBetween(before, snapshot(bob.root)).filter((name) => !/\.sync\.lock|objects\//.test(name));
    const git = ['index', 'logs/HEAD', 'refs/heads/main', 'refs/remotes/origin/main'].map((name) => `.git/${name}`);
    const logs = ['.git/logs/refs/heads/main', '.git/logs/refs/remotes/origin/main'];
    // What git itself writes down on the way.
    const notes = ['.git/COMMIT_EDITMSG', '.git/FETCH_HEAD', '.git/ORIG_HEAD', '.git/worktrees'];
    expect(changed.filter((name) => !notes.includes(name))).toEqual(
      [...git, ...logs, '.savecontext/memories.jsonl'].sort(),
    );
    expect(bob.git('diff', 'HEAD', '--', ':(exclude).savecontext') + bob.git('diff', '--cached')).toBe(work);
    expect(snapshot(misleading.root)).toEqual(elsewhere);
  });
});
