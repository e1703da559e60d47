import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { driveMerge } from '../../src/git/drive-merge.js';
import { driverCommand, genericDriverName } from '../../src/git/driver-command.js';
import type { LineWords } from '../../src/merge/json-options.js';
import { Store } from '../../src/savecontext/store.js';
import { Clone, folder, pair, tryGit } from './clones.js';
import { snapshot } from './snapshot.js';
import { savecontext } from '../../src/savecontext/registry.js';

function repository(): Clone {
  const clone = new Clone(join(folder(), 'a clone'));
  writeFileSync(join(clone.root, 'README.md'), 'project\n');
  clone.git('add', '-A');
  clone.git('commit', '--quiet', '-m', 'first');
  return clone;
}

describe('init in a repository', () => {
  it('sets up ignore and attributes files and the driver, says so, and does it once', () => {
    const clone = repository();
    const said = clone.ok('init');
    expect(said).toMatch(/^created the folder .*\.savecontext$/m);
    for (const line of [
      'created .savecontext/.gitignore',
      'created .savecontext/.gitattributes',
      "set up the merge driver savecontext in this clone's configuration",
    ]) {
      expect(said.split('\n')).toContain(line);
    }
    expect(clone.ok('init')).toMatch(/^nothing to do: /);
    clone.put('memory', 'mem_1', 'key=k', 'value=v');
    clone.ok('sync');
    clone.git('add', '-A');
    expect(clone.git('diff', '--cached', '--name-only').split('\n')).toEqual([
      '.savecontext/.gitattributes',
      '.savecontext/.gitignore',
      '.savecontext/memories.jsonl',
    ]);
    expect(clone.git('check-attr', 'merge', 'eol', '--', '.savecontext/memories.jsonl')).toBe(
      '.savecontext/memories.jsonl: merge: savecontext\n.savecontext/memories.jsonl: eol: lf',
    );
  });

  it('adds what is missing to what is there, and changes nothing else', () => {
    const clone = repository();
    mkdirSync(clone.dir);
    const [ignore, attributes] = ['.gitignore', '.gitattributes'].map((name) => join(clone.dir, name)) as [
      string,
      string,
    ];
    writeFileSync(ignore, '*\n!.gitignore\n!*.jsonl');
    writeFileSync(attributes, '*.jsonl diff=json\r\n');
    clone.ok('init');
    expect(readFileSync(ignore, 'utf8')).toBe(
      '*\n!.gitignore\n!*.jsonl\n# Added by savecontext-sync (the line above had no end):\n!.gitattributes\n!sync.json\n!registry.json\n',
    );
    expect(readFileSync(attributes, 'utf8')).toBe(
      '*.jsonl diff=json\r\n# Added by savecontext-sync:\r\n*.jsonl text eol=lf merge=savecontext\r\nsync.json text eol=lf\r\nregistry.json text eol=lf\r\n',
    );
    expect(clone.ok('init')).toMatch(/^nothing to do: /);
  });

  it('renews a driver that lies elsewhere', () => {
    const clone = repository();
    clone.ok('init');
    clone.git('config', 'merge.savecontext.driver', 'old');
    expect(clone.json(['status'])).toMatchObject({ git: { driver: 'stale' } });
    expect(clone.ok('init')).toContain('updated the merge driver');
    expect(clone.json(['status'])).toMatchObject({ git: { driver: 'installed' } });
  });

  it('works in a linked work tree and in a folder below the root, and says plainly where there is no work tree', () => {
    const clone = repository();
    clone.git('worktree', 'add', '--quiet', '--detach', '../linked');
    const linked = new Clone(join(clone.root, '../linked'), { db: clone.db, isThere: true });
    expect(linked.ok('init')).toContain('set up the merge driver');
    expect(linked.json(['status'])).toMatchObject({ git: { driver: 'installed' } });
    mkdirSync(join(clone.root, 'packages/one/.savecontext'), { recursive: true });
    expect(clone.ok('-C', 'packages/one', 'init')).toContain('created packages/one/.savecontext/.gitattributes');
    const bare = join(clone.root, '../bare');
    tryGit(clone.root, ['init', '--quiet', '--bare', bare]);
    for (const words of [['init'], ['init', '--undo']]) {
      expect(clone.json(['-C', bare, ...words], 4)).toMatchObject({
        error: {
          message: expect.stringContaining('no work tree') as string,
          details: ['a bare repository lies there, which has no files'],
        },
      });
    }
    expect(existsSync(join(bare, '.savecontext'))).toBe(false);
  });

  it('says in the words of git why a repository cannot be used; sync needs none', () => {
    const clone = repository();
    clone.ok('init');
    // As git takes the folder of another owner.
    const folderOfGit = join(clone.root, '../bin');
    mkdirSync(folderOfGit);
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const git = join(folderOfGit, 'git');
    writeFileSync(git, `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec '${real}' "$@"\n`);
    chmodSync(git, 0o755);
    const env = { PATH: `${folderOfGit}:${process.env['PATH'] ?? ''}` };
    for (const verb of ['push', 'init']) {
      const { error } = clone.json([verb], 4, env) as { error: { details: string[] } };
      expect(error.details.join('\n')).toMatch(/dubious ownership[^]*git config --global --add safe\.directory/);
    }
    expect(clone.json(['sync'], 0, env)).toMatchObject({ inSync: true });
  });

  it('is not led astray by variables of a calling hook', () => {
    const clone = repository();
    const other = repository();
    clone.run(['init'], { GIT_DIR: join(other.root, '.git'), GIT_WORK_TREE: other.root });
    expect(clone.git('config', 'merge.savecontext.driver')).toBe(driverCommand().replaceAll('/src/', '/dist/'));
    expect(other.tryGit('config', 'merge.savecontext.driver').status).toBe(1);
  });
});

describe('an export directory that somebody removed', () => {
  it.each([[['sync']], [['export']], [['push']]])('comes back with both dot files: %s', (words) => {
    const clone = repository();
    clone.ok('init');
    clone.put('memory', 'mem_1', 'key=k', 'value=v');
    clone.commit();
    clone.git('init', '--quiet', '--bare', '../remote');
    clone.git('remote', 'add', 'origin', '../remote');
    rmSync(clone.dir, { recursive: true });
    clone.ok(...words);
    expect(readdirSync(clone.dir)).toEqual(expect.arrayContaining(['.gitattributes', '.gitignore']));
    // An export alone brings no record back that somebody took out of the files.
    expect(clone.git('status', '--porcelain')).toBe(words.includes('export') ? 'D .savecontext/memories.jsonl' : '');
  });

  it('comes back with the ignore file alone where nobody ran init, and what somebody else removed stays away', () => {
    const clone = repository();
    clone.init();
    clone.git('config', '--remove-section', 'merge.savecontext');
    rmSync(clone.dir, { recursive: true });
    clone.put('memory', 'mem_1', 'key=k', 'value=v');
    clone.ok('sync');
    expect(existsSync(join(clone.dir, '.gitattributes'))).toBe(false);
    clone.ok('init');
    rmSync(join(clone.dir, '.gitattributes'));
    clone.ok('sync');
    expect(existsSync(join(clone.dir, '.gitattributes'))).toBe(false);
  });
});

describe('init --undo', () => {
  it.each([
    ['a fresh repository', (): void => undefined, ['init', '--hooks']],
    [
      'files and hooks that were there',
      (clone: Clone): void => {
        mkdirSync(clone.dir);
        writeFileSync(join(clone.dir, '.gitignore'), '*\r\n!.gitignore\r\n!*.jsonl');
        writeFileSync(join(clone.dir, '.gitattributes'), '');
        writeFileSync(join(clone.root, '.git/hooks/pre-commit'), '#!/bin/sh\nexit 0\n');
        chmodSync(join(clone.root, '.git/hooks/pre-commit'), 0o755);
        clone.git('config', 'merge.other.driver', 'x %A');
      },
      ['init', '--hooks'],
    ],
    ['the driver alone', (): void => undefined, ['init', '--driver-only', '--key', 'id', 'data/*.jsonl']],
  ])('leaves the repository byte for byte as it was: %s', (_, prepare, words) => {
    const clone = repository();
    prepare(clone);
    const before = snapshot(clone.root);
    clone.ok(...words);
    expect(snapshot(clone.root)).not.toEqual(before);
    const said = clone.ok('init', '--undo');
    expect(said).toContain('took the merge driver');
    expect(snapshot(clone.root)).toEqual(before);
    expect(clone.ok('init', '--undo')).toMatch(/^nothing to take back/);
  });

  it('leaves data, and what was committed here or by others', () => {
    const clone = repository();
    clone.ok('init');
    clone.put('memory', 'mem_1', 'key=k', 'value=v');
    clone.commit();
    const other = Clone.of(clone.root, join(folder(), 'other'));
    other.ok('init');
    const committed = other.git('status', '--porcelain');
    other.ok('init', '--undo');
    expect([committed, other.git('status', '--porcelain')]).toEqual(['', '']);
    const said = clone.ok('init', '--undo');
    for (const name of ['.gitattributes', '.gitignore']) {
      expect(said).toContain(`left ${join(clone.dir, name)} as it is: it is committed, so others use it\n`);
    }
    expect(said).toMatch(/^left the folder .*: it holds \.gitattributes, \.gitignore, memories\.jsonl$/m);
    expect(clone.git('status', '--porcelain')).toBe('');
  });

  it('says once of a file with lines of several drivers what became of it', () => {
    const clone = repository();
    for (const pattern of ['a.jsonl', 'b.jsonl']) clone.ok('init', '--driver-only', '--key', pattern[0] ?? '', pattern);
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', 'attributes');
    const said = clone.ok('init', '--undo');
    expect(said.match(/^left .*\.gitattributes as it is/gm)).toHaveLength(1);
    expect(said.match(/^took the merge driver .* out/gm)).toHaveLength(2);
  });

  it('leaves what was changed since', () => {
    const clone = repository();
    clone.ok('init');
    writeFileSync(join(clone.dir, '.gitattributes'), '*.jsonl merge=mine\n');
    const said = clone.ok('init', '--undo');
    expect(said).toMatch(/^left .*\.gitattributes as it is: it was changed since$/m);
    expect(said).toMatch(/^left the folder .*: it holds \.gitattributes$/m);
    expect(existsSync(join(clone.dir, '.gitignore'))).toBe(false);
    expect(readFileSync(join(clone.dir, '.gitattributes'), 'utf8')).toBe('*.jsonl merge=mine\n');
  });

  it('leaves lines that were committed, and takes out those that were not', () => {
    const clone = repository();
    const ignore = join(clone.root, '.gitignore');
    writeFileSync(ignore, 'node_modules/\n');
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', 'ignore file');
    clone.ok('init', '--db', 'memory.db');
    clone.ok('init', '--undo');
    expect(readFileSync(ignore, 'utf8')).toBe('node_modules/\n');
    clone.ok('init', '--db', 'memory.db');
    clone.git('add', '.gitignore');
    clone.git('commit', '--quiet', '-m', 'database');
    const committed = readFileSync(ignore, 'utf8');
    clone.ok('init', '--undo');
    expect(readFileSync(ignore, 'utf8')).toBe(committed);
  });

  it('keeps what the user wrote since beside our lines, and hooks that were changed', () => {
    const clone = repository();
    const ignore = join(clone.dir, '.gitignore');
    const attributes = join(clone.root, '.gitattributes');
    mkdirSync(clone.dir);
    writeFileSync(ignore, '*\n!.gitignore\n');
    writeFileSync(attributes, '*.png binary');
    const hook = (name: string): string => join(clone.root, '.git/hooks', name);
    writeFileSync(hook('post-merge'), '#!/bin/sh\nexit 0\n');
    clone.ok('init', '--hooks');
    clone.ok('init', '--driver-only', '--key', 'id', '*.jsonl');
    for (const path of [ignore, attributes, hook('post-checkout')]) {
      writeFileSync(path, `# mine, above\n${readFileSync(path, 'utf8')}# mine, below\n`);
    }
    const said = clone.ok('init', '--undo');
    expect(readFileSync(ignore, 'utf8')).toBe('# mine, above\n*\n!.gitignore\n# mine, below\n');
    expect(readFileSync(attributes, 'utf8')).toBe('# mine, above\n*.png binary# mine, below\n');
    expect(said).toMatch(/^left .*post-checkout as it is: it was changed since$/m);
    expect(readFileSync(hook('post-merge'), 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    expect(['pre-commit', 'post-rewrite', 'post-checkout'].map((name) => existsSync(hook(name)))).toEqual([
      false,
      false,
      true,
    ]);
    expect(clone.git('config', '--local', '--list')).not.toMatch(/sc-sync|^merge\./m);
  });

  it('takes a hook away whose predecessor is gone, and the rest of it', () => {
    const clone = repository();
    const hook = join(clone.root, '.git/hooks/pre-commit');
    const before = snapshot(clone.root);
    writeFileSync(hook, '#!/bin/sh\nexit 0\n');
    clone.ok('init', '--hooks');
    rmSync(`${hook}.before-sc-sync`);
    expect(clone.ok('init', '--undo')).toContain(
      `removed the hook ${hook}; the one that was there before is gone: ${hook}.before-sc-sync\n`,
    );
    expect(snapshot(clone.root)).toEqual(before);
  });

  it('tells each hook once, by the last database that it was made for', () => {
    const clone = repository();
    const before = snapshot(clone.root);
    clone.ok('init', '--hooks');
    clone.ok('init', '--hooks', '--db', `${clone.db}.other`);
    const hook = join(clone.root, '.git/hooks/post-merge');
    const said = clone.ok('init', '--undo').split('\n');
    expect(said.filter((line) => line.includes(hook))).toEqual([`removed the hook ${hook}`]);
    expect(snapshot(clone.root)).toEqual(before);
  });

  it('takes lines back that were made anew', () => {
    const clone = repository();
    const attributes = join(clone.root, '.gitattributes');
    const set = (pattern: string): string => clone.ok('init', '--driver-only', '--key', 'id', pattern);
    writeFileSync(attributes, '*.png binary\n');
    set('a.jsonl');
    writeFileSync(attributes, '*.png binary\n');
    set('a.jsonl');
    set('b.jsonl');
    expect(clone.ok('init', '--undo').match(/^took the lines/gm)).toHaveLength(1);
    expect(readFileSync(attributes, 'utf8')).toBe('*.png binary\n');
    expect(clone.git('config', '--local', '--list')).not.toMatch(/sc-sync|^merge\./m);
  });

  it('goes on after a step that fails, and remembers that one alone', () => {
    const clone = repository();
    const before = snapshot(clone.root);
    clone.ok('init', '--hooks');
    const hook = join(clone.root, '.git/hooks/post-checkout');
    rmSync(hook);
    mkdirSync(hook);
    const { status, stdout } = clone.run(['init', '--undo']);
    expect(status).toBe(1);
    expect(stdout.split('\n')).toContainEqual(expect.stringContaining(`Cannot read ${hook}: `));
    expect(stdout).toContain('took the merge driver');
    expect(clone.git('config', '--get-all', 'sc-sync.added').split('\n')).toEqual([expect.stringContaining(hook)]);
    rmSync(hook, { recursive: true });
    expect(clone.ok('init', '--undo')).toContain(`${hook} is gone already`);
    expect(snapshot(clone.root)).toEqual(before);
  });

  it('is wrong usage outside of a repository', () => {
    const clone = repository();
    rmSync(join(clone.root, '.git'), { recursive: true });
    expect(clone.json(['init', '--undo'], 4)).toMatchObject({ error: { code: 'usage' } });
  });
});

describe('a clone that was never initialised', () => {
  it('is told so by status, and syncs and pushes all the same, with a merge by records', () => {
    const { ann, bob, remote } = pair();
    const plain = new Clone(Clone.of(remote, join(ann.root, '../plain')).root, { isThere: true, db: bob.db });
    expect(plain.ok('status')).toMatch(/merge driver is not set up in this clone.*init sets it up/);
    expect(plain.json(['status'])).toMatchObject({ git: { driver: 'missing' } });
    expect(plain.json(['sync'])).toMatchObject({ inSync: true });
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    plain.put('issue', 'issue_1', 'priority=4');
    expect(plain.json(['push'])).toMatchObject({ merged: ['merge'], inSync: true });
    expect([plain.field('issue', 'issue_1', 'title'), plain.field('issue', 'issue_1', 'priority')]).toEqual([
      'by ann',
      4,
    ]);
    expect(plain.tryGit('config', 'merge.savecontext.driver').status).toBe(1);
  });
});

describe('init --driver-only', () => {
  it('merges files of other programs by key in this clone, and touches nothing else', () => {
    const clone = repository();
    const path = join(clone.root, 'issues.jsonl');
    const write = (one: string, two: string, message: string): void => {
      writeFileSync(path, `{"id":"a","x":${one}}\n{"id":"b","x":${two}}\n`);
      clone.git('add', '-A');
      clone.git('commit', '--quiet', '-m', message);
    };
    expect(clone.json(['init', '--driver-only', '--key', 'id', '--together', 'x,y', '*.jsonl'])).toMatchObject({
      done: ['created .gitattributes', expect.stringContaining('jsonl-id-x.y') as string],
    });
    expect(existsSync(clone.dir)).toBe(false);
    expect(existsSync(clone.db)).toBe(false);
    write('1', '1', 'base');
    clone.git('branch', 'other');
    write('2', '1', 'ours');
    clone.git('checkout', '--quiet', 'other');
    write('1', '2', 'theirs');
    clone.git('merge', '--quiet', '--no-edit', 'main');
    expect(readFileSync(path, 'utf8')).toBe('{"id":"a","x":2}\n{"id":"b","x":2}\n');
  });

  it.each([
    ['a key with spaces and signs', ['--key', "the 'id' %P"], `"the 'id' %P":1`],
    ['a key in a member', ['--key', 'meta.id'], '"meta":{"id":1}'],
    ['two keys that identify together', ['--key', 'a,b'], '"a":1,"b":"é"'],
    ['a second way to know a line', ['--key', 'uuid', '--key', 'id'], '"id":1'],
  ] as const)('merges by %s', (_, words, key) => {
    const clone = repository();
    const path = join(clone.root, 'my data.jsonl');
    const write = (v: number, w: number, at: number, message: string): void => {
      writeFileSync(path, `{${key},"v":${v},"w":${w},"edges":[{"to":"x","n":${v}}],"seen":${at}}\n# v${w}\n`);
      clone.git('add', '-A');
      clone.git('commit', '--quiet', '-m', message);
    };
    const more = ['--updated', 'seen', '--element', 'edges=to', '--append-only', '--together', 'x,y'];
    const driver = /merge driver (\S+) in/.exec(
      clone.ok('init', '--driver-only', ...words, ...more, 'my *.jsonl'),
    )?.[1];
    expect(clone.git('check-attr', 'merge', '--', 'my data.jsonl')).toBe(`my data.jsonl: merge: ${driver ?? ''}`);
    write(1, 1, 1, 'base');
    clone.git('branch', 'other');
    write(2, 1, 5, 'ours');
    clone.git('checkout', '--quiet', 'other');
    write(1, 2, 4, 'theirs');
    clone.git('merge', '--quiet', '--no-edit', 'main');
    expect(readFileSync(path, 'utf8')).toBe(`{${key},"v":2,"w":2,"edges":[{"to":"x","n":2}],"seen":6}\n# v2\n`);
    expect(clone.ok('init', '--driver-only', ...words, ...more, 'my *.jsonl')).toContain('nothing to do');
  });

  it('has a driver of its own for each way to merge, under a name that attributes can have', () => {
    const name = (words: Partial<LineWords>): string =>
      genericDriverName({ key: ['id'], together: [], element: [], appendOnly: false, ...words });
    const ways = [
      {},
      { key: ['a.b'] },
      { key: ['a,b'] },
      { key: ['a b'] },
      { key: ['a', 'b'] },
      { key: ['a-b'] },
      { key: ['a'], together: ['b'] },
      { together: ['x,y'] },
      { together: ['x.y'] },
      { together: ['x', 'y'] },
      { element: ['list=n'] },
      { updated: 'at' },
      { appendOnly: true },
      { key: [], appendOnly: true },
      { key: ['é'.repeat(500)] },
    ];
    const names = ways.map(name);
    expect(new Set(names).size).toBe(ways.length);
    for (const each of names) expect(each).toMatch(/^jsonl[\w.-]{1,80}$/);
    expect(names.slice(0, 2)).toEqual(['jsonl-id', 'jsonl-a.b']);
    expect(name({ together: ['x,y'] })).toBe('jsonl-id-x.y');
  });

  it('refuses a pattern that attributes cannot have', () => {
    const clone = repository();
    expect(clone.json(['init', '--driver-only', '--key', 'id', '!a.jsonl'], 4)).toMatchObject({
      error: { code: 'usage' },
    });
    expect(clone.ok('init', '--driver-only', '--key', 'id', '#a.jsonl')).toContain('.gitattributes');
    expect(clone.git('check-attr', 'merge', '--', '#a.jsonl')).toBe('#a.jsonl: merge: jsonl-id');
  });

  it('names files that Git LFS keeps, of which the driver sees pointers only and leaves one conflict', () => {
    const clone = repository();
    expect(clone.ok('init', '--driver-only', '--key', 'id', '*.jsonl')).not.toContain('LFS');
    writeFileSync(join(clone.root, '.gitattributes'), '*.jsonl filter=lfs diff=lfs merge=lfs -text\n');
    for (const args of [['--driver-only', '--key', 'id', '*.jsonl'], []]) {
      expect(clone.ok('init', ...args)).toMatch(/warning: Git LFS keeps \S*\*\.jsonl/m);
    }
    const pointer = (n: number): string => `version https://git-lfs.github.com/spec/v1\noid sha256:${n}\nsize ${n}\n`;
    for (const [name, n] of Object.entries({ o: 1, a: 2, b: 3 })) writeFileSync(join(clone.root, name), pointer(n));
    const { problems } = driveMerge(
      savecontext,
      {
        base: 'o',
        ours: 'a',
        theirs: 'b',
        path: 'x.jsonl',
        lines: { keys: ['id'], together: [], elements: new Map(), appendOnly: false },
      },
      clone.root,
      1,
    );
    expect(problems).toContain('ours: the file must have lines of JSON, not a pointer of Git LFS');
    expect(readFileSync(join(clone.root, 'a'), 'utf8').match(/^<{7} ours$/gm)).toHaveLength(1);
  });

  it('needs a key and a pattern', () => {
    const clone = repository();
    expect(clone.json(['init', '--driver-only', '*.jsonl'], 4)).toMatchObject({ error: { code: 'usage' } });
    expect(clone.json(['init', '--driver-only', '--key', 'id'], 4)).toMatchObject({ error: { code: 'usage' } });
    for (const args of [['--key', 'id'], ['--append-only'], ['*.jsonl']]) {
      const error = { code: 'usage', message: 'A pattern and --key need --driver-only' };
      expect(clone.json(['init', ...args], 4)).toMatchObject({ error });
    }
  });
});

describe('hooks', () => {
  it('export before a commit and import after a merge, and call the hooks that were there', () => {
    const clone = repository();
    const old = join(clone.root, '.git/hooks/pre-commit');
    writeFileSync(old, '#!/bin/sh\necho "$0 $*" >> "$HOME/called"\n');
    chmodSync(old, 0o755);
    clone.ok('init', '--hooks');
    clone.put('memory', 'mem_1', 'key=k', 'value=one');
    // The hook waits for the export only so long; on a slow machine the next commit has it.
    const committed = (): string => clone.tryGit('show', 'HEAD:.savecontext/memories.jsonl').stdout;
    for (let tries = 0; tries < 20 && !committed().includes('"one"'); tries++) {
      clone.git('commit', '--quiet', '--allow-empty', '-m', 'by hook');
    }
    expect(committed()).toContain('"one"');
    expect(readFileSync(join(clone.root, 'called'), 'utf8')).toContain('pre-commit');
  });

  it('never fail a commit, nor add to one of named files alone', () => {
    const clone = repository();
    clone.ok('init', '--hooks');
    clone.put('memory', 'mem_1', 'key=k', 'value=one');
    writeFileSync(join(clone.root, 'README.md'), 'changed\n');
    clone.git('commit', '--quiet', '-m', 'one file', '--', 'README.md');
    expect(clone.git('show', '--name-only', '--format=', 'HEAD')).toBe('README.md');
    writeFileSync(clone.db, 'no database');
    clone.git('commit', '--quiet', '--allow-empty', '-m', 'still works');
  });
});

describe('programs that hooks start', () => {
  /** How many programs of Node a call of git starts. */
  function starts(clone: Clone, ...args: readonly string[]): number {
    const place = folder();
    const preload = join(place, 'preload.mjs');
    const noted = JSON.stringify(join(place, 'noted'));
    writeFileSync(
      preload,
      `import { appendFileSync } from 'node:fs';\nimport { isMainThread } from 'node:worker_threads';\nif (isMainThread) appendFileSync(${noted}, '.');\n`,
    );
    const { status, stderr } = tryGit(clone.root, args, {
      ...clone.env(),
      NODE_OPTIONS: `--import ${pathToFileURL(preload).href}`,
    });
    expect(status, stderr).toBe(0);
    return existsSync(join(place, 'noted')) ? readFileSync(join(place, 'noted'), 'utf8').length : 0;
  }

  it('are one for a commit, and none where two commits have the same data folder', () => {
    const clone = repository();
    clone.ok('init', '--hooks');
    clone.put('memory', 'mem_1', 'key=k', 'value=one');
    expect(starts(clone, 'commit', '--quiet', '--allow-empty', '-m', 'by hook')).toBe(1);
    expect(clone.git('show', 'HEAD:.savecontext/memories.jsonl')).toContain('"one"');
    expect(starts(clone, 'switch', '--quiet', '--create', 'side')).toBe(0);
    // The commit before it, and nothing after it.
    expect(starts(clone, 'commit', '--quiet', '--amend', '-m', 'amended')).toBe(1);
    writeFileSync(join(clone.root, 'README.md'), 'changed\n');
    expect(starts(clone, 'commit', '--quiet', '-am', 'code')).toBe(1);
    expect(starts(clone, 'switch', '--quiet', 'main')).toBe(0);
    expect(starts(clone, 'merge', '--quiet', '--no-edit', 'side')).toBe(0);
  });

  it('are one where the data folder is another, and it imports', () => {
    const clone = repository();
    clone.ok('init', '--hooks');
    clone.put('memory', 'mem_1', 'key=k', 'value=one');
    clone.commit();
    clone.git('branch', 'side');
    writeFileSync(join(clone.dir, 'memories.jsonl'), clone.read('memories.jsonl').replace('"one"', '"two"'));
    clone.git('-c', 'core.hooksPath=/dev/null', 'commit', '--quiet', '-am', 'by hand');
    clone.git('-c', 'core.hooksPath=/dev/null', 'switch', '--quiet', 'side');
    expect(clone.field('memory', 'mem_1', 'value')).toBe('one');
    expect(starts(clone, 'merge', '--quiet', 'main')).toBe(1);
    expect(clone.field('memory', 'mem_1', 'value')).toBe('two');
    expect(starts(clone, 'checkout', '--quiet', 'HEAD~1', '--', '.savecontext')).toBe(1);
  });
});

describe('what git is in the middle of is named, with the way out', () => {
  it.each([
    ['a bisect', 'git bisect reset', (clone: Clone): unknown => clone.git('bisect', 'start')],
    [
      'an am',
      'git am --continue or --abort',
      (clone: Clone): unknown => {
        const patch = join(clone.root, '../a.patch');
        writeFileSync(join(clone.root, 'README.md'), 'other\n');
        clone.git('commit', '--quiet', '-am', 'other');
        writeFileSync(patch, `${clone.git('format-patch', '-1', '--stdout')}\n`);
        return clone.tryGit('am', '--quiet', patch);
      },
    ],
  ])('%s', (what, wayOut, begin) => {
    const clone = repository();
    clone.init();
    begin(clone);
    expect(clone.json(['pull'], 6)).toMatchObject({
      error: {
        message: `Cannot pull: git is in the middle of ${what}`,
        hint: `end it first: ${wayOut}; sc-sync resolve heals data files`,
      },
    });
    expect(clone.ok('status')).toContain(`git is in the middle of ${what}\n`);
  });
});

it('a hook names the records that an import leaves to somebody', () => {
  const clone = repository();
  clone.init();
  clone.put('memory', 'mem_1', 'key=k', 'value=one');
  clone.sync();
  const old = clone.read('memories.jsonl');
  clone.put('memory', 'mem_1', 'value=two');
  clone.sync();
  writeFileSync(join(clone.dir, 'memories.jsonl'), old);
  // On a slow machine the first import goes on in the background.
  const said = (): unknown => clone.json(['hook', 'post-checkout'])['text'];
  let text = said();
  for (let tries = 0; tries < 20 && !String(text).includes('kept the newer version'); tries++) text = said();
  expect(text).toMatch(/^import: memory k: kept the newer version/);
});

describe('hooks that are there already', () => {
  const [OLDER, NEWER] = ['#!/bin/sh\necho older\n', '#!/bin/sh\necho newer\n'];

  it('are never overwritten: two of one name are refused, and nothing is installed', () => {
    const clone = repository();
    const hook = (name: string): string => join(clone.root, '.git/hooks', name);
    writeFileSync(hook('post-merge'), OLDER);
    clone.ok('init', '--hooks');
    // Another program puts its own in the place of ours.
    writeFileSync(hook('post-merge'), NEWER);
    rmSync(hook('pre-commit'));
    const { error } = clone.json(['init', '--hooks'], 6) as { error: { code: string; message: string } };
    expect(error).toMatchObject({ code: 'refused' });
    expect(error.message).toContain(`${hook('post-merge')} and ${hook('post-merge')}.before-sc-sync`);
    expect(readFileSync(hook('post-merge'), 'utf8')).toBe(NEWER);
    expect(readFileSync(`${hook('post-merge')}.before-sc-sync`, 'utf8')).toBe(OLDER);
    expect(existsSync(hook('pre-commit'))).toBe(false);
  });

  it.each([
    ['of the work tree', (root: string): string => join(root, '.husky'), '.husky'],
    ['that other repositories share', (root: string): string => join(root, '../shared'), '../shared'],
    ['that is missing', (root: string): string => join(root, '../none'), '../none'],
  ])('are left alone in a folder %s; the lines to add by hand are said, and work', (_, at, setting) => {
    const clone = repository();
    const shared = at(clone.root);
    const path = join(shared, 'pre-commit');
    if (setting !== '../none') {
      mkdirSync(shared);
      writeFileSync(path, OLDER);
    }
    clone.git('config', 'core.hooksPath', setting);
    const before = snapshot(clone.root);
    const { error } = clone.json(['init', '--hooks'], 6) as { error: { code: string; details: string[] } };
    expect(error.code).toBe('refused');
    expect(snapshot(clone.root)).toEqual(before);
    if (setting === '../none') expect(existsSync(shared)).toBe(false);
    else expect(readFileSync(path, 'utf8')).toBe(OLDER);
    expect(error.details.map((line) => line.split(': ')[0])).toEqual([
      'pre-commit',
      'post-merge',
      'post-checkout',
      'post-rewrite',
    ]);
    const line = (error.details[0] ?? '').replace('pre-commit: ', '').replace('sc-sync', 'echo ran sc-sync');
    const run = (folder: string, ...env: readonly string[]): string =>
      execFileSync('env', [...env, 'sh', '-ec', line], { cwd: folder, encoding: 'utf8' });
    expect(run(clone.root)).toBe('');
    mkdirSync(clone.dir);
    expect(run(clone.root)).toBe('ran sc-sync hook pre-commit\n');
    expect(run(clone.root, 'SC_SYNC_HOOK=off')).toBe('');
  });
});

it('a hook does not wait for a database that somebody else holds', () => {
  const clone = repository();
  clone.ok('init', '--hooks');
  clone.put('memory', 'mem_1', 'key=k', 'value=one');
  const store = Store.open(clone.db);
  store.sql.exec('BEGIN EXCLUSIVE');
  const { status, stderr } = clone.tryGit('commit', '--allow-empty', '-m', 'while it is held');
  expect(status).toBe(0);
  expect(stderr).toContain('sc-sync: export takes longer and goes on in the background');
  expect(existsSync(join(clone.dir, 'memories.jsonl'))).toBe(false);
  store.sql.exec('ROLLBACK');
  store.close();
  // The export that waits ends by itself; without it, this one does.
  clone.sync();
  expect(clone.read('memories.jsonl')).toContain('"one"');
});

it('where the program is gone, the driver merges as text with markers, and leaves ours nowhere alone', () => {
  const clone = repository();
  const path = join(clone.root, 'x.jsonl');
  writeFileSync(join(clone.root, '.gitattributes'), '*.jsonl merge=savecontext\n');
  clone.git('config', 'merge.savecontext.driver', driverCommand().replaceAll('merge-driver.cjs', 'gone.cjs'));
  const write = (text: string): void => {
    writeFileSync(path, text);
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', 'x');
  };
  write('base\n');
  clone.git('branch', 'other');
  write('ours\n');
  clone.git('checkout', '--quiet', 'other');
  write('theirs\n');
  expect(clone.tryGit('merge', 'main').status).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe('<<<<<<< ours\ntheirs\n=======\nours\n>>>>>>> theirs\n');
});
