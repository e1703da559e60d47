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
import { savecontext } from '../../src/savecontext/registry.js';

const NOW = 1_800_000_000_000;
const NAME = 'memories.jsonl';
const NAME_IN_ROOT = `.savecontext/${NAME}`;
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
  return resolveFolder(savecontext, findRepository(clone.root), clone.dir, { now: NOW, dryRun });
}

/** The values that lost, as they wait for an import. */
function lost(clone: Clone): string[] {
  return clone
    .lostValues()
    .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'))
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
    expect(clone.read(NAME)).toBe(mergeData(savecontext, NAME, sides).text);
    expect(lost(clone)).toEqual(['"ours"']);
    expect(readFileSync(join(history!, NAME), 'utf8')).toBe(marked);
    expect(clone.git('ls-files', '-u')).toBe('');
    clone.git('commit', '--quiet', '--no-edit');
    expect(resolve(clone)).toEqual({ files: [], left: [], history: null });
  });

  it('that had markers in a version already is healed first, or left where they make no sense', () => {
    const marked = (text: string, end: string): string =>
      `<<<<<<<<< x\n${text}||||||||| y\n${a}=========\n${a}${end}${b}`;
    const good = stopped({ ...sides, ours: marked(sides.ours.replace(b, ''), '>>>>>>>>> z\n') });
    expect(resolve(good).files).toMatchObject([{ from: 'index', problems: [] }]);
    expect(good.read(NAME)).toBe(mergeData(savecontext, NAME, sides).text);
    const bad = stopped({ ...sides, ours: marked(sides.ours.replace(b, ''), '') });
    expect(resolve(bad).files).toMatchObject([{ lost: 0, problems: [expect.stringMatching(/^ours:1: the conflict/)] }]);
    expect(bad.git('ls-files', '-u')).not.toBe('');
  });

  it('that both sides added has no base', () => {
    const clone = stopped({ ...sides, base: undefined });
    resolve(clone);
    expect(clone.read(NAME)).toBe(mergeData(savecontext, NAME, { ...sides, base: '' }).text);
  });

  it('that one side deleted loses what the other left unchanged, and keeps what it changed', () => {
    const clone = stopped({ ...sides, ours: undefined });
    resolve(clone);
    expect(clone.read(NAME)).toBe(memory('a', 30, { value: 'theirs', category: 'decision', updated_at: 400 }));
    expect(clone.git('ls-files', '-u')).toBe('');
  });

  it.each([
    ['without markers', (text: string): string => text.replaceAll(/^(?:[<=>]{7}).*\n/gm, '')],
    ['with markers left', (text: string): string => text],
    ['with markers that nobody knows', (text: string): string => text.replaceAll(/^[<=>]{7}/gm, '??? ')],
    ['with nothing else', (): string => ''],
    ['with bytes that are no UTF-8', (text: string): Buffer => Buffer.from(`caf\xe9\n${text}`, 'latin1')],
  ])('is made of its versions whatever the file holds: %s', (_, edit) => {
    const clone = stopped();
    writeFileSync(join(clone.dir, NAME), edit(clone.read(NAME)));
    expect(resolve(clone).files).toEqual([{ name: NAME, from: 'index', lost: 1, problems: [] }]);
    expect(clone.read(NAME)).toBe(mergeData(savecontext, NAME, sides).text);
    expect(clone.git('ls-files', '-u')).toBe('');
  });

  it('keeps what somebody wrote into it by hand, in a record or in what lost', () => {
    const clone = stopped();
    const [later, earlier] = [memory('a', 50, { value: 'by hand' }), memory('b', 5, { value: 'by hand before' })];
    writeFileSync(join(clone.dir, NAME), `<<<<<<< still there\n${later}${earlier}=======\n${later.slice(0, 40)}\n`);
    expect(resolve(clone).files).toEqual([{ name: NAME, from: 'index', lost: 4, problems: [] }]);
    expect(clone.read(NAME)).toBe(later + b);
    expect(lost(clone).sort()).toEqual(['"by hand before"', '"decision"', '"ours"', '"theirs"']);
  });

  it('with CRLF in the work tree is no work of hands for that', () => {
    const clone = stopped();
    clone.git('config', 'core.autocrlf', 'true');
    writeFileSync(join(clone.dir, NAME), sides.ours.replaceAll('\n', '\r\n'));
    expect(resolve(clone).files).toEqual([{ name: NAME, from: 'index', lost: 1, problems: [] }]);
    expect(clone.read(NAME)).toBe(mergeData(savecontext, NAME, sides).text);
  });

  it('with bytes that are no UTF-8 in a version stays as it was, and so does the index', () => {
    const clone = stopped({ ...sides, theirs: Buffer.from(sides.theirs.replace('theirs', 'caf\xe9'), 'latin1') });
    const path = join(clone.dir, NAME);
    const before = readFileSync(path);
    expect(resolve(clone).files).toMatchObject([
      { lost: 0, problems: ['theirs: the text must be UTF-8, and has other bytes'] },
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

  it.each([['merge'], ['diff3'], ['zdiff3']])('with long markers as git writes them in the style %s', (style) => {
    const clone = stopped();
    writeFileSync(join(clone.root, '.gitattributes'), '*.jsonl conflict-marker-size=23\n');
    clone.git('checkout', `--conflict=${style}`, '--', NAME_IN_ROOT);
    const marked = clone.read(NAME);
    expect(marked).toMatch(/^<{23} /m);
    const alone = inFolder(marked);
    expect(resolve(alone).files).toMatchObject([{ from: 'markers', problems: [] }]);
    const base = style === 'merge' ? b : sides.base;
    expect(alone.read(NAME)).toBe(mergeData(savecontext, NAME, { ...sides, base }).text);
  });

  it('with markers that make no sense stay as they were', () => {
    const text = `<<<<<<< x\n${a}=======\n${a}=======\n${a}>>>>>>> y\n`;
    const clone = inFolder(text);
    expect(resolve(clone).files).toEqual([
      { name: NAME, from: 'markers', lost: 0, problems: [expect.stringMatching(/^the file:5: /)] },
    ]);
    expect(clone.read(NAME)).toBe(text);
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
    expect(resolveFolder(savecontext, undefined, dir, { now: NOW, dryRun: false })).toEqual({
      files: [],
      left: [],
      history: null,
    });
    expect(readdirSync(dir).filter((name) => !name.startsWith('.sync.lock'))).toEqual([]);
  });
});

it('the verb heals, says so, and exits with 1 where it could not', () => {
  const clone = stopped();
  expect(clone.ok('resolve', '--dry-run')).toContain(`would make ${NAME} anew from its versions in git`);
  expect(clone.ok('resolve')).toMatch(
    /^made memories\.jsonl anew from its versions in git\n.*1 value of memories\.jsonl lost/,
  );
  expect(clone.ok('resolve')).toMatch(/^nothing to heal/);
  appendFileSync(join(clone.dir, NAME), `<<<<<<< x\n${a}=======\ngarbage\n>>>>>>> y\n`);
  const { status, stdout } = clone.run(['resolve']);
  expect([status, stdout]).toEqual([1, expect.stringContaining('left memories.jsonl as it was')]);
});
