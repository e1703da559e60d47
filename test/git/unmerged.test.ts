import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { requireMerged } from '../../src/git/unmerged.js';
import { thrownBy } from '../files/thrown.js';
import { Clone, folder, pair } from './clones.js';

const NAME = 'memories.jsonl';

/** A clone in which git cannot merge data files at all, and leaves ours standing, with two branches that both changed one. */
function twoBranches(): Clone {
  const clone = new Clone(join(folder(), 'work'));
  mkdirSync(clone.dir);
  writeFileSync(join(clone.root, '.git/info/attributes'), '*.jsonl -merge\n');
  const commit = (text: string): void => {
    writeFileSync(join(clone.dir, NAME), text);
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', text);
  };
  commit('{"n":1}\n');
  clone.git('branch', 'other');
  commit('{"n":2}\n');
  clone.git('checkout', '--quiet', 'other');
  commit('{"n":3}\n');
  return clone;
}

describe('data files that git could not merge, and left without a marker, are found', () => {
  it.each([
    ['merge', [['merge', 'main']]],
    ['merge --squash', [['merge', '--squash', 'main']]],
    ['rebase', [['rebase', 'main']]],
    ['cherry-pick', [['cherry-pick', 'main']]],
    ['cherry-pick --no-commit', [['cherry-pick', '--no-commit', 'main']]],
    ['revert', [['revert', '--no-edit', 'main']]],
    [
      'am',
      [
        ['format-patch', '-1', '-o', '..', 'main'],
        ['am', '-3', '../0001-n-2.patch'],
      ],
    ],
  ])('%s', (_, steps) => {
    const clone = twoBranches();
    for (const args of steps) clone.tryGit(...args);
    expect(thrownBy(() => requireMerged(clone.dir))).toMatchObject({
      code: 'refused',
      details: [`unmerged: ${NAME}`],
      hint: expect.stringContaining('resolve') as unknown,
    });
    clone.git('add', '-A');
    requireMerged(clone.dir);
  });

  it.each([
    ['a stash that comes back', false],
    ['the same in a linked work tree, since the stash is one for all', true],
  ])('%s', (_, isLinked) => {
    const clone = twoBranches();
    const root = isLinked ? join(clone.root, '../linked') : clone.root;
    if (isLinked) clone.git('worktree', 'add', '--quiet', '--detach', root);
    const work = isLinked ? new Clone(root, { isThere: true }) : clone;
    writeFileSync(join(work.dir, NAME), '{"n":4}\n');
    work.git('stash', '--quiet');
    work.git('checkout', '--quiet', '--detach', 'main');
    work.tryGit('stash', 'pop');
    expect(thrownBy(() => requireMerged(work.dir)).details).toEqual([`unmerged: ${NAME}`]);
  });

  it('without starting git where nothing is unfinished, or no work tree is', () => {
    const clone = twoBranches();
    const { PATH } = process.env;
    process.env['PATH'] = '/nowhere';
    try {
      for (const dir of [clone.dir, join(clone.root, 'not/there'), folder()]) requireMerged(dir);
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});

it('P20 nothing takes one side of an unmerged file for both: the verbs refuse, until it is healed', () => {
  const { ann, bob } = pair();
  ann.put('issue', 'issue_1', 'details=by ann');
  ann.commit();
  ann.git('push', '--quiet');
  bob.put('issue', 'issue_1', 'title=by bob');
  bob.commit();
  bob.git('config', 'merge.savecontext.driver', 'kill -9 $$');
  expect(bob.tryGit('pull', '--no-rebase', '--quiet').status).not.toBe(0);
  bob.git('config', '--unset', 'merge.savecontext.driver');
  for (const verb of ['import', 'export', 'sync']) {
    const { status, stderr } = bob.run([verb]);
    expect([verb, status, stderr]).toEqual([verb, 6, expect.stringContaining('unmerged: issues.jsonl')]);
  }
  const { status, stdout } = bob.run(['status', '--check', '--json']);
  expect([status, JSON.parse(stdout)]).toMatchObject([1, { inSync: false, git: { unmerged: ['issues.jsonl'] } }]);
  bob.ok('resolve');
  bob.ok('sync');
  expect([bob.field('issue', 'issue_1', 'title'), bob.field('issue', 'issue_1', 'details')]).toEqual([
    'by bob',
    'by ann',
  ]);
});
