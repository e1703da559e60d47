import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { MAIN } from '../cli/built-command.js';
import type { Ran } from '../cli/built-command.js';
import { readPage } from '../page-examples.js';
import { Clone, pair } from './clones.js';

const SCRIPT = /^```bash\n(.*?)^```$/ms.exec(readPage('docs/merge-requests.md'))?.[1] ?? '';

/** The clone that a forge makes of a branch: without the driver, and without a database. */
function runBot(remote: string, branch: string): Ran & { readonly clone: Clone } {
  const folder = dirname(remote);
  const bin = join(folder, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(MAIN, join(bin, 'sc-sync'));
  }
  const clone = Clone.of(remote, join(folder, `bot-${branch}`));
  clone.git('switch', '--quiet', branch);
  const env = { ...clone.env(), SC_DB: join(folder, 'none.db'), PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', SCRIPT, 'bot', 'main'], {
    cwd: clone.root,
    encoding: 'utf8',
    env,
  });
  expect(existsSync(env.SC_DB)).toBe(false);
  return { status, stdout, stderr, clone };
}

const summary = (clone: Clone): string => readFileSync(join(clone.root, 'summary.md'), 'utf8');

/** Both change the same records; Bob's are merged already, and Ann's are a merge request. */
function mergeRequest(change: (ann: Clone) => void = () => undefined): { ann: Clone; bob: Clone; remote: string } {
  const clones = pair();
  const { ann, bob } = clones;
  ann.git('switch', '--quiet', '--create', 'topic');
  ann.put('issue', 'issue_1', 'priority=4');
  ann.put('memory', 'mem_1', 'value=by Ann');
  ann.commit();
  change(ann);
  ann.git('push', '--quiet', 'origin', 'topic');
  bob.put('issue', 'issue_1', 'title=by Bob');
  bob.commit();
  bob.git('push', '--quiet');
  return clones;
}

it('the bot of the page merges what a forge cannot, says what changes, and pushes it', () => {
  const { ann, bob, remote } = mergeRequest();
  const { status, stderr, clone } = runBot(remote, 'topic');
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) as unknown });
  const text = summary(clone);
  expect(text).toContain('2 records: 2 changed.');
  expect(text).toContain('- changed `issue issue_1 "by Bob"`\n  - `priority: ');
  expect(text).not.toContain('look at this');
  // What was Bob's stands in both, so it is no change of Ann's.
  expect(text).not.toContain('title:');
  ann.git('pull', '--quiet', 'origin', 'topic');
  ann.sync();
  bob.git('pull', '--quiet', '--no-rebase', 'origin', 'topic');
  bob.sync();
  for (const clone of [ann, bob]) {
    expect(clone.field('issue', 'issue_1', 'priority')).toBe(4);
    expect(clone.field('issue', 'issue_1', 'title')).toBe('by Bob');
    expect(clone.field('memory', 'mem_1', 'value')).toBe('by Ann');
  }
  // Another run has nothing to do.
  const head = clone.git('rev-parse', 'HEAD');
  clone.git('clean', '--quiet', '--force');
  expect(runBot(remote, 'main').status).toBe(0);
  expect(clone.git('rev-parse', 'origin/topic')).toBe(head);
});

it('the bot heals markers that somebody committed', () => {
  const { ann, remote } = mergeRequest((clone) => {
    const path = join(clone.dir, 'memories.jsonl');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const [first = '', ...rest] = lines;
    const marked = ['<<<<<<< ours', first, '=======', first, '>>>>>>> theirs', ...rest, ''];
    writeFileSync(path, marked.join('\n'));
    clone.git('commit', '--quiet', '--all', '-m', 'markers');
  });
  const { status, clone } = runBot(remote, 'topic');
  expect(status).toBe(0);
  expect(clone.read('memories.jsonl')).not.toContain('<<<<');
  ann.git('fetch', '--quiet');
  expect(ann.git('show', 'origin/topic:.savecontext/memories.jsonl')).toBe(clone.read('memories.jsonl').trimEnd());
});

it('the bot says what it cannot heal, and leaves that to people', () => {
  const { remote } = mergeRequest((clone) => {
    appendFileSync(join(clone.dir, 'memories.jsonl'), '{"type":"memory"\n');
    clone.git('commit', '--quiet', '--all', '-m', 'half a line');
  });
  const { status, clone } = runBot(remote, 'topic');
  expect(status).toBe(1);
  expect(summary(clone)).toContain('- `memories.jsonl:4: ');
  expect(clone.read('memories.jsonl')).toContain('{"type":"memory"\n');
});

it('the bot gives a merge up where other files conflict', () => {
  const { ann, bob, remote } = pair();
  for (const [clone, branch] of [
    [ann, 'topic'],
    [bob, 'main'],
  ] as const) {
    if (branch === 'topic') clone.git('switch', '--quiet', '--create', branch);
    writeFileSync(join(clone.root, 'code.txt'), branch);
    clone.git('add', 'code.txt');
    clone.git('commit', '--quiet', '-m', branch);
    clone.git('push', '--quiet', 'origin', branch);
  }
  const { status, clone } = runBot(remote, 'topic');
  expect(status).toBe(0);
  expect(readFileSync(join(clone.root, 'code.txt'), 'utf8')).toBe('topic');
  expect(clone.git('status', '--porcelain', '--untracked-files=no')).toBe('');
});
