import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Clone, folder } from './clones.js';

/** A remote whose only branch is `main`, with one commit of code. */
function remote(): { readonly root: string; readonly url: string } {
  const root = folder();
  const url = join(root, 'remote.git');
  const seed = new Clone(join(root, 'seed'));
  seed.git('commit', '--quiet', '--allow-empty', '-m', 'code');
  seed.git('clone', '--quiet', '--bare', seed.root, url);
  return { root, url };
}

/** A work tree without a commit, on another branch than the remote's. */
function unborn({ root, url }: ReturnType<typeof remote>, branch: string): Clone {
  mkdirSync(join(root, 'work'));
  const clone = new Clone(join(root, 'work'), { isThere: true });
  clone.git('init', '--quiet', `--initial-branch=${branch}`);
  clone.git('remote', 'add', 'origin', url);
  clone.ok('init');
  clone.put('memory', 'mem_1', 'key=k', 'value=v');
  return clone;
}

describe('a push from a branch without a commit', () => {
  it.each([['push'], ['pull']])('follows the default branch of the remote, and says so: %s', (verb) => {
    const clone = unborn(remote(), 'master');
    expect(clone.json([verb])['notes']).toContain(
      'this clone has no commit yet, so its branch is now main, as in origin; it was master',
    );
    expect(clone.git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(clone.git('log', '--format=%s', 'HEAD').split('\n')).toContain('code');
    if (verb === 'push') expect(clone.git('ls-remote', '--heads', 'origin').match(/refs/g)).toHaveLength(1);
    expect(clone.json([verb])).not.toHaveProperty('notes');
  });

  it('stays where the remote has that branch, or has none, or somebody chose it', () => {
    const place = remote();
    const clone = unborn(place, 'work');
    clone.git('--git-dir', place.url, 'branch', 'work', 'main');
    clone.ok('push');
    expect(clone.git('symbolic-ref', 'HEAD')).toBe('refs/heads/work');
    const other = remote();
    const chosen = unborn(other, 'topic');
    chosen.git('config', 'branch.topic.remote', 'origin');
    chosen.git('config', 'branch.topic.merge', 'refs/heads/topic');
    chosen.ok('push');
    expect(chosen.git('ls-remote', '--heads', 'origin')).toContain('refs/heads/topic');
    const empty = folder();
    const first = new Clone(join(empty, 'work'));
    first.git('init', '--quiet', '--bare', '--initial-branch=other', join(empty, 'remote.git'));
    first.git('remote', 'add', 'origin', join(empty, 'remote.git'));
    first.ok('init');
    first.put('memory', 'mem_1', 'key=k', 'value=v');
    first.ok('push');
    expect(first.git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
  });
});

describe('a push by nobody that git knows', () => {
  const NOBODY = { GIT_AUTHOR_NAME: '', GIT_AUTHOR_EMAIL: '', GIT_COMMITTER_NAME: '', GIT_COMMITTER_EMAIL: '' };

  it('commits nothing, and says what to set', () => {
    const place = remote();
    const clone = unborn(place, 'main');
    const { error } = clone.json(['push'], 4, { ...NOBODY, SC_ACTOR: '' });
    expect(error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('Git does not know who you are') as unknown,
      hint: expect.stringMatching(/git config --global user\.name .*SC_ACTOR/) as unknown,
    });
    expect(clone.tryGit('rev-parse', '--verify', 'HEAD').status).not.toBe(0);
    expect(readFileSync(join(clone.dir, 'memories.jsonl'), 'utf8')).toContain('mem_1');
    clone.git('config', 'user.name', 'Ann');
    expect(clone.run(['push'], { ...NOBODY, SC_ACTOR: '' }).status).toBe(0);
    expect(clone.git('log', '--format=%an %cn', 'HEAD', '--', '.savecontext').split('\n')).toContain('Ann Ann');
  });

  it('is done under the name that SC_ACTOR gives', () => {
    const clone = unborn(remote(), 'main');
    expect(clone.run(['push'], { ...NOBODY, SC_ACTOR: 'robot' }).status).toBe(0);
    expect(clone.git('log', '--format=%an %cn', 'HEAD', '--', '.savecontext').split('\n')).toContain('robot robot');
  });
});
