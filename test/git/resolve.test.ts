import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { resolveFolder } from '../../src/git/resolve.js';
import type { Healed } from '../../src/git/resolve.js';
import { findRepository } from '../../src/git/repository.js';
import { mergeData } from '../../src/git/drive-merge.js';
import type { RecordObject } from '../../src/record/object.js';
import { lineOf, sample } from '../record/samples.js';
import { Clone, folder } from './clones.js';

const NOW = 1_800_000_000_000;
const NAME = 'memories.jsonl';
const memory = (id: string, stamp: number, changes: RecordObject = {}): string =>
  `${lineOf(sample('memory', { id, key: id, ...changes }), stamp).raw}\n`;

const [a, b] = [memory('a', 10), memory('b', 10)] as const;
const sides = {
  base: a + b,
  ours: memory('a', 20, { value: 'ours', updated_at: 300 }) + b,
  theirs: memory('a', 30, { value: 'theirs', category: 'decision', updated_at: 400 }) + b,
};

/** A repository in which a merge without the driver stopped; undefined stands for a file that is not there. */
function stopped(versions: Readonly<Record<keyof typeof sides, string | Buffer | undefined>> = sides): Clone {
  const clone = new Clone(join(folder(), 'work tree'));
  const commit = (text: string | Buffer | undefined): void => {
    mkdirSync(clone.dir, { recursive: true });
    if (text === undefined) rmSync(join(clone.dir, NAME), { force: true });
    else writeFileSync(join(clone.dir, NAME), text);
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '--allow-empty', '-m', 'memories');
  };
  commit(versions.base);
  clone.git('branch', 'other');
  commit(versions.ours);
  clone.git('checkout', '--quiet', 'other');
  commit(versions.theirs);
  clone.git('checkout', '--quiet', 'main');
  expect(clone.tryGit('merge', '--no-edit', 'other').status).toBe(1);
  return clone;
}

function resolve(clone: Clone, dryRun = false): Healed {
  return resolveFolder(findRepository(clone.root), clone.dir, { now: NOW, dryRun });
}

/** The values that lost, as they wait for an import. */
function lost(clone: Clone): string[] {
  return readdirSync(clone.dir)
    .filter((name) => name.startsWith('.lost-values'))
    .flatMap((name) => clone.read(name).trimEnd().split('\n'))
    .map((line) => (JSON.parse(line) as { lost: string }).lost);
}

describe('an unmerged file', () => {
  it('P5 becomes what the driver would have made of it, and is resolved for git', () => {
    const clone = stopped();
    const marked = clone.read(NAME);
    expect(resolve(clone, true).files).toEqual([{ name: NAME, from: 'index', lost: 1, problems: [] }]);
    expect(clone.read(NAME)).toBe(marked);
    const { files, left, history } = resolve(clone);
    expect([files, left]).toEqual([[{ name: NAME, from: 'index', lost: 1, problems: [] }], []]);
    expect(clone.read(NAME)).toBe(mergeData(NAME, sides).text);
    expect(lost(clone)).toEqual(['"ours"']);
    expect(readFileSync(join(history!, NAME), 'utf8')).toBe(marked);
    expect(clone.git('ls-files', '-u')).toBe('');
    clone.git('commit', '--quiet', '--no-edit');
    expect(resolve(clone)).toEqual({ files: [], left: [], history: null });
  });

  it('that both sides added has no base', () => {
    const clone = stopped({ ...sides, base: undefined });
    resolve(clone);
    expect(clone.read(NAME)).toBe(mergeData(NAME, { ...sides, base: '' }).text);
  });

  it('that one side deleted loses what the other left unchanged, and keeps what it changed', () => {
    const clone = stopped({ ...sides, ours: undefined });
    resolve(clone);
    expect(clone.read(NAME)).toBe(memory('a', 30, { value: 'theirs', category: 'decision', updated_at: 400 }));
    expect(clone.git('ls-files', '-u')).toBe('');
  });

  it('that somebody edited until it had no markers is taken as it is', () => {
    const clone = stopped();
    const byHand = memory('a', 50, { value: 'by hand' }) + b;
    writeFileSync(join(clone.dir, NAME), byHand);
    expect(resolve(clone).files).toEqual([{ name: NAME, from: 'lines', lost: 0, problems: [] }]);
    expect(clone.read(NAME)).toBe(byHand);
    expect(clone.git('ls-files', '-u')).toBe('');
  });

  it('with CRLF in the work tree is no work of hands for that', () => {
    const clone = stopped();
    clone.git('config', 'core.autocrlf', 'true');
    writeFileSync(join(clone.dir, NAME), sides.ours.replaceAll('\n', '\r\n'));
    expect(resolve(clone).files).toEqual([{ name: NAME, from: 'index', lost: 1, problems: [] }]);
    expect(clone.read(NAME)).toBe(mergeData(NAME, sides).text);
  });

  it.each([
    ['in a version', { ...sides, theirs: Buffer.from(sides.theirs.replace('theirs', 'caf\xe9'), 'latin1') }, 'theirs'],
    ['in the file', sides, 'the file'],
  ])('with bytes that are no UTF-8 %s stays as it was, and so does the index', (_, versions, where) => {
    const clone = stopped(versions);
    const path = join(clone.dir, NAME);
    if (where === 'the file') writeFileSync(path, Buffer.from(`caf\xe9\n${sides.ours}`, 'latin1'));
    const before = readFileSync(path);
    expect(resolve(clone).files).toMatchObject([
      { lost: 0, problems: [`${where}: expected UTF-8, found bytes that are none`] },
    ]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(clone.git('ls-files', '-u')).not.toBe('');
  });

  it('with a line that cannot be read stays as it was, and so does the index', () => {
    const clone = stopped({ ...sides, theirs: `${a.slice(0, 50)}\n${b}` });
    const marked = clone.read(NAME);
    const { files } = resolve(clone);
    expect(files).toEqual([
      { name: NAME, from: 'index', lost: 0, problems: [expect.stringMatching(/^theirs:1: column/)] },
    ]);
    expect(clone.read(NAME)).toBe(marked);
    expect(clone.git('ls-files', '-u')).not.toBe('');
  });

  it('that is no data file is named and left', () => {
    const clone = stopped();
    clone.git('merge', '--abort');
    for (const [branch, text] of [
      ['main', '{"paths":"portable"}'],
      ['other', '{"paths":"absolute"}'],
    ] as const) {
      clone.git('checkout', '--quiet', branch);
      writeFileSync(join(clone.dir, 'sync.json'), text);
      clone.git('add', '-A');
      clone.git('commit', '--quiet', '-m', 'settings');
    }
    clone.tryGit('merge', '--no-edit', 'main');
    expect(resolve(clone).left).toEqual(['sync.json']);
    expect(clone.git('ls-files', '-u')).toContain('sync.json');
  });

  it('is found with the variables of a calling hook around', () => {
    const clone = stopped();
    const { GIT_DIR, GIT_INDEX_FILE } = process.env;
    try {
      Object.assign(process.env, { GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere/index' });
      expect(resolve(clone).files).toHaveLength(1);
    } finally {
      for (const [name, value] of Object.entries({ GIT_DIR, GIT_INDEX_FILE })) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
  });
});

describe('files that git takes for merged', () => {
  const inFolder = (text: string): Clone => {
    const clone = new Clone(join(folder(), 'work'));
    mkdirSync(clone.dir);
    writeFileSync(join(clone.dir, NAME), text);
    return clone;
  };

  it.each([
    [
      'with the base between',
      `||||||| base\n${a}`,
      memory('a', 31, { value: 'theirs', category: 'decision', updated_at: 400 }),
    ],
    ['without a base: the later line', '', memory('a', 30, { value: 'theirs', updated_at: 400 })],
  ])('with markers, %s', (_, between, expected) => {
    const ours = memory('a', 20, { value: 'ours', category: 'decision', updated_at: 300 });
    const theirs = memory('a', 30, { value: 'theirs', updated_at: 400 });
    const clone = inFolder(`<<<<<<< HEAD\n${ours}${between}=======\n${theirs}>>>>>>> other\n${b}`);
    expect(resolve(clone).files).toMatchObject([{ from: 'markers', problems: [] }]);
    expect(clone.read(NAME)).toBe(expected + b);
    expect(lost(clone)).toContain('"ours"');
  });

  it('with several lines of one record, as merge=union leaves them', () => {
    const clone = inFolder(sides.ours + sides.theirs);
    expect(resolve(clone).files).toEqual([{ name: NAME, from: 'lines', lost: 2, problems: [] }]);
    expect(clone.read(NAME)).toBe(sides.theirs);
    expect(lost(clone).sort()).toEqual(['"command"', '"ours"']);
  });

  it('stay untouched when nothing is wrong, without a repository too', () => {
    const clone = inFolder(a + b);
    const dir = folder();
    expect(resolve(clone)).toEqual({ files: [], left: [], history: null });
    expect(resolveFolder(undefined, dir, { now: NOW, dryRun: false })).toEqual({ files: [], left: [], history: null });
    expect(readdirSync(dir).filter((name) => !name.startsWith('.sync.lock'))).toEqual([]);
  });
});

it('the verb heals, says so, and exits with 1 where it could not', () => {
  const clone = stopped();
  expect(clone.ok('resolve', '--dry-run')).toContain(`${NAME}: would be made anew from its versions in git`);
  expect(clone.ok('resolve')).toMatch(/^memories\.jsonl: made anew from its versions in git\n.*1 value lost/);
  expect(clone.ok('resolve')).toBe('nothing to heal\n');
  appendFileSync(join(clone.dir, NAME), `<<<<<<< x\n${a}=======\ngarbage\n>>>>>>> y\n`);
  const { status, stdout } = clone.run(['resolve']);
  expect([status, stdout]).toEqual([1, expect.stringContaining('left as it was')]);
});
