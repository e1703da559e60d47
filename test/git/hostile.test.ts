import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { requireRepository } from '../../src/git/repository.js';
import { runGit } from '../../src/git/run.js';
import { findUpstream } from '../../src/git/upstream.js';
import { thrownBy } from '../jsonl/thrown.js';
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
    const before = { ...process.env };
    try {
      for (const name of names) process.env[name] = 'elsewhere';
      process.env['GIT_COMMITTER_NAME'] = 'kept';
      const { stdout, status } = runGit(['-c', 'alias.variables=!env', 'variables'], { cwd: root });
      expect(status).toBe(0);
      expect(stdout.split('\n').filter((line) => line.endsWith('elsewhere'))).toEqual([]);
      expect(stdout).toContain('GIT_COMMITTER_NAME=kept\n');
    } finally {
      process.env = before;
    }
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
        message: `the remote of the branch main is set to ${JSON.stringify(remote)}, which is no name`,
      });
    }
  });
});
