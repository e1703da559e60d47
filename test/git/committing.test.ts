import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { pair } from './clones.js';
import type { Clone } from './clones.js';

/** Installs a hook of the user. */
function hook({ root }: Clone, name: string, script: string): void {
  const path = join(root, '.git/hooks', name);
  mkdirSync(join(root, '.git/hooks'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** Writes the keys of each line in another order, as a formatter would. */
const REFORMAT = `for f in $(git diff --cached --name-only -- '*.jsonl'); do
  "${process.execPath}" -e '
    const fs = require("fs"), path = process.argv[1];
    const sorted = (o) => Object.fromEntries(Object.keys(o).sort().map((k) => [k, o[k]]));
    fs.writeFileSync(path, fs.readFileSync(path, "utf8").split("\\n").filter(Boolean).map((l) => JSON.stringify(sorted(JSON.parse(l))) + "\\n").join(""));
  ' "$f"
  git add "$f"
done`;

describe('a commit of the data folder', () => {
  it('leaves nothing in the index that a hook wrote otherwise, or added', () => {
    const { ann, bob } = pair();
    writeFileSync(join(bob.root, 'staged.txt'), 'mine\n');
    bob.git('add', 'staged.txt');
    hook(bob, 'pre-commit', `${REFORMAT}\necho log >>hook.log\ngit add hook.log`);
    bob.put('memory', 'mem_1', 'value=edited');
    bob.ok('push');
    expect(bob.git('status', '--porcelain')).toBe('A  staged.txt');
    expect(bob.git('ls-files', 'hook.log')).toBe('hook.log');
    ann.ok('pull');
    expect(ann.field('memory', 'mem_1', 'value')).toBe('edited');
    expect(ann.files()).toEqual(bob.files());
  });

  it('that a hook refuses leaves the index as it was: new files, changed ones, and what the user staged', () => {
    const { bob } = pair();
    writeFileSync(join(bob.root, 'staged.txt'), 'mine\n');
    bob.git('add', 'staged.txt');
    hook(bob, 'commit-msg', 'grep -qE "^(feat|fix|chore): " "$1" || { echo "type may not be empty" >&2; exit 1; }');
    bob.put('memory', 'mem_1', 'value=edited');
    bob.put('plan', 'plan_1', 'title=a file that is new');
    const before = bob.git('diff', '--cached');
    const { error } = bob.json(['push'], 8);
    expect(error).toMatchObject({
      message: 'Cannot commit the data folder: type may not be empty',
      hint: expect.stringContaining('--message') as string,
    });
    expect(bob.git('diff', '--cached')).toBe(before);
    bob.ok('push', '--message', 'chore: {subject}');
    expect(bob.git('log', '-1', '--format=%B')).toMatch(/^chore: Change memory .*plan_1|^chore: /);
    expect(bob.git('diff', '--cached')).toBe(before);
  });

  it('says what the team set, in merges too; the option of a call comes first', () => {
    const { ann, bob } = pair();
    writeFileSync(
      join(ann.dir, 'sync.json'),
      '{"commit":{"message":"chore(records): {subject} [skip ci]\\n\\nBy: {actor}"}}\n',
    );
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.ok('push');
    expect(ann.git('log', '-1', '--format=%B')).toMatch(/^chore\(records\): .* \[skip ci\]\n\nBy: tester$/);
    bob.ok('pull');
    ann.put('memory', 'mem_1', 'value=again');
    ann.ok('push', '--message', 'fix: {subject}');
    bob.put('memory', 'mem_2', 'value=by bob');
    bob.ok('push');
    expect(bob.git('log', '-1', '--format=%B')).toBe('chore(records): Merge main of origin [skip ci]\n\nBy: tester');
    expect(bob.git('log', '--format=%s', '-3')).toContain('fix: Change memory');
  });

  it('that cannot be signed says so, and leaves the index as it was', () => {
    const { bob } = pair();
    bob.git('config', 'commit.gpgSign', 'true');
    bob.git('config', 'gpg.program', 'false');
    bob.put('memory', 'mem_1', 'value=edited');
    const { error } = bob.json(['push'], 8);
    expect(error).toMatchObject({ hint: expect.stringContaining('commit.gpgSign') as string });
    expect(bob.git('status', '--porcelain')).toBe(' M .savecontext/memories.jsonl'.trim());
    bob.git('config', 'commit.gpgSign', 'false');
    bob.ok('push');
  });

  it('has a message that is checked before anything is done', () => {
    const { bob } = pair();
    for (const [template, says] of [
      [' ', 'must be a text'],
      ['a {title}', 'not {title}'],
      ['a \u001b[2J', 'control characters'],
    ] as const) {
      expect(bob.run(['push', '--message', template]).stderr).toContain(says);
      writeFileSync(join(bob.dir, 'sync.json'), JSON.stringify({ commit: { message: template } }));
      expect(JSON.stringify(bob.json(['push'], 4))).toMatch(/commit\.message (?:must|may) /);
    }
    writeFileSync(join(bob.dir, 'sync.json'), '{"commit":{"msg":"x"}}');
    expect(JSON.stringify(bob.json(['sync'], 4))).toContain('commit must be');
  });
});

describe('push --branch', () => {
  it('sends to a branch of its own where the usual one is protected, and others take it from there', () => {
    const { ann, bob, remote } = pair();
    const update = join(remote, 'hooks/update');
    writeFileSync(update, '#!/bin/sh\n[ "$1" != refs/heads/main ] || { echo "protected branch" >&2; exit 1; }\n');
    chmodSync(update, 0o755);
    ann.put('memory', 'mem_1', 'value=by ann');
    const refused = ann.json(['push'], 6);
    expect(refused['error']).toMatchObject({ hint: expect.stringContaining('push --branch records') as string });
    expect(ann.ok('push', '--branch', 'records')).toContain('to origin/records');
    bob.put('memory', 'mem_2', 'value=by bob');
    expect(bob.json(['push', '--branch', 'records'])).toMatchObject({
      branch: 'records',
      merged: ['merge'],
      inSync: true,
    });
    ann.ok('pull', '--branch', 'records');
    expect(ann.files()).toEqual(bob.files());
    expect(ann.field('memory', 'mem_2', 'value')).toBe('by bob');
    expect(ann.git('branch', '--show-current')).toBe('main');
  });

  it('sends to the fork that git pushes to', () => {
    const { ann, bob, remote } = pair();
    const fork = `${remote} fork`;
    ann.git('clone', '--quiet', '--bare', remote, fork);
    ann.git('remote', 'add', 'fork', fork);
    ann.git('config', 'remote.pushDefault', 'fork');
    bob.put('memory', 'mem_2', 'value=by bob');
    bob.ok('push');
    ann.put('memory', 'mem_1', 'value=by ann');
    expect(JSON.stringify(ann.json(['push'], 4))).toContain('sc-sync push --branch main');
    ann.ok('pull');
    expect(ann.ok('push', '--branch', 'main')).toContain('to fork/main');
    expect(ann.git('show', 'fork/main:.savecontext/memories.jsonl')).toMatch(/by ann[^]*by bob/);
    expect(ann.git('show', 'origin/main:.savecontext/memories.jsonl')).not.toContain('by ann');
  });

  it('takes no name that git does not take', () => {
    const { ann } = pair();
    for (const name of ['-x', 'a..b', '', 'a b', 'x:y']) {
      expect(ann.run([`push`, `--branch=${name}`]).status, name).toBe(4);
    }
  });
});
