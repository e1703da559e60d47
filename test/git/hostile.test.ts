import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { savecontext } from '../../src/savecontext/registry.js';
import { mergeUpstream } from '../../src/git/merge-upstream.js';
import type { MadeMerge } from '../../src/git/merge-upstream.js';
import { requireRepository } from '../../src/git/repository.js';
import { runGit } from '../../src/git/run.js';
import { fetchUpstream, findUpstream } from '../../src/git/upstream.js';
import { thrownBy } from '../files/thrown.js';
import { folder, pair, tryGit } from './clones.js';
import type { Clone } from './clones.js';

/** Puts a bare repository into a folder of a clone, as somebody may commit one, whose settings start a program; gives what that would make. */
function plantRepository(where: string): string {
  const made = join(folder(), 'made by a planted repository');
  const other = folder();
  tryGit(other, ['init', '--quiet', '--initial-branch=main']);
  tryGit(other, ['commit', '--quiet', '--allow-empty', '-m', 'first']);
  mkdirSync(where, { recursive: true });
  for (const name of ['HEAD', 'objects', 'refs'])
    cpSync(join(other, '.git', name), join(where, name), { recursive: true });
  writeFileSync(join(where, 'refs/kept'), '');
  writeFileSync(
    join(where, 'config'),
    `[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = "touch '${made}'; false"\n`,
  );
  return made;
}

/** A git that notes where it is started, and knows nothing of `safe.bareRepository`, as before version 2.38. */
function oldGit(): { readonly PATH: string; readonly startedIn: () => string[] } {
  const bin = folder();
  const [git, notes] = [join(bin, 'git'), join(bin, 'notes')];
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(
    git,
    `#!/bin/sh\npwd >>'${notes}'\n[ "$2" = safe.bareRepository=explicit ] && shift 2\nexec '${real}' "$@"\n`,
  );
  chmodSync(git, 0o755);
  return {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    startedIn: () => [...new Set(readFileSync(notes, 'utf8').trim().split('\n'))],
  };
}

describe('a bare repository that somebody committed', () => {
  it('starts no program, whatever verb is run where: git always starts at the top of a work tree', () => {
    const { ann, bob } = pair();
    bob.put('memory', 'mem_1', 'value=by bob');
    const planted = [bob.dir, join(bob.root, 'sub')].map(plantRepository);
    bob.git('add', '--force', '.savecontext', 'sub');
    bob.commit();
    ann.put('memory', 'mem_2', 'value=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    const { PATH, startedIn } = oldGit();
    const verbs = [['init'], ['diff', '--base', 'HEAD'], ['sync'], ['log', 'mem_1'], ['resolve'], ['status']];
    for (const verb of [...verbs, ['hook', 'pre-commit'], ['-C', 'sub', 'pull'], ['push']]) {
      const { status, stdout, stderr } = bob.run(verb, { PATH, SC_ACTOR: '' });
      expect(status, `${verb.join(' ')}: ${stdout}${stderr}`).toBe(0);
    }
    expect(planted.filter((made) => existsSync(made))).toEqual([]);
    const elsewhere = startedIn().filter((path) => path !== bob.root && dirname(path) !== realpathSync(tmpdir()));
    expect(elsewhere).toEqual([]);
    expect(bob.field('memory', 'mem_2', 'value')).toBe('by ann');
  });

  it('is none that git finds by itself', () => {
    const where = folder();
    const made = plantRepository(where);
    expect(runGit(['status'], { cwd: where }).stderr).toContain('safe.bareRepository');
    expect(existsSync(made)).toBe(false);
  });
});

describe('variables of a calling git', () => {
  it('reach no git that is started here, but those that say who commits and how a remote is reached', () => {
    const root = folder();
    const local = execFileSync('git', ['rev-parse', '--local-env-vars'], { encoding: 'utf8' }).trim().split('\n');
    const more = [
      'GIT_CONFIG_KEY_0',
      'GIT_CONFIG_VALUE_0',
      'GIT_NAMESPACE',
      'GIT_CEILING_DIRECTORIES',
      'GIT_EXTERNAL_DIFF',
    ];
    const names = [...local, ...more, 'GIT_ATTR_SOURCE', 'GIT_LITERAL_PATHSPECS', 'GIT_PAGER', 'GIT_TRACE2'];
    expect(names).toEqual(expect.arrayContaining(['GIT_DIR', 'GIT_OBJECT_DIRECTORY', 'GIT_CONFIG_COUNT']));
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const name of names) vi.stubEnv(name, 'elsewhere');
    vi.stubEnv('GIT_COMMITTER_NAME', 'kept');
    const { stdout, status } = runGit(['-c', 'alias.variables=!env', 'variables'], { cwd: root });
    expect(status).toBe(0);
    expect(stdout.split('\n').filter((line) => line.endsWith('elsewhere'))).toEqual([]);
    expect(stdout).toContain('GIT_COMMITTER_NAME=kept\n');
  });
});

describe('the name of a remote in the configuration', () => {
  const upstreamWith = (clone: Clone, remote: string): unknown => {
    clone.git('config', 'branch.main.remote', remote);
    return thrownBy(() => findUpstream(requireRepository(clone.root)));
  };

  it('is none where git would take it for an option, or a terminal for a command', () => {
    const { bob } = pair();
    for (const remote of ['--upload-pack=touch made', '-x', 'a\u001b[2J', 'a\nb']) {
      expect(upstreamWith(bob, remote)).toMatchObject({
        code: 'usage',
        message: `Cannot use the remote of the branch main: ${JSON.stringify(remote)} is no name`,
      });
    }
  });
});

/** Fetches, and makes the merge that a pull would make. */
async function merge(clone: Clone): Promise<MadeMerge> {
  const repository = requireRepository(clone.root);
  const upstream = findUpstream(repository);
  const heads = await fetchUpstream(repository, upstream);
  return mergeUpstream({ repository, registry: savecontext, dir: clone.dir, upstream, ...heads, actor: 'tester' });
}

/** A commit of ann's on the remote. */
function publish(ann: Clone): void {
  ann.git('add', '--all', '--force');
  ann.git('commit', '--quiet', '-m', 'published');
  ann.git('push', '--quiet', 'origin', 'main');
}

describe('a link that somebody committed', () => {
  const LINKS: readonly (readonly [name: string, put: (ann: Clone, target: string) => void])[] = [
    ['a data file', (ann, target): void => symlinkSync(target, join(ann.dir, 'plans.jsonl'))],
    [
      'the data folder',
      (ann, target): void => {
        rmSync(ann.dir, { recursive: true });
        symlinkSync(target, ann.dir);
      },
    ],
  ];

  it.each(LINKS)('in the place of %s is not pulled, neither by a merge nor by a fast forward', async (_, put) => {
    const { ann, bob } = pair();
    put(ann, folder());
    publish(ann);
    const head = bob.git('rev-parse', 'HEAD');
    await expect(merge(bob)).rejects.toMatchObject({
      code: 'refused',
      details: [expect.stringMatching(/^\.savecontext(?:\/plans\.jsonl)? is a symbolic link$/) as string],
    });
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.commit();
    await expect(merge(bob)).rejects.toMatchObject({ code: 'refused' });
    expect(bob.git('rev-parse', 'HEAD~1')).toBe(head);
    expect(bob.git('worktree', 'list').split('\n')).toHaveLength(1);
    // As the hint says: git takes it, and it is taken away.
    bob.tryGit('merge', '--quiet', '-X', 'ours', '--no-edit', 'origin/main');
    bob.git('reset', '--quiet', '--hard', 'HEAD');
    bob.git('merge', '--quiet', '-s', 'ours', '--allow-unrelated-histories', '--no-edit', 'origin/main');
    expect((await merge(bob)).by).toBe('up to date');
  });

  it('in the place of the attributes lets nobody write to where it leads', async () => {
    const { ann, bob } = pair();
    const missing = join(folder(), 'missing');
    rmSync(join(bob.dir, '.gitattributes'));
    symlinkSync(missing, join(bob.dir, '.gitattributes'));
    bob.commit();
    ann.put('memory', 'mem_2', 'value=by ann');
    publish(ann);
    await expect(merge(bob)).rejects.toMatchObject({
      code: 'refused',
      details: ['.savecontext/.gitattributes is a symbolic link'],
    });
    expect(existsSync(missing)).toBe(false);
  });

  it('on the way to the data folder does not lead a hook to the index of another repository', () => {
    const { bob } = pair();
    const other = pair().ann;
    other.put('memory', 'mem_1', 'value=for nobody else');
    other.sync();
    symlinkSync(other.root, join(bob.root, 'project'));
    const index = join(bob.root, '.git/index');
    const before = [bob.git('ls-files', '--stage'), other.git('status', '--porcelain')];
    bob.run(['-C', 'project', 'hook', 'pre-commit'], { GIT_INDEX_FILE: index });
    expect([bob.git('ls-files', '--stage'), other.git('status', '--porcelain')]).toEqual(before);
  });
});

describe('the work trees of merges', () => {
  it('that a killed process left are removed, and nothing else that has such a name', async () => {
    const { ann, bob } = pair();
    const temporary = folder();
    const [left, link] = [join(temporary, 'sc-sync-merge-left'), join(temporary, 'sc-sync-merge-link')];
    const feature = join(folder(), 'feature');
    for (const tree of [left, feature]) bob.git('worktree', 'add', '--quiet', '--detach', tree);
    writeFileSync(join(feature, 'work.txt'), 'of days');
    symlinkSync(feature, link);
    const hoursAgo = new Date(Date.now() - 3 * 3_600_000);
    for (const path of [left, feature]) utimesSync(path, hoursAgo, hoursAgo);
    ann.put('memory', 'mem_2', 'value=by ann');
    publish(ann);
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.commit();
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TMPDIR', temporary);
    expect((await merge(bob)).by).toBe('merge');
    expect(existsSync(left)).toBe(false);
    expect(readFileSync(join(feature, 'work.txt'), 'utf8')).toBe('of days');
    expect(readdirSync(temporary)).toEqual(['sc-sync-merge-link']);
  });
});
