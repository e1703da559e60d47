import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { areFirm, attributesOf, firmAttributes } from '../../src/git/attributes.js';
import { branchOf, detachedCommit } from '../../src/git/head.js';
import { requireRepository } from '../../src/git/repository.js';
import { Clone, folder } from './clones.js';

/** A work tree with one commit, on the branch main. */
function committed(): Clone {
  const clone = new Clone(join(folder(), 'a'));
  clone.git('commit', '--quiet', '--allow-empty', '-m', 'first');
  return clone;
}

describe('what is read without git is what git says', () => {
  it('of the branch that is checked out', () => {
    const clone = committed();
    const { root } = clone;
    for (const name of ['main', 'a/b', 'ünter.wegs', '@']) {
      clone.git('checkout', '--quiet', '-B', name);
      expect(branchOf(root)).toBe(clone.git('symbolic-ref', 'HEAD').replace('refs/heads/', ''));
    }
    clone.git('worktree', 'add', '--quiet', '-b', 'linked', join(root, '../linked'));
    expect(branchOf(join(root, '../linked'))).toBe('linked');
    clone.git('checkout', '--quiet', '--detach');
    expect(branchOf(root)).toBeUndefined();
    expect(detachedCommit(root)).toBe(clone.git('rev-parse', 'HEAD'));
    clone.git('checkout', '--quiet', '--orphan', 'new');
    expect(branchOf(root)).toBe('new');
  });

  it('of a head that is a link, as old versions of git made it', () => {
    const clone = committed();
    rmSync(join(clone.root, '.git/HEAD'));
    symlinkSync('refs/heads/main', join(clone.root, '.git/HEAD'));
    expect(clone.git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(branchOf(clone.root)).toBe('main');
  });

  it('of remotes', () => {
    const clone = committed();
    for (const [name, value] of [
      ...['b.c.url', 'a.url', 'a.fetch', 'only.tagOpt'].map((key) => [`remote.${key}`, 'x'] as const),
      ['remote.pushDefault', 'a'] as const,
    ]) {
      clone.git('config', name, value);
    }
    expect(requireRepository(clone.root).named('remote')).toEqual(clone.git('remote').split('\n'));
  });

  it('of the attributes of data files, wherever others stand', () => {
    const { root } = committed();
    const dir = join(root, 'd', '.savecontext');
    mkdirSync(dir, { recursive: true });
    mkdirSync(join(root, '.git/info'), { recursive: true });
    const firm = firmAttributes({ root }, dir);
    const line = fc.oneof(
      { weight: 2, arbitrary: fc.constant(firm) },
      fc.constantFrom(
        '# a comment',
        '',
        firmAttributes({ root }, join(root, '.savecontext')),
        '[attr]odd ident merge=x',
      ),
      fc.constantFrom(
        '*.jsonl ident',
        '* working-tree-encoding=UTF-16',
        'd/** merge=union',
        '*.jsonl odd',
        '*.md ident',
      ),
    );
    const names = ['ident', 'working-tree-encoding', 'merge'];
    let firmOnes = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), fc.array(line, { maxLength: 2 }), (ours, theirs) => {
        writeFileSync(join(root, '.git/info/attributes'), ours.map((each) => `${each}\n`).join(''));
        writeFileSync(join(root, '.gitattributes'), theirs.map((each) => `${each}\n`).join(''));
        if (!areFirm(root, dir)) return;
        firmOnes++;
        const found = attributesOf(root, names, ['d/.savecontext/any.jsonl']).map(({ value }) => value);
        expect(found).toEqual(['unset', 'unspecified', 'savecontext']);
      }),
      { numRuns: 120 },
    );
    expect(firmOnes).toBeGreaterThan(10);
  });
});

describe('a file that was only touched', () => {
  it('is not in the way of what a pull brings', () => {
    const clone = committed();
    const path = join(clone.root, 'file.txt');
    for (const text of ['one\n', 'two\n']) {
      writeFileSync(path, text);
      clone.git('add', 'file.txt');
      clone.git('commit', '--quiet', '-m', text.trim());
    }
    clone.git('clone', '--quiet', '--bare', '.', '../remote.git');
    clone.git('remote', 'add', 'origin', '../remote.git');
    clone.git('reset', '--quiet', '--hard', 'HEAD~1');
    clone.init();
    clone.json(['sync']);
    // A commit would tell git what the file has.
    clone.git('add', '--all');
    clone.git('commit', '--quiet', '-m', 'records');
    renameSync(path, `${path}.old`);
    writeFileSync(path, 'one\n');
    rmSync(`${path}.old`);
    expect(clone.json(['pull'])).toMatchObject({ inSync: true });
    expect(clone.git('show', 'HEAD:file.txt')).toBe('two');
  });
});
