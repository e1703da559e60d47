import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { pair } from './clones.js';
import type { Clone } from './clones.js';

/** The environment in which git, where it moves forward, can write no file to its end that is longer than 8 KiB, as in a full disk. */
function fullDisk(clone: Clone): Record<string, string> {
  const bin = join(dirname(clone.root), 'bin');
  mkdirSync(bin, { recursive: true });
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const limited = `case " $* " in *" --ff-only "*) trap '' XFSZ; ulimit -f 8;; esac`;
  writeFileSync(join(bin, 'git'), `#!/bin/bash\n${limited}\nexec '${real}' "$@"\n`);
  chmodSync(join(bin, 'git'), 0o755);
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
}

/** Two clones of which one pushed a change of a record, of a program and of its files that is larger than the other's disk. */
function pushed(): { readonly bob: Clone; readonly before: Readonly<Record<string, string>> } {
  const { ann, bob } = pair();
  for (const [name, text] of [
    ['a-code.txt', 'old\n'],
    ['z-gone.txt', 'gone\n'],
  ] as const) {
    writeFileSync(join(ann.root, name), text);
  }
  ann.commit();
  ann.git('add', '-A');
  ann.git('commit', '--quiet', '-m', 'code');
  ann.git('push', '--quiet');
  bob.ok('pull');
  const before = bob.files();
  ann.put('memory', 'mem_1', `value=${'x'.repeat(20_000)}`);
  ann.sync();
  writeFileSync(join(ann.root, 'a-code.txt'), `old\n${'new\n'.repeat(5000)}`);
  writeFileSync(join(ann.root, 'a-new.txt'), 'new\n');
  ann.git('rm', '--quiet', 'z-gone.txt');
  ann.git('add', '-A');
  ann.git('commit', '--quiet', '-m', 'much');
  ann.git('push', '--quiet');
  return { bob, before };
}

describe('a disk that is full where git moves the work tree forward', () => {
  it('leaves every file as it was, what the user has beside them too, and the next pull goes on', () => {
    const { bob, before } = pushed();
    const head = bob.git('rev-parse', 'HEAD');
    writeFileSync(join(bob.root, 'mine.txt'), 'mine');
    const { status, stderr } = bob.run(['pull'], fullDisk(bob));
    expect([status, stderr]).toEqual([
      8,
      expect.stringMatching(/^sc-sync: Cannot write what was merged .*\n[^]*files are as they were/),
    ]);
    expect(bob.git('rev-parse', 'HEAD')).toBe(head);
    expect(bob.files()).toEqual(before);
    expect(bob.git('status', '--porcelain')).toBe('?? mine.txt');
    expect(bob.ok('status')).not.toContain('problem');
    bob.ok('pull');
    expect(bob.field('memory', 'mem_1', 'value')).toHaveLength(20_000);
    expect(bob.git('status', '--porcelain')).toBe('?? mine.txt');
  });

  it('holds nothing up for a push, whose own records are on the remote already', () => {
    const { bob } = pushed();
    bob.put('memory', 'mem_2', 'value=by bob');
    expect(bob.run(['push'], fullDisk(bob)).status).toBe(8);
    expect(bob.git('status', '--porcelain')).toBe('');
    expect(bob.git('show', 'origin/main:.savecontext/memories.jsonl')).toContain('by bob');
    bob.ok('push');
    expect(bob.git('rev-parse', 'HEAD')).toBe(bob.git('rev-parse', 'origin/main'));
    expect(bob.json(['sync'])).toMatchObject({ inSync: true });
  });
});
