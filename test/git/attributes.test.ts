import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { describeGit, findGitState } from '../../src/cli/git-state.js';
import { requireCheckedOut } from '../../src/git/checked-out.js';
import { requireRepository } from '../../src/git/repository.js';
import { driverState, setUpFolder } from '../../src/git/set-up.js';
import { setUpOtherFiles } from '../../src/git/set-up-others.js';
import { undoSetUp } from '../../src/git/undo.js';
import { thrownBy } from '../files/thrown.js';
import { Clone, folder, pair } from './clones.js';
import { savecontext } from '../../src/savecontext/registry.js';

describe('files that are not what git has of them', () => {
  it('refuse to sync where a sparse checkout leaves them out, and nothing is written in their place', () => {
    const { bob } = pair();
    mkdirSync(join(bob.root, 'src'));
    writeFileSync(join(bob.root, 'src/code.txt'), '');
    bob.git('add', 'src');
    bob.git('commit', '--quiet', '-m', 'code');
    bob.git('sparse-checkout', 'set', '--cone', 'src');
    rmSync(bob.dir, { recursive: true, force: true });
    bob.put('memory', 'mem_9', 'key=k9', 'value=mine');
    expect(bob.json(['sync'], 6)).toMatchObject({
      error: { hint: 'git sparse-checkout add .savecontext brings them' },
    });
    expect(bob.git('ls-files', '-t', '.savecontext/memories.jsonl')).toBe('S .savecontext/memories.jsonl');
    bob.git('sparse-checkout', 'add', '.savecontext');
    requireCheckedOut(bob.dir);
    expect(bob.sync().inSync).toBe(true);
    expect(bob.read('memories.jsonl')).toContain('"mem_1"');
  });

  it.each(['ident', 'working-tree-encoding=UTF-16'])('are refused where an attribute says %s', (attribute) => {
    const { bob } = pair();
    requireCheckedOut(bob.dir);
    writeFileSync(join(bob.root, '.gitattributes'), `*.jsonl ${attribute}\n`);
    expect(thrownBy(() => requireCheckedOut(bob.dir))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`the git attribute ${attribute.split('=')[0] ?? ''} changes`) as string,
    });
    expect(bob.run(['sync']).status).toBe(6);
    writeFileSync(join(bob.dir, '.gitattributes'), '*.jsonl -ident !working-tree-encoding\n');
    requireCheckedOut(bob.dir);
  });
});

describe('attributes that a commit brings', () => {
  it('change nothing of data files in clones that init set up', { timeout: 120_000 }, () => {
    const { ann, bob } = pair();
    for (const clone of [ann, bob]) clone.init();
    const brought = ['ident', 'working-tree-encoding=UTF-16', 'merge=union', '-merge', 'binary', 'text eol=crlf'];
    for (const [round, attribute] of brought.entries()) {
      writeFileSync(join(ann.dir, '.gitattributes'), `*.jsonl ${attribute}\n`);
      ann.git('add', '-A');
      ann.git('commit', '--quiet', '-m', attribute);
      ann.put('memory', 'mem_1', `value=$Id$ of ${attribute}`);
      bob.put('memory', 'mem_1', `key=key${round}`);
      for (const clone of [ann, bob, ann]) clone.json(['push']);
      expect(ann.read('memories.jsonl')).toBe(bob.read('memories.jsonl'));
      expect(bob.read('memories.jsonl')).toContain(`"key":"key${round}","value":"$Id$ of ${attribute}"`);
    }
  });

  it.each(['plain', 'o*d [x] "ü" \\'])('are set aside in a folder of any name: %s', (name) => {
    const clone = new Clone(join(folder(), 'a'));
    const dir = join(clone.root, name, '.savecontext');
    mkdirSync(dir, { recursive: true });
    setUpFolder(requireRepository(clone.root), dir);
    writeFileSync(join(dir, '.gitattributes'), '*.jsonl merge=union ident\n');
    expect(driverState(requireRepository(clone.root), dir)).toBe('installed');
    requireCheckedOut(dir);
    undoSetUp(requireRepository(clone.root));
    expect(existsSync(join(clone.root, '.git/info/attributes'))).toBe(false);
    expect(driverState(requireRepository(clone.root), dir)).toBe('missing');
  });
});

const BY_ID = { key: ['id'], together: [], element: [], appendOnly: false };

describe('an attribute that counts more than that of the merge driver', () => {
  it('is seen by status', () => {
    const { bob } = pair();
    const state = (): string => driverState(requireRepository(bob.root), bob.dir);
    bob.init();
    rmSync(join(bob.root, '.git/info/attributes'));
    expect(state()).toBe('installed');
    for (const line of ['*.jsonl merge=union', '*.jsonl -merge', '*.jsonl !merge']) {
      writeFileSync(join(bob.dir, '.gitattributes'), `${line}\n`);
      expect(state()).toBe('unused');
    }
    const found = findGitState(savecontext, bob.root, bob.dir);
    expect(JSON.stringify(found === undefined ? [] : describeGit(found))).toContain(
      'is not the one that git attributes name',
    );
  });

  it('is named when the driver is set up for files of other programs', () => {
    const clone = new Clone(join(folder(), 'a'));
    const odd = join(clone.root, 'o*d [x]');
    mkdirSync(join(odd, 'deep'), { recursive: true });
    for (const name of ['one.jsonl', 'deep/two.jsonl', 'deep/other.txt']) writeFileSync(join(odd, name), '');
    writeFileSync(join(odd, 'deep/.gitattributes'), 'two.jsonl merge=union\n');
    const warnings = (where: string, pattern: string): string[] =>
      setUpOtherFiles(requireRepository(clone.root), where, pattern, BY_ID).filter((line) =>
        line.startsWith('warning'),
      );
    const named =
      'warning: o*d [x]/deep/two.jsonl: merge=union counts more than the merge driver; take it out of o*d [x]/deep/.gitattributes';
    expect(warnings(clone.root, '*.jsonl')).toEqual([named]);
    expect(warnings(odd, '*.jsonl')).toEqual([named]);
    expect(warnings(odd, 'deep/*.jsonl')).toEqual([named]);
    expect(warnings(odd, '/one.jsonl')).toEqual([]);
  });
});
