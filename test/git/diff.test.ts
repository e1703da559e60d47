import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { diff, diffSince } from '../../src/sync/diff.js';
import { filesOfCommit, requireCommit } from '../../src/git/commit-files.js';
import { gitHistory } from '../../src/git/history.js';
import { requireRepository } from '../../src/git/repository.js';
import { findProject } from '../../src/sync/project.js';
import type { RecordChange } from '../../src/record/change.js';
import { Store } from '../../src/savecontext/store.js';
import { dump } from '../sync/helpers.js';
import { thrownBy } from '../files/thrown.js';
import { Clone, folder, pair } from './clones.js';

/** All files below a folder, those of git too, with the hashes of their bytes. The lock is no data. */
function treeOf(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.sync.lock'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
    .sort();
}

/** Does something that must change nothing: no file, nothing of git, no row of any table. */
function looking<T>(
  clone: Clone,
  look: (store: Store, options: Parameters<typeof diff>[1]) => T,
): readonly [T, string[]] {
  const store = Store.open(clone.db);
  try {
    const told: RecordChange[] = [];
    const before = [treeOf(clone.root), dump(store.sql, /./)];
    const { dir } = clone;
    const projectPath = findProject(store, dir).project;
    const onChange = (change: RecordChange): void => {
      told.push(change);
    };
    const found = look(store, { projectPath, dir, actor: 'tester', history: gitHistory(dir), onChange });
    expect([treeOf(clone.root), dump(store.sql, /./)]).toEqual(before);
    return [found, told.map(brief)];
  } finally {
    store.close();
  }
}

const brief = ({ where, type, id, action, fields }: RecordChange): string =>
  [where, `${type}/${id}`, action, ...fields.map(({ field }) => field)]
    .filter((word) => word !== 'updated_at')
    .join(' ');

/** What a sync would change. */
const told = (clone: Clone): string[] => looking(clone, diff)[1];

/** What differs from a commit, and how many lines of it cannot be read. */
function since(clone: Clone, revision: string): readonly [string[], number, ...string[]] {
  const repository = requireRepository(clone.root);
  const files = filesOfCommit(repository, requireCommit(repository, revision), clone.dir);
  const [{ unreadable, refused }, changes] = looking(clone, (store, options) => diffSince(store, options, files));
  return [changes.map((text) => text.replace(/^files /, '')), unreadable, ...refused.map(({ id }) => id)];
}

describe('diff after a change of branches', () => {
  it('says what the next export would put there', () => {
    const { ann } = pair();
    ann.git('branch', 'old');
    ann.put('memory', 'mem_1', 'value=later');
    ann.put('memory', 'mem_9', 'key=k9', 'value=new');
    ann.ok('rm', 'issue', 'issue_2', '--yes');
    ann.commit();
    ann.git('checkout', '--quiet', 'old');
    const expected = ['files issue/issue_2 deleted', 'files memory/mem_1 changed value', 'files memory/mem_9 restored'];
    expect(told(ann)).toEqual(expected);
    expect(ann.json(['sync', '--dry-run'], 1)).toMatchObject({
      export: { entities: { total: { written: 2, deleted: 1 } } },
    });
    ann.run(['sync']);
    expect(told(ann)).toEqual([]);
    ann.git('add', '-A', '.savecontext');
    expect(ann.git('diff', '--cached', 'main')).toBe('');
  });

  it('says what came with the branch, what was edited here, and what both make together', () => {
    const { ann, bob } = pair();
    ann.put('issue', 'issue_1', 'labels=["a","b","c"]');
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.put('issue', 'issue_3', 'title=by ann');
    ann.ok('rm', 'memory', 'mem_2', '--yes');
    ann.commit();
    ann.git('push', '--quiet');
    bob.put('issue', 'issue_1', 'details=by bob');
    bob.put('memory', 'mem_3', 'value=by bob');
    bob.put('issue', 'issue_3', 'title=by bob');
    bob.ok('rm', 'issue', 'issue_2', '--yes');
    bob.git('pull', '--quiet');
    expect(told(bob)).toEqual([
      'database issue/issue_1 changed labels',
      'database memory/mem_1 changed value',
      'database memory/mem_2 deleted',
      'files issue/issue_1 changed details',
      'files issue/issue_2 deleted',
      'files issue/issue_3 changed title',
      'files memory/mem_3 changed value',
    ]);
    expect(looking(bob, diff)[0].conflicts).toMatchObject([{ id: 'issue_3', kept: '"by bob"', lost: '"by ann"' }]);
    expect(bob.run(['sync']).stdout).toMatch(/^in sync$/m);
    expect(told(bob)).toEqual([]);
  });

  it('reads what a merge driver left, and leaves it there', () => {
    const { ann, bob } = pair();
    for (const clone of [ann, bob]) {
      clone.put('memory', 'mem_1', `value=by ${clone === ann ? 'ann' : 'bob'}`);
      clone.commit();
    }
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet', '--no-edit', '--no-rebase');
    const [{ conflicts }] = looking(bob, diff);
    expect(conflicts).toMatchObject([{ type: 'memory', id: 'mem_1', lost: '"by ann"' }]);
    expect(bob.ok('diff')).toContain('memory k1: value: "by ann" would lose to "by bob" (merge)\n');
  });
});

describe('diff --base', () => {
  it('says what became of the records since a commit, exported or not', () => {
    const { ann } = pair();
    ann.git('checkout', '--quiet', '-b', 'work');
    expect(since(ann, 'main')).toEqual([[], 0]);
    ann.put('memory', 'mem_1', 'value=committed');
    ann.put('memory', 'mem_8', 'key=k8', 'value=v');
    ann.ok('rm', 'issue', 'issue_1', '--yes');
    ann.commit();
    ann.put('issue', 'issue_2', 'labels=["a","b","c"]');
    ann.put('memory', 'mem_1', 'value=pending');
    ann.put('memory', 'mem_9', 'key=k9', 'value=v');
    ann.ok('rm', 'memory', 'mem_3', '--yes');
    const expected = [
      'issue/issue_1 deleted',
      'issue/issue_2 changed labels',
      'memory/mem_1 changed value',
      'memory/mem_3 deleted',
      'memory/mem_8 created',
      'memory/mem_9 created',
    ];
    expect(since(ann, 'main')).toEqual([expected, 0]);
    expect(since(ann, 'HEAD')[0]).toEqual(expected.filter((text) => !/issue_1|mem_8/.test(text)));
    // What was made and deleted since then was never there, and an edit that was taken back is none.
    ann.ok('rm', 'memory', 'mem_8', '--yes');
    ann.put('issue', 'issue_2', 'labels=["a","b"]', 'updated_at=1');
    expect(since(ann, 'main')[0]).toEqual(expected.filter((text) => !/issue_2|mem_8/.test(text)));
    ann.commit();
    expect(since(ann, 'main')[0]).toEqual(expected.filter((text) => !/issue_2|mem_8/.test(text)));
    ann.put('memory', 'mem_3', 'key=k3', 'value=value 3', 'category=note', 'created_at=1', 'updated_at=1');
    expect(since(ann, 'HEAD')[0]).toEqual(['memory/mem_3 restored']);
  });

  it('tells a record of another branch from a deleted one', () => {
    const { ann, bob } = pair();
    ann.put('memory', 'mem_9', 'key=k9', 'value=v');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('fetch', '--quiet');
    expect(since(bob, 'origin/main')).toEqual([['memory/mem_9 removed'], 0]);
    expect(since(bob, 'HEAD')[0]).toEqual([]);
  });

  it('never shows private records, nor rows of other projects', () => {
    const { ann } = pair();
    writeFileSync(
      join(ann.dir, 'sync.json'),
      JSON.stringify({ private: [{ type: 'memory', where: { key: 'mine' } }] }),
    );
    ann.put('memory', 'mem_8', 'key=mine', 'value=secret');
    ann.put('memory', 'mem_9', 'key=ours', 'value=v');
    expect(since(ann, 'HEAD')[0]).toEqual(['memory/mem_9 created']);
    const text = ann.ok('diff', '--base', 'HEAD', '--json');
    expect(text).toContain('mem_9');
    expect(text).not.toMatch(/mem_8|secret/);
    // One that is in the files keeps the export from writing anything.
    ann.put('memory', 'mem_1', 'value=hidden');
    ann.put('issue', 'issue_1', 'title=waits');
    writeFileSync(join(ann.dir, 'sync.json'), JSON.stringify({ private: [{ type: 'memory', where: {} }] }));
    expect(since(ann, 'HEAD')).toEqual([[], 0, 'mem_1', 'mem_2', 'mem_3']);
    expect(ann.ok('diff', '--base', 'HEAD')).toMatch(
      /^(?:memory k[123]: it is private now, .*\n){3}no record differs from HEAD\n$/,
    );
  });

  it('takes any form of files: duplicates, another order, CRLF, lines that cannot be read', () => {
    const { ann } = pair();
    const path = join(ann.dir, 'memories.jsonl');
    // Its attributes would have git commit LF alone.
    rmSync(join(ann.dir, '.gitattributes'));
    const dream = '{"type":"dream","id":"d"}';
    const [one = '', two = '', three = ''] = ann.read('memories.jsonl').split('\n');
    writeFileSync(path, `${three}\r\n${one}\r\n${two}\r\n${one}\r\n{"type":"memory"\r\n<<<<<<< ours\r\n${dream}\r\n`);
    ann.git('-c', 'core.autocrlf=false', 'commit', '--quiet', '-am', 'by hand');
    writeFileSync(path, `${one}\n${two}\n${three}\n${dream}\n`);
    expect(since(ann, 'HEAD')).toEqual([[], 2]);
    expect(ann.ok('diff', '--base', 'HEAD')).toBe(
      '2 lines of HEAD cannot be read, and are left out\nno record differs from HEAD\n',
    );
  });

  it('finds the folder below the root, and says everything of a commit without it', () => {
    const clone = new Clone(join(folder(), 'tree'));
    mkdirSync(join(clone.root, 'sub'));
    clone.git('commit', '--quiet', '--allow-empty', '-m', 'empty');
    const inner = new Clone(join(clone.root, 'sub'), { db: clone.db, isThere: true });
    inner.ok('init', '-C', inner.root);
    mkdirSync(inner.dir, { recursive: true });
    inner.put('memory', 'mem_1', 'key=a', 'value=é');
    inner.commit();
    expect(since(inner, 'HEAD')[0]).toEqual([]);
    expect(since(inner, 'HEAD~1')[0]).toEqual(['memory/mem_1 created']);
    inner.put('memory', 'mem_1', 'value=two');
    expect(inner.json(['diff', '--base', 'HEAD'])).toMatchObject({
      base: clone.git('rev-parse', 'HEAD'),
      changes: [{ id: 'mem_1', action: 'changed', fields: [{ field: 'value', from: 'é', to: 'two' }, {}], record: {} }],
    });
  });

  it('takes whatever git knows as a commit, and nothing else', () => {
    const { ann } = pair();
    ann.git('tag', '-a', 'v1', '-m', 'v1');
    const repository = requireRepository(ann.root);
    const head = ann.git('rev-parse', 'HEAD');
    for (const name of ['HEAD', 'main', 'v1', head.slice(0, 9), 'HEAD@{0}', 'HEAD^{/records}']) {
      expect(requireCommit(repository, name), name).toBe(head);
    }
    for (const name of ['', 'nope', 'HEAD~99', '--all', 'HEAD:.savecontext', 'main..HEAD', '^main']) {
      expect(
        thrownBy(() => requireCommit(repository, name)),
        name,
      ).toMatchObject({ code: 'usage' });
    }
    expect(ann.run(['diff', '--base', 'nope']).stderr).toMatch(/^sc-sync: There is no commit "nope" in .*\nhint: /);
    renameSync(join(ann.root, '.git'), join(ann.root, 'git'));
    expect(ann.json(['diff', '--base', 'main'], 4)).toMatchObject({ error: { code: 'usage' } });
    rmSync(join(ann.root, 'git'), { recursive: true });
  });
});
