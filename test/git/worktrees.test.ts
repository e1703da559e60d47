import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Clone, folder, pair } from './clones.js';

/** A repository with records, and a linked work tree on another branch, both on one database. */
function linked(): { main: Clone; other: Clone } {
  const main = new Clone(join(folder(), 'main tree')).useDriver();
  main.ok('init');
  main.put('memory', 'mem_1', 'key=a', 'value=one');
  main.put('issue', 'issue_1', 'title=one', 'labels=["x"]');
  main.commit();
  const root = join(main.root, '..', 'linked tree');
  main.git('worktree', 'add', '--quiet', '-b', 'feature', root);
  return { main, other: new Clone(root, { db: main.db, isThere: true }) };
}

describe('one database, several work trees', () => {
  it('a linked one has the project of the main one, and a base of its own', () => {
    const { main, other } = linked();
    expect(other.json(['sync'])).toMatchObject({ project: main.root, dir: other.dir, inSync: true });
    main.put('memory', 'mem_1', 'value=two');
    main.commit();
    // The other branch has the old line still; the next export there would bring the new one.
    expect(other.json(['sync', '--dry-run'])).toMatchObject({ export: { entities: { total: { written: 1 } } } });
    expect(other.read('memories.jsonl')).toContain('"one"');
    expect(other.json(['sync'])).toMatchObject({ inSync: true, export: { entities: { memory: { written: 1 } } } });
    expect(other.read('memories.jsonl')).toBe(main.read('memories.jsonl'));
    expect(main.git('status', '--porcelain')).toBe('');
  });

  it('edits on both branches meet in the database, and the branches merge without a conflict', () => {
    const { main, other } = linked();
    other.ok('sync');
    other.put('issue', 'issue_1', 'labels=["x","feature"]');
    other.commit();
    main.put('issue', 'issue_1', 'title=two');
    main.commit();
    main.git('merge', '--quiet', '--no-edit', 'feature');
    main.ok('sync');
    expect(main.json(['sync'])).toMatchObject({ inSync: true });
    expect(main.field('issue', 'issue_1', 'labels')).toEqual(['feature', 'x']);
    expect(main.field('issue', 'issue_1', 'title')).toBe('two');
    expect(main.journal()).toEqual([]);
  });

  it('switching a branch loses nothing: an old line is told from news, and put right', () => {
    const { main } = linked();
    main.git('branch', 'old');
    main.put('memory', 'mem_1', 'value=two');
    main.put('memory', 'mem_2', 'key=b', 'value=new');
    main.ok('rm', 'issue', 'issue_1', '--yes');
    main.commit();
    main.git('checkout', '--quiet', 'old');
    const { status, stdout } = main.run(['sync']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^memory \w+: kept the newer version/m);
    expect(main.field('memory', 'mem_1', 'value')).toBe('two');
    expect(main.field('memory', 'mem_2', 'value')).toBe('new');
    expect(main.field('issue', 'issue_1', 'title')).toBeUndefined();
    expect(main.json(['sync'])).toMatchObject({ inSync: true });
    expect(main.read('memories.jsonl')).toContain('"new"');
  });
});

describe('unusual work trees', () => {
  it('a detached head syncs', () => {
    const { main } = linked();
    main.git('checkout', '--quiet', '--detach');
    main.put('memory', 'mem_1', 'value=detached');
    main.commit();
    expect(main.json(['sync'])).toMatchObject({ inSync: true });
  });

  it('a submodule is a project of its own', () => {
    const { bob, remote } = pair();
    const outer = new Clone(join(folder(), 'outer'));
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', remote, 'inner');
    const inner = new Clone(join(outer.root, 'inner'), { isThere: true });
    inner.ok('init');
    expect(inner.json(['sync'])).toMatchObject({ project: inner.root, inSync: true });
    expect(inner.records()).toBe(bob.records());
    inner.put('memory', 'mem_1', 'value=inside');
    inner.commit();
    expect(outer.git('status', '--porcelain', '--ignore-submodules=none')).toContain('inner');
  });

  it('core.autocrlf changes no line: files with CRLF are read, and written in canonical form', () => {
    const { ann, remote } = pair();
    const root = join(folder(), 'crlf');
    ann.git('clone', '--quiet', '-c', 'core.autocrlf=true', remote, root);
    const clone = new Clone(root, { isThere: true });
    clone.ok('init');
    expect(clone.json(['sync'])).toMatchObject({ inSync: true });
    expect(clone.records()).toBe(ann.records());
    clone.put('memory', 'mem_1', 'value=on windows');
    clone.commit();
    expect(clone.git('show', 'HEAD:.savecontext/memories.jsonl')).not.toContain('\r');
    expect(clone.git('diff', '--stat', 'HEAD~1', '--', '.savecontext')).toContain('memories.jsonl | 2 +-');
    clone.git('push', '--quiet');
    ann.git('pull', '--quiet');
    ann.ok('sync');
    expect(ann.field('memory', 'mem_1', 'value')).toBe('on windows');
  });
});
