import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { folder, pair } from './clones.js';
import type { Clone } from './clones.js';

/** How many processes of git a call starts, without those that git starts itself; git notes each of its runs where it is asked to. */
function countGit(clone: Clone, ...args: readonly string[]): number {
  const place = folder();
  const config = join(folder(), 'config');
  writeFileSync(config, `[trace2]\n\teventTarget = ${JSON.stringify(place)}\n`);
  clone.json(args, 0, { GIT_CONFIG_GLOBAL: config });
  // The name of a run that another run began has the names of both.
  return readdirSync(place).filter((name) => !readFileSync(join(place, name), 'utf8').split('\n')[0]?.includes('/'))
    .length;
}

describe('the processes of git', () => {
  it('are few for a push, with a merge and without', { timeout: 120_000 }, () => {
    const { ann, bob } = pair();
    for (const clone of [ann, bob]) clone.init();
    ann.json(['push']);
    bob.json(['pull']);
    ann.put('memory', 'mem_1', 'value=by ann');
    expect(countGit(ann, 'push')).toBe(11);
    bob.put('memory', 'mem_1', 'key=by bob');
    expect(countGit(bob, 'push')).toBe(23);
    expect(countGit(bob, 'push')).toBe(5);
  });

  it('are hardly any where nothing is shared', () => {
    const { ann } = pair();
    ann.init();
    ann.json(['push']);
    expect(countGit(ann, 'sync')).toBe(0);
    expect(countGit(ann, 'export')).toBe(0);
    expect(countGit(ann, 'list', 'memory')).toBe(0);
    expect(countGit(ann, 'status')).toBeLessThanOrEqual(4);
  });
});
