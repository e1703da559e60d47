import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readShellWords, shellWord } from '../../src/git/shell-words.js';
import { readStatement, statementOf } from '../../src/git/stated-drivers.js';
import type { LineWords } from '../../src/merge/json-options.js';
import { MAIN } from '../cli/built-command.js';
import { thrownBy } from '../files/thrown.js';
import { Clone, folder, tryGit } from './clones.js';

const BY_ID = ['--key', 'id', '--together', 'state,closed at'];

/** A repository without a database, in which somebody set the driver up, and a clone of it. */
function team(words: readonly string[] = BY_ID, pattern = '*.jsonl'): { first: Clone; clone: Clone } {
  const first = new Clone(join(folder(), 'first'));
  first.ok('init', '--driver-only', ...words, pattern);
  writeFileSync(join(first.root, 'bugs.jsonl'), '{"id":"a","x":1,"y":1}\n');
  first.git('add', '-A');
  first.git('commit', '--quiet', '-m', 'first');
  return { first, clone: Clone.of(first.root, join(folder(), 'clone')) };
}

/** Sets a field on a branch of its own and another one on main, and merges. */
function mergeTwoEdits(clone: Clone): ReturnType<Clone['tryGit']> {
  const edit = (text: string): void => {
    writeFileSync(join(clone.root, 'bugs.jsonl'), `${text}\n`);
    clone.git('commit', '--quiet', '-am', text);
  };
  clone.git('switch', '--quiet', '-c', 'topic');
  edit('{"id":"a","x":2,"y":1}');
  clone.git('switch', '--quiet', 'main');
  edit('{"id":"a","x":1,"y":2}');
  return clone.tryGit('merge', '--quiet', '--no-edit', 'topic');
}

const MERGED = '{"id":"a","x":2,"y":2}\n';
const bugs = ({ root }: Clone): string => readFileSync(join(root, 'bugs.jsonl'), 'utf8');

describe('a clone of a team that has the driver alone', { timeout: 120_000 }, () => {
  it('sets itself up as the attributes say, with no option', () => {
    const { first, clone } = team();
    const driver = first.git('config', '--get-regexp', '^merge\\..*\\.driver$');
    expect(clone.ok('init', '--driver-only')).toMatch(
      /^set up the merge driver jsonl-\S+ in this clone's configuration, as \.gitattributes says: --key=id '--together=state,closed at'\n$/,
    );
    expect(clone.git('config', '--get-regexp', '^merge\\..*\\.driver$')).toBe(driver);
    expect(clone.git('status', '--porcelain')).toBe('');
    expect(clone.ok('init', '--driver-only')).toBe(
      'nothing to do: this clone has each merge driver that its git attributes name\n',
    );
    expect(mergeTwoEdits(clone).status).toBe(0);
    expect(bugs(clone)).toBe(MERGED);
  });

  it('is set up by init too, and put back by its undo', () => {
    const { clone } = team(['--key', 'id']);
    expect(clone.ok('init')).toContain('set up the merge driver jsonl-id in');
    expect(clone.git('config', 'merge.jsonl-id.driver')).toContain('--key=id');
    expect(clone.ok('init', '--undo')).toContain('took the merge driver jsonl-id out');
    expect(clone.tryGit('config', 'merge.jsonl-id.driver').status).toBe(1);
  });

  it('is told by status what it lacks, and needs no database for that', () => {
    const { clone } = team(['--key', 'id']);
    const lacks = 'the merge driver jsonl-id is not set up in this clone; sc-sync init --driver-only sets it up';
    expect(clone.run(['status']).stderr + clone.ok('status')).toContain(lacks);
    expect(clone.json(['status', '--check'], 1)).toEqual({
      git: { drivers: [{ name: 'jsonl-id', state: 'missing', file: '.gitattributes' }] },
    });
    clone.ok('init', '--driver-only');
    expect(clone.ok('status', '--check')).toContain('files of other programs merge by the drivers');
    clone.git('config', 'merge.jsonl-id.driver', 'elsewhere %A');
    expect(clone.ok('status')).toContain('of this clone lies elsewhere');
    clone.ok('init');
    expect(clone.json(['status'])).toMatchObject({ git: { drivers: [{ state: 'installed' }] } });
    clone.git('config', '--unset', 'merge.jsonl-id.driver');
    expect(clone.ok('status')).toContain(lacks);
  });

  it('finds what a deeper folder says', () => {
    const { first, clone } = team();
    const deep = join(first.root, 'a/b');
    mkdirSync(deep, { recursive: true });
    first.ok('-C', deep, 'init', '--driver-only', '--key', 'slug', '*.jsonl');
    first.git('add', '-A');
    first.git('commit', '--quiet', '-m', 'deeper');
    clone.git('pull', '--quiet');
    expect(clone.ok('init', '--driver-only')).toContain('jsonl-slug in this clone');
  });

  it('has no work with a repository whose attributes name nothing of this', () => {
    const clone = new Clone(join(folder(), 'plain'));
    expect(clone.json(['init', '--driver-only'], 4)).toMatchObject({ error: { code: 'usage' } });
    expect(clone.json(['status'], 2)).toMatchObject({ error: { code: 'database' } });
  });

  it('is told of a driver of which nothing says how it merges', () => {
    const clone = new Clone(join(folder(), 'plain'));
    writeFileSync(join(clone.root, '.gitattributes'), '*.jsonl merge=jsonl-id\n');
    expect(clone.ok('init', '--driver-only')).toContain(
      '.gitattributes names the merge driver jsonl-id, and does not say how it merges',
    );
    expect(clone.json(['status'])).toMatchObject({ git: { drivers: [{ state: 'unstated' }] } });
    // Whoever knows it says it once, for all.
    expect(clone.ok('init', '--driver-only', '--key', 'id', '*.jsonl')).toContain(
      "added to .gitattributes: # sc-sync init --driver-only --key=id '*.jsonl'\n",
    );
    expect(clone.ok('status')).toContain('files of other programs merge');
  });

  it('sets itself up when its packages are installed', () => {
    const { clone } = team(['--key', 'id']);
    const page = readFileSync(new URL('../../docs/merge-driver.md', import.meta.url), 'utf8');
    const [, script = ''] = /"prepare": "(.*)"/.exec(page) ?? [];
    writeFileSync(join(clone.root, 'package.json'), JSON.stringify({ private: true, scripts: { prepare: script } }));
    const bin = folder();
    writeFileSync(join(bin, 'sc-sync'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    const env = { ...clone.env(), PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const npm = (cwd: string): number | null =>
      spawnSync('npm', ['install', '--silent', '--offline', '--no-audit', '--no-fund'], { cwd, env }).status;
    expect(npm(clone.root)).toBe(0);
    expect(clone.git('config', 'merge.jsonl-id.driver')).toContain('--key=id');
    // An image that is built without git is no reason to fail.
    const image = folder();
    writeFileSync(join(image, 'package.json'), readFileSync(join(clone.root, 'package.json')));
    expect(npm(image)).toBe(0);
  });
});

describe('what says how a driver merges', () => {
  const name = fc.oneof(fc.constantFrom('id', 'a.b', "it's", 'a b', '$(x)', '%O', '`'), fc.string({ minLength: 1 }));
  const words: fc.Arbitrary<LineWords> = fc.record({
    key: fc.array(name, { minLength: 1, maxLength: 3 }),
    together: fc.array(name, { maxLength: 2 }),
    element: fc.array(
      fc.tuple(name, name).map(([field, key]) => `${field.replaceAll('=', '')}x=${key}`),
      { maxLength: 2 },
    ),
    updated: fc.option(name, { nil: undefined }),
    appendOnly: fc.boolean(),
  });

  it('is read as it was written, in one line that git takes for a comment', () => {
    fc.assert(
      fc.property(words, name, (asked, pattern) => {
        let line: string;
        try {
          line = statementOf(asked, pattern);
        } catch {
          // What has control characters is refused.
          return;
        }
        expect(line).toMatch(/^# [^\n\r]*$/);
        expect(readStatement(line)).toEqual(asked);
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing but options of the driver, whatever somebody committed', () => {
    for (const args of [
      'driver=evil --key=id x',
      '--driver=rm --key=id x',
      '--key=id --exec=x y',
      '--key=id; rm -rf x',
      '--key=id `x`',
      '--key=id $(x)',
      '--key=id "x"',
      "--key='id",
      '--key=a\tb',
      '--key=\u001b[2J',
      '--key= x',
      '--element=x --key=id y',
      '--together=a,b x',
      `--key=${'x'.repeat(3000)}`,
      '',
    ]) {
      const read = readStatement(`# sc-sync init --driver-only ${args}`);
      if (read !== undefined) expect([args, read.key]).toEqual(['driver=evil --key=id x', ['id']]);
    }
    expect(readStatement(`#sc-sync init --driver-only --key=id x`)).toBeUndefined();
    expect(
      thrownBy(() => statementOf({ key: ['a\nb'], together: [], element: [], appendOnly: false }, 'x')),
    ).toMatchObject({
      code: 'usage',
    });
  });

  it('starts no command that a name hides', () => {
    const mark = "x$(touch HIT)`touch HIT`'; touch HIT; '%P";
    const { clone } = team(['--key', mark, '--key', 'id']);
    clone.ok('init', '--driver-only');
    expect(mergeTwoEdits(clone).status).toBe(0);
    expect(bugs(clone)).toBe(MERGED);
    expect(tryGit(clone.root, ['status', '--porcelain']).stdout).toBe('');
  });

  it('is not read through a link', () => {
    const clone = new Clone(join(folder(), 'plain'));
    const { first } = team(['--key', 'id']);
    symlinkSync(join(first.root, '.gitattributes'), join(clone.root, '.gitattributes'));
    expect(clone.json(['init', '--driver-only'], 4)).toMatchObject({ error: { code: 'usage' } });
    rmSync(join(clone.root, '.gitattributes'));
  });

  it('has words that a shell and we read alike', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (texts) => {
        expect(readShellWords(texts.map(shellWord).join(' '))).toEqual(texts);
      }),
      { numRuns: 300 },
    );
  });
});
