import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { addFolder } from '../../src/git/commit-folder.js';
import { requireRepository } from '../../src/git/repository.js';
import { pair } from './clones.js';
import type { Clone } from './clones.js';
import { savecontext } from '../../src/savecontext/registry.js';

/** What lies in a data folder and is for nobody else. */
const OTHERS = [
  'memory.db',
  'mine.jsonl',
  '.lost-values.1.json',
  '.memories.jsonl.1.0123456789ab.tmp',
  '.history/1/memories.jsonl',
];

/** Takes what a teammate did to the ignore file, in a folder with files that are for nobody else. */
function withOpenIgnoreFile(): Clone {
  const { ann, bob } = pair();
  for (const name of ['.history', '.history/1']) mkdirSync(join(bob.dir, name));
  for (const name of OTHERS) writeFileSync(join(bob.dir, name), 'nobody else\n');
  ann.commit();
  writeFileSync(join(ann.dir, '.gitignore'), '!*\n');
  ann.git('commit', '--quiet', '-am', 'tidy');
  ann.git('push', '--quiet', 'origin', 'main');
  bob.git('pull', '--quiet', '--no-edit');
  bob.put('memory', 'mem_1', 'value=by bob');
  return bob;
}

describe('an ignore file that lets everything through', () => {
  it('brings nothing but shared files into the commits of push, and status names what it lets through', () => {
    const bob = withOpenIgnoreFile();
    expect(bob.json(['status'])).toMatchObject({
      git: { letThrough: expect.arrayContaining(OTHERS.map((name) => `.savecontext/${name}`)) as unknown },
    });
    writeFileSync(join(bob.root, 'staged.txt'), 'x\n');
    bob.git('add', 'staged.txt');
    bob.ok('push');
    const files = bob.git('ls-tree', '-r', '--name-only', 'origin/main').split('\n');
    expect(files).toContain('.savecontext/memories.jsonl');
    for (const name of [...OTHERS.map((each) => `.savecontext/${each}`), 'staged.txt'])
      expect(files).not.toContain(name);
    expect(bob.git('diff', '--cached', '--name-only')).toBe('staged.txt');
  });

  it('brings nothing else into a commit that a hook fills', () => {
    const bob = withOpenIgnoreFile();
    bob.sync();
    addFolder(requireRepository(bob.root), savecontext, bob.dir, {});
    expect(bob.git('diff', '--cached', '--name-only')).toBe('.savecontext/memories.jsonl');
  });
});
