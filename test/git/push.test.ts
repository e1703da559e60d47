import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { savecontext } from '../../src/savecontext/registry.js';
import { mergeUpstream } from '../../src/git/merge-upstream.js';
import { requireRepository } from '../../src/git/repository.js';
import { fetchUpstream, findUpstream, pushUpstream } from '../../src/git/upstream.js';
import { builtModule } from '../files/child.js';
import { lineOf, sample } from '../record/samples.js';
import { Clone, changeCode, folder, pair, tryGit } from './clones.js';

/** Both have what the other has. */
function expectEqual(ann: Clone, bob: Clone): void {
  expect(bob.files()).toEqual(ann.files());
  expect(bob.records()).toBe(ann.records());
}

/** Notes what git is called with, where it is found by `path`. */
function watchGit({ root }: Clone): { readonly path: string; readonly read: () => string } {
  const bin = join(root, '../bin');
  const log = join(root, '../git.log');
  const before = process.env['PATH'] ?? '';
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), `#!/bin/sh\necho "$*" >>'${log}'\nPATH='${before}' exec git "$@"\n`);
  chmodSync(join(bin, 'git'), 0o755);
  return { path: `${bin}:${before}`, read: () => readFileSync(log, 'utf8') };
}

describe('push and pull', () => {
  it('bring what one has to the other, in clones where nobody set anything up', () => {
    const { ann, bob } = pair({ driver: false });
    ann.put('issue', 'issue_1', 'title=by ann', 'labels=["a","b","ann"]');
    bob.put('issue', 'issue_1', 'priority=4', 'labels=["a","b","bob"]');
    bob.put('memory', 'mem_1', 'value=by bob');
    expect(ann.ok('push')).toMatch(/^pushed 1 commit to origin\/main$/m);
    const pushed = bob.json(['push']);
    expect(pushed).toMatchObject({ merged: ['merge'], inSync: true, tries: 1 });
    expect(pushed['pushed']).toEqual({ commits: 2 });
    expect(ann.ok('pull')).toMatch(/^origin\/main: is taken as it is$/m);
    expectEqual(ann, bob);
    expect(ann.field('issue', 'issue_1', 'labels')).toEqual(['a', 'ann', 'b', 'bob']);
    expect(ann.field('issue', 'issue_1', 'title')).toBe('by ann');
    expect(ann.field('issue', 'issue_1', 'priority')).toBe(4);
    expect([...ann.journal(), ...bob.journal()]).toEqual([]);
    expect(ann.ok('push')).toMatch(/^origin\/main has everything already$/m);
    expect(ann.git('log', '-1', '--format=%an', '--no-merges')).toBe('tester');
  });

  it('P18 touch nothing outside of the data folder: staged, unstaged and untracked work stays, byte for byte', () => {
    const { ann, bob } = pair();
    for (const name of ['staged.txt', 'unstaged.txt']) writeFileSync(join(bob.root, name), 'first\n');
    bob.git('add', '-A');
    bob.git('commit', '--quiet', '-m', 'code');
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    bob.put('memory', 'mem_2', 'value=by bob');
    writeFileSync(join(bob.root, 'staged.txt'), 'second\n');
    bob.git('add', 'staged.txt');
    writeFileSync(join(bob.root, 'staged.txt'), 'third\n');
    writeFileSync(join(bob.root, 'unstaged.txt'), 'second\n');
    writeFileSync(join(bob.root, 'untracked.txt'), 'new\n');
    // What a user set for merges by hand does not change what these verbs do.
    bob.git('config', 'branch.main.mergeOptions', '--squash --no-commit');
    bob.git('config', 'merge.ff', 'false');
    bob.git('config', 'merge.autoStash', 'true');
    const outside = (): string[] => [
      bob.git('diff', '--cached', '--', '.', ':!.savecontext'),
      bob.git('diff', '--', '.', ':!.savecontext'),
      bob.git('ls-files', '--others', '--exclude-standard'),
      bob.git('stash', 'list'),
      bob.git('config', '--local', '--list'),
      bob.git('for-each-ref', '--format=%(refname)'),
    ];
    const before = outside();
    expect(bob.json(['push'])).toMatchObject({ merged: ['merge'], inSync: true, pushed: { others: 1 } });
    expect(outside()).toEqual(before);
    expect(bob.git('show', '--name-only', '--format=', '--first-parent', 'HEAD')).not.toContain('.txt');
    ann.ok('pull');
    expectEqual(ann, bob);
  });

  it('say of a commit that only drops a deletion what it is about', () => {
    const { bob } = pair();
    const gone = { entity_type: 'memory', entity_id: 'mem_1', project_path: '.', deleted_by: 'Bob' };
    writeFileSync(
      join(bob.dir, 'deletions.jsonl'),
      `${JSON.stringify({ ...gone, deleted_at: '1970-01-01T00:00:00.000Z' })}\n`,
    );
    bob.git('add', '-A');
    bob.git('commit', '--quiet', '-m', 'as a merge leaves it');
    expect(bob.json(['pull'])).toMatchObject({
      commits: [expect.stringMatching(/^Forget the deletion of /)],
      inSync: true,
    });
  });

  it('begin with an empty remote and a repository without a commit', () => {
    const root = folder();
    const remote = join(root, 'empty.git');
    tryGit(root, ['init', '--quiet', '--bare', remote]);
    const clone = new Clone(join(root, 'new'));
    clone.git('remote', 'add', 'server', remote);
    clone.ok('init');
    clone.put('memory', 'mem_1', 'key=k', 'value=v');
    expect(clone.ok('pull')).toMatch(/^server has no branch main yet$/m);
    expect(clone.ok('push')).toMatch(/^pushed \d+ commits? to server\/main$/m);
    expect(clone.git('ls-remote', remote, 'main')).not.toBe('');
  });

  it('retry while others push first', () => {
    const { ann, bob, remote } = pair();
    // The first push finds the branch moved meanwhile.
    const hook = join(remote, 'hooks/update');
    const marker = join(remote, 'raced');
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.commit();
    ann.git('push', '--quiet', 'origin', 'HEAD:refs/heads/faster');
    writeFileSync(
      hook,
      `#!/bin/sh\n[ "$1" = refs/heads/main ] || exit 0\nif [ ! -e '${marker}' ]; then touch '${marker}'; env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY git update-ref refs/heads/main refs/heads/faster; fi\nexit 0\n`,
    );
    chmodSync(hook, 0o755);
    bob.put('memory', 'mem_2', 'value=by bob');
    expect(bob.ok('push')).toMatch(/^pushed 2 commits to origin\/main\nothers were faster 1 time$/m);
    ann.ok('pull');
    expectEqual(ann, bob);
  });

  it.each([
    ['out of the objects of git, without a work tree', false],
    ['by the merge driver in a work tree, where both changed another file too', true],
  ])('merge data files %s, whether anybody set a driver up or not', (_, hasCode) => {
    for (const isSetUp of [true, false]) {
      const { ann, bob } = pair({ driver: false });
      if (!isSetUp) bob.git('rm', '--quiet', '.savecontext/.gitattributes');
      if (hasCode) changeCode(ann, bob);
      ann.put('memory', 'mem_1', 'value=by ann');
      ann.ok('push');
      bob.put('memory', 'mem_2', 'value=by bob');
      const log = watchGit(bob);
      expect(bob.json(['push'], 0, { PATH: log.path })).toMatchObject({ merged: ['merge'] });
      // What is merged as text is unmerged first, since both lines are neighbours.
      if (hasCode) expect(log.read()).toMatch(/ merge --quiet --no-ff /);
      else expect(log.read()).not.toContain('worktree');
      expect(log.read()).not.toContain('--diff-filter=U');
      expect(bob.field('memory', 'mem_1', 'value')).toBe('by ann');
      if (hasCode) expect(readFileSync(join(bob.root, 'code.txt'), 'utf8')).toBe('ann\n2\n3\nbob\n');
    }
  });

  it('wait for another git that is just making a linked work tree', async () => {
    const { ann, bob } = pair();
    bob.put('memory', 'mem_2', 'value=by bob');
    bob.ok('push');
    // So it looks for a moment while `git worktree add` works: the tree is there, and has no commit yet.
    const tree = join(ann.root, '.git/worktrees/unborn');
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'commondir'), '../..\n');
    writeFileSync(join(tree, 'gitdir'), `${join(ann.root, '../unborn/.git')}\n`);
    writeFileSync(join(tree, 'HEAD'), `${'0'.repeat(40)}\n`);
    expect(ann.tryGit('fetch').stderr).toContain('bad object');
    const pulling = ann.start(['pull']);
    await new Promise((resume) => setTimeout(resume, 2000));
    rmSync(tree, { recursive: true });
    expect(await pulling).toMatchObject({ status: 0 });
    expectEqual(ann, bob);
  });

  it('look at what is committed already, whoever wrote it', () => {
    const { ann, remote } = pair();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const before = tryGit(remote, ['rev-parse', 'main']).stdout;
    // Another program exports without looking, and somebody commits; then the value is taken back.
    ann.put('memory', 'mem_1', `value=${token}`);
    ann.commit();
    writeFileSync(join(ann.dir, 'notes.jsonl'), `${token}\n`);
    ann.git('add', '.savecontext');
    ann.put('memory', 'mem_1', 'value=harmless');
    ann.commit();
    const { status, stdout, stderr } = ann.run(['push']);
    expect(status).toBe(6);
    expect(stderr).toMatch(/^ {2}memory mem_1: value: GITHUB_TOKEN/m);
    expect(stderr).toMatch(/^ {2}a line of notes.jsonl: text: GITHUB_TOKEN/m);
    expect(stdout + stderr).not.toContain(token);
    expect(tryGit(remote, ['rev-parse', 'main']).stdout).toBe(before);
    expect(ann.ok('push', '--allow-secret', 'mem_1', 'notes.jsonl')).toMatch(/^pushed 2 commits to origin\/main$/m);
    ann.put('memory', 'mem_2', 'value=more');
    expect(ann.ok('push')).toMatch(/^pushed 1 commit to origin\/main$/m);
  });

  it('look at all that a commit brings: unknown fields, deletions, other files, and who made it', () => {
    const { ann } = pair();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    ann.commit();
    const issues = ann.read('issues.jsonl').replace('"content_hash"', `"zz":{"deep":["${token}"]},"content_hash"`);
    writeFileSync(join(ann.dir, 'issues.jsonl'), issues);
    const deletion = (id: string, by: string): string =>
      `{"entity_type":"memory","entity_id":"${id}","project_path":".","deleted_at":"2020-01-01T00:00:00.000Z","deleted_by":"${by}"}\n`;
    writeFileSync(join(ann.dir, 'deletions.jsonl'), deletion(token, 'ann') + deletion('mem_9', token));
    writeFileSync(join(ann.dir, 'sync.json'), `{"private":[\n{"type":"memory","where":{"key":"${token}"}}]}\n`);
    ann.git('add', '-A', '.savecontext');
    ann.git('commit', '--quiet', '-m', 'by hand', `--author=${token} <ann@example.org>`);
    const { stdout, stderr } = ann.run(['push']);
    expect(stdout + stderr).not.toContain(token);
    const details = stderr
      .match(/^ {2}.*(?=: GITHUB_TOKEN)/gm)
      ?.map((line) => line.trim().replace(/ [0-9a-f]{12}:/, ' <id>:'));
    expect([...new Set(details)].sort()).toEqual([
      'a line of sync.json: text',
      'issue issue_1: zz',
      'memory ghp_...: entity_id',
      'memory mem_9: deleted_by',
      'the commit <id>: author',
    ]);
  });

  it('look again at what was committed between two tries', () => {
    const { ann, bob, remote } = pair();
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.commit();
    ann.git('push', '--quiet', 'origin', 'HEAD:refs/heads/faster');
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const hook = join(remote, 'hooks/update');
    const commit = `printf '%s\\n' ${token} >'${bob.dir}/notes.jsonl' && git add .savecontext && git -c user.name=b -c user.email=b@example.org commit --quiet -m notes`;
    writeFileSync(
      hook,
      `#!/bin/sh
[ "$1" = refs/heads/main ] && [ ! -e '${bob.dir}/notes.jsonl' ] || exit 0
env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY git update-ref refs/heads/main refs/heads/faster
cd '${bob.root}' && env -i PATH="$PATH" HOME=/nonexistent sh -c "${commit.replaceAll('"', '\\"')}"\n`,
    );
    chmodSync(hook, 0o755);
    bob.put('memory', 'mem_2', 'value=by bob');
    const { status, stderr } = bob.run(['push']);
    expect(stderr).toMatch(/^ {2}a line of notes.jsonl: text: GITHUB_TOKEN/m);
    expect(status).toBe(6);
    expect(tryGit(remote, ['rev-parse', 'main']).stdout).toBe(tryGit(remote, ['rev-parse', 'faster']).stdout);
  });

  it('send nothing of another branch that was checked out meanwhile', () => {
    const { ann, bob } = pair();
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    const before = bob.git('ls-remote', 'origin', 'main');
    bob.git('branch', 'mine');
    const script = join(bob.root, '../upload-pack');
    writeFileSync(script, `#!/bin/sh\ngit -C '${bob.root}' switch --quiet mine && exec git-upload-pack "$@"\n`);
    chmodSync(script, 0o755);
    bob.put('memory', 'mem_2', 'value=by bob');
    bob.git('config', 'remote.origin.uploadpack', `'${script}'`);
    const { error } = bob.json(['push'], 6);
    expect(error).toMatchObject({
      code: 'refused',
      message: 'Stopped: another branch than main was checked out meanwhile',
    });
    bob.git('config', '--unset', 'remote.origin.uploadpack');
    expect(bob.git('ls-remote', 'origin', 'main')).toBe(before);
    expect(bob.git('rev-parse', 'mine')).toBe(bob.git('rev-parse', 'main~1'));
    bob.git('switch', '--quiet', 'main');
    bob.ok('push');
    ann.ok('pull');
    expect(ann.field('memory', 'mem_2', 'value')).toBe('by bob');
  });

  it('go to the branch, whatever else has its name, and past files that were only touched', () => {
    const { ann, bob, remote } = pair();
    ann.git('commit', '--quiet', '--allow-empty', '-m', 'empty');
    writeFileSync(join(ann.root, 'README'), 'text\n');
    ann.git('add', 'README');
    ann.git('commit', '--quiet', '-m', 'text');
    ann.ok('push');
    bob.ok('pull');
    bob.git('tag', 'main', 'HEAD~1');
    ann.put('memory', 'mem_1', 'value=by ann');
    writeFileSync(join(ann.root, 'README'), 'more text\n');
    ann.git('commit', '--quiet', '-am', 'more');
    ann.ok('push');
    bob.put('memory', 'mem_2', 'value=by bob');
    utimesSync(join(bob.root, 'README'), 1, 1);
    expect(bob.ok('push')).toMatch(/^pushed 2 commits to origin\/main$/m);
    expect(tryGit(remote, ['for-each-ref', '--format=%(refname)']).stdout).toBe('refs/heads/main\n');
  });

  it('merge data files by record where the whole repository merges JSONL as a union', () => {
    const { ann, bob } = pair({ driver: false });
    ann.git('rm', '--quiet', '.savecontext/.gitattributes');
    writeFileSync(join(ann.root, '.gitattributes'), '*.jsonl merge=union\n');
    ann.git('add', '.gitattributes');
    ann.git('commit', '--quiet', '-m', 'union');
    ann.ok('push');
    bob.ok('pull');
    ann.put('issue', 'issue_1', 'description=by ann', 'labels=["a"]');
    ann.ok('push');
    bob.put('issue', 'issue_1', 'title=by bob');
    bob.ok('push');
    expect(bob.field('issue', 'issue_1', 'description')).toBe('by ann');
    expect(bob.field('issue', 'issue_1', 'labels')).toEqual(['a']);
    expect(bob.journal()).toEqual([]);
    expect(bob.git('ls-files', '.savecontext')).not.toContain('.gitattributes');
  });

  describe('refuse to leave data behind without a word', () => {
    it('a file that git ignores', () => {
      const { ann } = pair();
      writeFileSync(join(ann.root, '.gitignore'), 'plans.jsonl\n');
      writeFileSync(
        join(ann.dir, '.gitignore'),
        readFileSync(join(ann.dir, '.gitignore'), 'utf8').replace('!*.jsonl', '#'),
      );
      ann.put('plan', 'plan_1', 'title=t');
      const { error } = ann.json(['push'], 6);
      expect(error).toMatchObject({ message: 'Cannot commit .savecontext/plans.jsonl: it is ignored by git' });
    });

    it('a folder that git ignores, and new files that status does not show', () => {
      const { ann } = pair();
      ann.git('config', 'status.showUntrackedFiles', 'no');
      ann.put('plan', 'plan_1', 'title=t');
      ann.ok('push');
      expect(ann.git('ls-files', '.savecontext')).toContain('plans.jsonl');
      ann.git('rm', '-r', '--quiet', '--cached', '.savecontext');
      writeFileSync(join(ann.root, '.gitignore'), '.savecontext/\n');
      expect(ann.json(['push'], 6)).toMatchObject({
        error: { message: expect.stringContaining('is ignored by git') as unknown },
      });
    });

    it('but not copies of old files, which lie deeper', () => {
      const { ann } = pair();
      ann.put('memory', 'mem_1', 'value=by ann');
      writeFileSync(join(ann.dir, 'memories.jsonl'), ann.read('memories.jsonl').replace('"value 1"', '"by hand"'));
      ann.ok('export', '--force');
      expect(readdirSync(join(ann.dir, '.history'))).not.toEqual([]);
      expect(ann.ok('push')).toMatch(/^pushed 1 commit to origin\/main$/m);
    });

    it('what git pushes elsewhere', () => {
      const { ann } = pair();
      ann.git('config', 'remote.pushDefault', 'fork');
      expect(ann.json(['push'], 4)).toMatchObject({
        error: { message: expect.stringContaining('git pushes it to fork') as unknown },
      });
    });
  });

  it('look at what a merge by hand brought in, and at the first commit', () => {
    const { ann, bob } = pair();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.commit();
    bob.put('memory', 'mem_2', 'value=by bob');
    bob.commit();
    bob.git('push', '--quiet');
    ann.git('fetch', '--quiet');
    ann.git('merge', '--quiet', '--no-commit', 'origin/main');
    writeFileSync(join(ann.dir, 'notes.jsonl'), `${token}\n`);
    ann.git('add', '.savecontext');
    ann.git('commit', '--quiet', '-m', 'merged by hand');
    expect(ann.run(['push']).stderr).toContain('a line of notes.jsonl: text: GITHUB_TOKEN');
    const remote = folder();
    tryGit(remote, ['init', '--quiet', '--bare']);
    const root = new Clone(join(folder(), 'root'));
    root.git('remote', 'add', 'origin', remote);
    root.git('config', 'log.showRoot', 'false');
    root.ok('init');
    root.put('memory', 'mem_1', 'key=k', `value=${token}`);
    root.commit();
    expect(root.run(['push']).stderr).toContain('memory mem_1: value: GITHUB_TOKEN');
  });

  it('keep the code of what the export refused, and say what the import did before', () => {
    const { ann, bob } = pair();
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    bob.git('pull', '--quiet');
    bob.put('memory', 'mem_2', `value=ghp_${'a1B2'.repeat(9)}`);
    const refused = bob.json(['push'], 6);
    expect(refused).toMatchObject({ error: { code: 'secret_found' }, inSync: false });
    expect(refused).not.toHaveProperty('commits');
    expect(refused).toMatchObject({
      syncs: [{ import: { entities: { memory: { updated: 1 } } }, export: { refused: [{ id: 'mem_2' }] } }],
    });
  });

  it('leave nothing of a merge that was too late: no commit, no entry in the journal', () => {
    const { ann, bob, remote } = pair();
    for (const n of [1, 2, 3]) {
      ann.put('memory', 'mem_1', `value=ännchen ${n}`);
      ann.commit();
      ann.git('push', '--quiet', 'origin', `HEAD:refs/heads/faster${n}`);
    }
    const hook = join(remote, 'hooks/update');
    writeFileSync(
      hook,
      `#!/bin/sh\n[ "$1" = refs/heads/main ] || exit 0\nfor n in 1 2 3; do next=refs/heads/faster$n
if git rev-parse -q --verify $next; then env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY sh -c "git update-ref refs/heads/main $next && git update-ref -d $next"; exit 0; fi\ndone\n`,
    );
    chmodSync(hook, 0o755);
    bob.put('memory', 'mem_1', 'value=bøb');
    const pushed = bob.json(['push']);
    // What lost goes out in a commit of its own, after the merge.
    const merged = ['up to date', 'merge', 'merge', 'merge', 'up to date'];
    expect(pushed).toMatchObject({ tries: 5, merged, inSync: true });
    expect(pushed).toMatchObject({ pushed: { commits: 3 }, waited: expect.any(Number) as number });
    expect(bob.git('rev-list', '--merges', '--count', 'HEAD')).toBe('1');
    expect(bob.field('memory', 'mem_1', 'value')).toBe('bøb');
    expect(bob.journal()).toEqual(['memory/mem_1 value "ännchen 3"']);
    expect(bob.lostValues()).toEqual([]);
    ann.ok('pull');
    expectEqual(ann, bob);
  });

  it('go on where a process died after its merge was sent and before the branch here moved', async () => {
    const { ann, bob } = pair();
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.commit();
    const repository = requireRepository(bob.root);
    const upstream = findUpstream(repository);
    const heads = await fetchUpstream(repository, upstream);
    const made = await mergeUpstream({
      repository,
      registry: savecontext,
      dir: bob.dir,
      upstream,
      ...heads,
      actor: 'bob',
    });
    expect(pushUpstream(repository, upstream, made.commit ?? '')).toBe('pushed');
    expect(bob.git('rev-parse', 'HEAD')).not.toBe(made.commit);
    bob.put('memory', 'mem_2', 'value=later');
    expect(bob.json(['push'])).toMatchObject({ merged: ['merge'], inSync: true });
    ann.ok('pull');
    expectEqual(ann, bob);
    expect(ann.field('memory', 'mem_1', 'value')).toBe('by bob');
    expect(ann.field('memory', 'mem_2', 'value')).toBe('later');
    expect(bob.journal()).toEqual(['memory/mem_1 value "by ann"']);
  });

  it('send what the database derives from what was merged', () => {
    const { ann, bob } = pair();
    ann.put('memory', 'mem_ann', 'key=same', 'value=by ann');
    ann.ok('push');
    bob.put('memory', 'mem_bob', 'key=same', 'value=by bob');
    const said = bob.ok('push');
    expect(said).toMatch(/^origin\/main: is merged\norigin\/main: has nothing new$/m);
    expect(said).toMatch(/^pushed 3 commits to origin\/main$/m);
    // The second push was for a commit of its own: nobody was faster.
    expect(said).not.toContain('faster');
    expect(bob.git('rev-parse', 'HEAD')).toBe(bob.git('ls-remote', 'origin', 'main').split('\t')[0]);
    ann.ok('pull');
    expectEqual(ann, bob);
    expect(ann.git('status', '--porcelain')).toBe('');
    expect(ann.field('memory', 'mem_ann', 'key')).toBe('same');
    expect(ann.field('memory', 'mem_bob', 'key')).toMatch(/^same~/);
  });

  it('send nothing when the merge would overwrite somebody’s work here', () => {
    const { ann, bob } = pair();
    writeFileSync(join(ann.root, 'code.txt'), 'by ann\n');
    ann.git('add', '-A');
    ann.git('commit', '--quiet', '-m', 'code');
    ann.ok('push');
    const head = ann.git('rev-parse', 'HEAD');
    writeFileSync(join(bob.root, 'code.txt'), 'by bob\n');
    bob.put('memory', 'mem_1', 'value=by bob');
    const { error } = bob.json(['push'], 6);
    expect(JSON.stringify(error)).toContain('code.txt');
    expect(bob.git('ls-remote', 'origin', 'main')).toMatch(new RegExp(`^${head}`));
    expect(readFileSync(join(bob.root, 'code.txt'), 'utf8')).toBe('by bob\n');
    rmSync(join(bob.root, 'code.txt'));
    expect(bob.json(['push'])).toMatchObject({ merged: ['merge'], inSync: true });
  });

  it('merge what a forge merged as text, and heal conflicts of data files', () => {
    const { ann, bob } = pair({ driver: false });
    rmSync(join(bob.dir, '.gitattributes'));
    bob.git('commit', '--quiet', '-am', 'no driver here');
    writeFileSync(join(bob.root, 'staged.txt'), 'staged\n');
    bob.git('add', 'staged.txt');
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.put('memory', 'mem_2', 'value=by ann');
    ann.ok('push');
    bob.put('memory', 'mem_1', 'category=decision');
    expect(bob.json(['pull'])).toMatchObject({ merged: ['merge'], inSync: true });
    expect(bob.field('memory', 'mem_1', 'value')).toBe('by ann');
    expect(bob.field('memory', 'mem_1', 'category')).toBe('decision');
    expect(bob.field('memory', 'mem_2', 'value')).toBe('by ann');
    expect(bob.git('status', '--porcelain')).toBe('A  staged.txt');
  });

  it('P21 bring what lost a merge into the journal of the clone that merged', () => {
    const { ann, bob } = pair({ driver: false });
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.ok('push');
    ann.ok('pull');
    expectEqual(ann, bob);
    expect(ann.field('memory', 'mem_1', 'value')).toBe('by bob');
    expect(bob.journal()).toEqual(['memory/mem_1 value "by ann"']);
  });

  it('make the merge where no hook of the user and no other git comes between', async () => {
    const { ann, bob } = pair();
    const hook = join(bob.root, '.git/hooks/pre-merge-commit');
    mkdirSync(join(bob.root, '.git/hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\nexit 1\n');
    chmodSync(hook, 0o755);
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    bob.put('memory', 'mem_2', 'value=by bob');
    const pushes = await Promise.all([1, 2, 3].map(() => bob.start(['push', '--json'])));
    for (const { status, stdout, stderr } of pushes) expect(status, `${stdout}${stderr}`).toBe(0);
    expect(bob.git('status', '--porcelain')).toBe('');
    expect(existsSync(join(bob.root, '.git/MERGE_HEAD'))).toBe(false);
    expect(bob.git('worktree', 'list').split('\n')).toHaveLength(1);
    ann.ok('pull');
    expectEqual(ann, bob);
    expect(ann.field('memory', 'mem_2', 'value')).toBe('by bob');
  });

  it('move the files under the lock of their folder, so that no export comes between; hooks of ours keep out of it', () => {
    const { ann, bob } = pair();
    const said = join(bob.root, '../said');
    const lock = `import { withLock } from ${JSON.stringify(builtModule('store/lock.js'))};
      try { withLock(${JSON.stringify(bob.dir)}, { timeoutMs: 0 }, () => console.log('free')); } catch (error) { console.log(error.code); }`;
    writeFileSync(join(bob.root, '../lock.mjs'), lock);
    mkdirSync(join(bob.root, '.git/hooks'), { recursive: true });
    const hook = join(bob.root, '.git/hooks/post-merge');
    const run = `'${process.execPath}' '${join(bob.root, '../lock.mjs')}'`;
    writeFileSync(hook, `#!/bin/sh\n(${run}; echo "$SC_SYNC_HOOK") >'${said}'\n`);
    chmodSync(hook, 0o755);
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    bob.ok('pull');
    expect(readFileSync(said, 'utf8')).toBe('busy\noff\n');
    expect(bob.field('memory', 'mem_1', 'value')).toBe('by ann');
  });

  it('merge two clones that pushed to an empty remote first, each', () => {
    const root = folder();
    const remote = join(root, 'empty.git');
    tryGit(root, ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
    const [ann, bob] = ['ann', 'bob'].map((name) => {
      const clone = new Clone(join(root, name));
      clone.git('remote', 'add', 'origin', remote);
      clone.ok('init');
      clone.put('memory', `mem_${name}`, `key=${name}`, 'value=v');
      return clone;
    }) as [Clone, Clone];
    writeFileSync(join(bob.root, 'code.txt'), 'code\n');
    bob.git('add', 'code.txt');
    bob.git('commit', '--quiet', '-m', 'code');
    ann.ok('push');
    bob.ok('push');
    ann.ok('pull');
    expectEqual(ann, bob);
    expect(ann.field('memory', 'mem_bob', 'value')).toBe('v');
    expect(readFileSync(join(ann.root, 'code.txt'), 'utf8')).toBe('code\n');
  });

  it('work from a linked work tree, and from a submodule, with core.autocrlf', () => {
    const { ann, bob, remote } = pair();
    const outer = new Clone(join(bob.root, '../outer'));
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '-b', 'main', remote, 'inner');
    outer.git('commit', '--quiet', '-m', 'a submodule');
    const inner = new Clone(join(outer.root, 'inner'), { isThere: true, db: join(outer.root, '../inner.db') });
    inner.git('config', 'core.autocrlf', 'true');
    inner.ok('init');
    inner.ok('sync');
    bob.git('worktree', 'add', '--quiet', '-b', 'side', '../side', 'origin/main');
    bob.git('config', 'push.default', 'upstream');
    const side = new Clone(join(bob.root, '../side'), { isThere: true, db: bob.db });
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    inner.put('memory', 'mem_2', 'value=by inner');
    expect(inner.json(['push'])).toMatchObject({ merged: ['merge'], inSync: true });
    expect(inner.git('status', '--porcelain')).toBe('');
    side.run(['sync']);
    side.put('memory', 'mem_3', 'value=by side');
    expect(side.json(['push'])).toMatchObject({ merged: ['merge'], branch: 'main', inSync: true });
    ann.ok('pull');
    expectEqual(ann, side);
    expect(ann.field('memory', 'mem_2', 'value')).toBe('by inner');
    expect(ann.field('memory', 'mem_3', 'value')).toBe('by side');
    expect(side.git('branch', '--show-current')).toBe('side');
    expect(bob.git('branch', '--show-current')).toBe('main');
  });

  it('push what there is, and exit with 1, where the sync names something', () => {
    const { ann, bob } = pair();
    const orphan = lineOf(sample('context_item', { id: 'item_1', session_id: 'not here' }), 10).raw;
    writeFileSync(join(bob.dir, 'context_items.jsonl'), `${orphan}\n`);
    bob.put('memory', 'mem_1', 'value=by bob');
    const pushed = bob.json(['push'], 1);
    expect(pushed).toMatchObject({
      pushed: { commits: 1 },
      syncs: [{ import: { entities: { total: { orphaned: 1 } } } }],
    });
    ann.git('pull', '--quiet');
    expect(ann.read('context_items.jsonl')).toBe(`${orphan}\n`);
    // The same from a linked work tree, where an old commit is checked out.
    bob.git('worktree', 'add', '--quiet', '-b', 'older', '../older', 'HEAD');
    const older = new Clone(join(bob.root, '../older'), { isThere: true, db: bob.db });
    expect(older.run(['sync']).stdout).toContain('waits in the file');
    older.git('reset', '--quiet', '--hard', 'HEAD~1');
    expect(older.json(['push'], 1)).toMatchObject({
      branch: 'older',
      syncs: [{ import: { entities: { total: { rolledBack: 1 } } } }],
    });
    expect(bob.git('show', 'origin/older:.savecontext/memories.jsonl')).toContain('by bob');
    const again = older.json(['push']);
    expect(again).toMatchObject({ inSync: true });
    expect(again).not.toHaveProperty('pushed');
  });

  it('give a merge back where other files conflict, and say which', () => {
    const { ann, bob } = pair();
    for (const clone of [ann, bob]) {
      writeFileSync(join(clone.root, 'code.txt'), `${clone.root}\n`);
      clone.git('add', '-A');
      clone.git('commit', '--quiet', '-m', 'code');
    }
    ann.git('push', '--quiet');
    const head = bob.git('rev-parse', 'HEAD');
    bob.put('memory', 'mem_1', 'value=by bob');
    const pushed = bob.json(['push'], 6);
    expect(pushed).toMatchObject({ error: { code: 'refused', details: ['conflict in code.txt'] } });
    expect(pushed).toMatchObject({
      error: { message: expect.stringContaining('the branch is where it was') as string },
    });
    // What was done before is told, and no merge that the branch never moved to.
    expect(pushed).toMatchObject({ commits: [expect.stringMatching(/^Change memory /)], inSync: true });
    for (const name of ['merged', 'pushed']) expect(pushed).not.toHaveProperty(name);
    expect(bob.git('rev-parse', 'HEAD~1')).toBe(head);
    expect(bob.git('status', '--porcelain')).toBe('');
  });
});

describe('what keeps a push from its remote is said, and nothing is lost', () => {
  const changed = (): { bob: Clone; remote: string } => {
    const { bob, remote } = pair();
    bob.put('memory', 'mem_1', 'value=kept');
    return { bob, remote };
  };

  it('the remote is gone', () => {
    const { bob, remote } = changed();
    rmSync(remote, { recursive: true });
    const { status, stdout, stderr } = bob.run(['push']);
    expect(status).toBe(8);
    expect(stderr).toMatch(/^sc-sync: The remote origin cannot be reached$/m);
    expect(stdout).toMatch(/^exported 1 record\ncommitted: Change memory .*\nin sync\n$/m);
    const pulled = bob.json(['pull'], 8);
    expect(pulled).toMatchObject({ error: { code: 'io' }, branch: 'main', syncs: [{ inSync: true }] });
    expect(pulled).not.toHaveProperty('commits');
    expect(bob.git('show', 'HEAD:.savecontext/memories.jsonl')).toContain('"kept"');
  });

  it('the branch is protected', () => {
    const { bob, remote } = changed();
    const hook = join(remote, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "main is protected: cannot lock ref" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const { error } = bob.json(['push'], 6);
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('takes no push') as string });
    expect(JSON.stringify(error)).toContain('main is protected');
    expect(bob.git('show', 'HEAD:.savecontext/memories.jsonl')).toContain('"kept"');
  });

  it('it asks for a password', () => {
    const { bob } = changed();
    const helper = join(bob.root, '..', 'git-remote-locked');
    writeFileSync(
      helper,
      `#!/bin/sh\necho "fatal: could not read Username for 'https://example.org': terminal prompts disabled" >&2\nexit 128\n`,
    );
    chmodSync(helper, 0o755);
    bob.git('remote', 'set-url', 'origin', 'locked::x');
    const ran = bob.run(['push', '--json'], { PATH: `${join(bob.root, '..')}:${process.env['PATH'] ?? ''}` });
    expect(ran.status).toBe(8);
    expect(ran.stdout).toContain('asks for a login');
  });

  it('a detached head, no remote, an unfinished merge', () => {
    const { bob } = changed();
    bob.git('checkout', '--quiet', '--detach');
    expect(bob.json(['push'], 4)).toMatchObject({ error: { message: expect.stringContaining('detached') as string } });
    bob.git('checkout', '--quiet', 'main');
    writeFileSync(join(bob.root, '.git/MERGE_HEAD'), `${bob.git('rev-parse', 'HEAD')}\n`);
    expect(bob.json(['pull'], 6)).toMatchObject({ error: { message: 'Cannot pull: git is in the middle of a merge' } });
    rmSync(join(bob.root, '.git/MERGE_HEAD'));
    bob.git('remote', 'remove', 'origin');
    expect(bob.json(['push'], 4)).toMatchObject({
      error: { message: 'Cannot pull or push: this repository has no remote' },
    });
  });

  it('a branch that began from one of another name', () => {
    const { bob } = changed();
    bob.git('checkout', '--quiet', '-b', 'feature', 'origin/main');
    const { error } = bob.json(['push'], 4);
    expect(error).toMatchObject({ hint: expect.stringContaining('--set-upstream origin feature') as string });
    bob.git('push', '--quiet', '--set-upstream', 'origin', 'feature');
    expect(bob.json(['push'])).toMatchObject({ branch: 'feature', inSync: true });
  });

  it('a commit hook of the user that fails', () => {
    const { bob } = changed();
    mkdirSync(join(bob.root, '.git/hooks'), { recursive: true });
    const hook = join(bob.root, '.git/hooks/pre-commit');
    writeFileSync(hook, '#!/bin/sh\necho "no commits today" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const { error } = bob.json(['push'], 8);
    expect(JSON.stringify(error)).toContain('no commits today');
    expect(existsSync(bob.db)).toBe(true);
    expect(readFileSync(join(bob.dir, 'memories.jsonl'), 'utf8')).toContain('"kept"');
  });
});
